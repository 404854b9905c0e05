using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Formats.Ids;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>The table of ids beside an OS recipe, on disk. One command at a time adds to it, of whatever store.</summary>
internal static class IdTableFile
{
    /// <returns>An empty one where there is none yet.</returns>
    public static IdTable Read(RecipeFile file) =>
        File.Exists(file.IdsPath) ? IdTableText.Read(File.ReadAllBytes(file.IdsPath), file.IdsPath) : IdTable.Empty;

    /// <summary>Adds rows for names that nobody has a number for.</summary>
    /// <param name="known">Rows that other files have; those that the table lacks are added too.</param>
    /// <param name="number">Gives the numbers, once it is sure what the table has.</param>
    /// <returns>The rows for those names, some of which another command may have added meanwhile.</returns>
    public static ImmutableArray<LockedId> Add(
        Workspace workspace, RecipeFile file, ImmutableArray<LockedId> made, Func<IdTable, IdTable> known, Func<IdTable, IEnumerable<LockedId>, ImmutableArray<LockedId>> number)
    {
        // Beside the table, so that commands with other stores wait too; it goes again.
        var turn = FileLock.Acquire(file.IdsPath + ".lock", FileLockMode.Exclusive, $"the ids of `{file.Os.Name}`", workspace.Patience);
        try
        {
            ReplacedFile.RemoveUnfinished(file.IdsPath);
            var before = Read(file);
            var table = known(before);
            table = table.With(number(table, made.Where(row => table.Find(row.Kind, row.Name) is null)));
            if (table.Rows.Length > before.Rows.Length)
            {
                ReplacedFile.Write(file.IdsPath, IdTableText.Write(table), "write the ids");
                workspace.Tell(new OperationEvent.Note($"`{file.IdsPath}` has new rows, which belong into version control: {string.Join(", ", table.Rows.Skip(before.Rows.Length))}"));
            }

            return [.. made.Select(row => table.Find(row.Kind, row.Name)!)];
        }
        finally
        {
            turn.RemoveAndDispose();
        }
    }
}
