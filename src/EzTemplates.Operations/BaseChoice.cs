using EzTemplates.Domain;
using EzTemplates.Formats.Locks;
using EzTemplates.Solver;
using NuGet.Versioning;

namespace EzTemplates.Operations;

/// <summary>
/// Which version of its OS an application stands on: the one its lock names if the store has it or it can still be built,
/// else the newest that its range allows, locked from the OS recipe beside it.
/// </summary>
internal static class BaseChoice
{
    public static async Task<LockedRecipe> ForAsync(Workspace workspace, RecipeFile app, CancellationToken cancel)
    {
        var os = app.Base!;
        if (LockFile.Read(app)?.Base is { } named && Admits(app, named.Version) && Find(workspace, os, named) is { } held
            && await CanBeBuiltAsync(workspace, held, cancel).ConfigureAwait(false))
        {
            return held;
        }

        return Require(app, await LockTemplate.RunAsync(workspace, os, null, UpdateScope.None, cancel).ConfigureAwait(false));
    }

    /// <summary>The OS at the lock beside its recipe, whatever the application's lock names; locked where there is none.</summary>
    public static async Task<LockedRecipe> NewestAsync(Workspace workspace, RecipeFile app, CancellationToken cancel)
    {
        var os = app.Base!;
        var newest = LockFile.Read(os) is { } beside
            ? new LockedRecipe(os, beside, beside, false, null)
            : await LockTemplate.RunAsync(workspace, os, null, UpdateScope.None, cancel).ConfigureAwait(false);
        return Require(app, newest);
    }

    /// <summary>The locks as they stand; nothing is solved.</summary>
    /// <exception cref="EzException">A lock is missing, does not fit its recipe, or names a base that is not to be had.</exception>
    public static LockedRecipe Held(Workspace workspace, RecipeFile file)
    {
        var held = LockFile.RequireFitting(file);
        if (held.Base is not { } named)
        {
            return new LockedRecipe(file, held, held, false, null);
        }

        var os = Find(workspace, file.Base!, named) ?? throw new EzException(
            FailureKind.Usage,
            $"the lock of `{held.Template}` stands on {named.Template}@{named.Version.ToNormalizedString()} (lock {named.LockDigest.Short}), which neither the store nor `{file.Base!.LockPath}` has",
            $"ez lock {file.FullPath}");
        if (LockFile.Read(os.File) is { } beside && LockText.DigestOf(beside) == named.LockDigest)
        {
            LockFile.RequireFitting(os.File);
        }

        return new LockedRecipe(file, held, held, false, os);
    }

    /// <exception cref="EzException">The version is outside the application's range.</exception>
    public static LockedRecipe Require(RecipeFile app, LockedRecipe os) => Admits(app, os.Lock.Version)
        ? os
        : throw new EzException(
            FailureKind.Unsolvable,
            $"`{app.Recipe.Name}` accepts {((AppRecipe)app.Recipe).Base}, and the base is at {os.Lock.Template}@{os.Lock.Version.ToNormalizedString()}",
            $"widen `base:` in {app.FullPath}, or change `version:` in {os.File.FullPath}");

    private static bool Admits(RecipeFile app, NuGetVersion version) => ((AppRecipe)app.Recipe).Base.Range.Satisfies(version);

    private static LockedRecipe? Find(Workspace workspace, RecipeFile os, LockedBase named)
    {
        var beside = LockFile.Read(os);
        var held = beside is not null && LockText.DigestOf(beside) == named.LockDigest
            ? beside
            : StoredLock(workspace, named);
        return held is not null && LockText.DigestOf(held) == named.LockDigest ? new LockedRecipe(os, held, held, false, null) : null;
    }

    private static TemplateLock? StoredLock(Workspace workspace, LockedBase named)
    {
        var reference = new TemplateReference(named.Template, named.Version);
        return workspace.Store.Versions.Find(reference) is null ? null : workspace.Store.Versions.ReadLock(reference);
    }

    /// <summary>Whether every package is in the store, or in today's snapshot.</summary>
    private static async Task<bool> CanBeBuiltAsync(Workspace workspace, LockedRecipe os, CancellationToken cancel)
    {
        if (BuildTemplate.FindDone(workspace.Store, os.Lock) is not null)
        {
            return true;
        }

        var absent = FetchPackages.Missing(workspace, os.Lock.Packages);
        if (absent.Count == 0)
        {
            return true;
        }

        var ground = await SolvingGround.OpenAsync(workspace, os.File, null, cancel).ConfigureAwait(false);
        return ground.Absent(absent).Count == 0;
    }
}
