using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Formats.Locks;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>Writes into a lock the ids of the version that was built from it: they come with the build, and are no new version.</summary>
internal static class LockIds
{
    /// <summary>For a version that was built before: a lock that asks for other numbers asks for another version.</summary>
    /// <exception cref="EzException">Usage: a number differs, and both are named; or the lock lacks a row and may not be changed.</exception>
    public static void Fit(Workspace workspace, LockedRecipe locked, TemplateVersionRecord version)
    {
        var built = workspace.Store.Versions.ReadLock(version.Reference).Ids;
        foreach (var row in built)
        {
            var held = locked.Lock.Ids.FirstOrDefault(held => held.Kind == row.Kind && held.Name == row.Name);
            if (held is null && workspace.Options.Locked)
            {
                throw IdsOfBuild.Refuse(locked.File, row);
            }

            if (held is not null && held.Number != row.Number)
            {
                throw new EzException(
                    FailureKind.Usage,
                    $"the {row.Kind} `{row.Name}` has number {held.Number} in `{locked.File.LockPath}` and {row.Number} in `{version.Reference}`, which is in the store",
                    "raise `version:` in the recipe for another number; or take the row out of the lock, and build again");
            }
        }

        Write(workspace, locked, built);
    }

    /// <summary>Where the lock beside the recipe is still the one that was built.</summary>
    public static void Write(Workspace workspace, LockedRecipe locked, ImmutableArray<LockedId> ids)
    {
        if (workspace.Options.Locked || workspace.Options.DryRun || locked.Lock.Ids.AsSpan().SequenceEqual(ids.AsSpan()))
        {
            return;
        }

        using var turn = LockFile.TakeTurn(workspace, locked.File);
        if (LockFile.Read(locked.File) is { } beside && LockText.DigestOf(beside) == LockText.DigestOf(locked.Lock))
        {
            LockFile.Write(locked.File, beside with { Ids = ids });
        }
    }
}
