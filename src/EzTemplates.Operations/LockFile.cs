using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats.Locks;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>The lock beside a recipe, on disk.</summary>
public static class LockFile
{
    /// <returns>Null where there is none yet.</returns>
    public static TemplateLock? Read(RecipeFile file) =>
        File.Exists(file.LockPath) ? LockText.Read(File.ReadAllBytes(file.LockPath), file.LockPath) : null;

    /// <summary>The lock as it stands, for commands that may not change it.</summary>
    /// <exception cref="EzException">There is none, or it was made from another recipe.</exception>
    public static TemplateLock RequireFitting(RecipeFile file)
    {
        var held = Read(file) ?? throw new EzException(
            FailureKind.Usage,
            $"`{file.Recipe.Name}` has no lock: `{file.LockPath}` does not exist",
            $"ez lock {file.FullPath}");
        return held.Recipe == file.Recipe.Digest
            ? held
            : throw new EzException(
                FailureKind.Usage,
                $"the lock `{file.LockPath}` does not fit its recipe: `{file.FullPath}` was changed after it was made",
                $"ez lock {file.FullPath}");
    }

    /// <summary>One command at a time makes the lock of a recipe, so that no two give one version to different content.</summary>
    public static FileLock TakeTurn(Workspace workspace, RecipeFile file)
    {
        var name = "recipe-" + Sha256Digest.Of(Encoding.UTF8.GetBytes(file.FullPath)).Short;
        var turn = FileLock.Acquire(Path.Combine(workspace.Store.Layout.Locks, name), FileLockMode.Exclusive, $"the lock of `{file.Recipe.Name}`", workspace.Patience);
        ReplacedFile.RemoveUnfinished(file.LockPath);
        return turn;
    }

    /// <summary>Whole or not at all. The caller has the turn.</summary>
    /// <exception cref="StoreException">The disk failed; the lock is as it was, and nothing lies beside it.</exception>
    public static void Write(RecipeFile file, TemplateLock made) => ReplacedFile.Write(file.LockPath, LockText.Write(made), "write the lock");
}
