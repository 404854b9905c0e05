using EzTemplates.Domain;
using EzTemplates.Solver;

namespace EzTemplates.Operations;

/// <summary>
/// <c>ez update</c>: newest allowed packages (or what the recipe's update policy takes, or only those named), built where that changed a lock. An OS takes the applications beside it along;
/// one that cannot follow stays where it is, and the report says why. No environment is touched.
/// </summary>
public static class UpdateTemplates
{
    /// <param name="only">Names of packages; the rest stays as locked unless they need it otherwise. None: all.</param>
    public static async Task<UpdateReport> RunAsync(Workspace workspace, IReadOnlyList<string> recipes, IReadOnlyList<string> only, CancellationToken cancel)
    {
        var locks = new List<LockedRecipe>();
        var builds = new List<BuildSummary>();
        var failures = new List<UpdateFailure>();
        var files = recipes.Select(RecipeFile.Load).ToList();
        RequireLocked(files, only);
        foreach (var file in files)
        {
            var os = file.Base is null ? null : await BaseChoice.NewestAsync(workspace, file, cancel).ConfigureAwait(false);
            var updated = await LockTemplate.RunAsync(workspace, file, os, ScopeOf(file, only), cancel).ConfigureAwait(false);
            locks.Add(updated);
            builds.AddRange(await BuildRecipes.ChainAsync(workspace, updated, cancel).ConfigureAwait(false));
            if (file.Base is not null)
            {
                continue;
            }

            foreach (var app in file.Applications(failed => failures.Add(failed)))
            {
                await FollowAsync(workspace, app, updated, ScopeOf(app, only), (locks, builds, failures), cancel).ConfigureAwait(false);
            }
        }

        return new UpdateReport(
            [.. locks.DistinctBy(l => l.File.FullPath).Select(LockFigures.Of)],
            [.. builds.DistinctBy(b => (b.Template, b.Version))],
            failures,
            [.. EnvironmentQueries.Movable(workspace)],
            workspace.Steps.Times());
    }

    /// <exception cref="EzException">No lock that would be updated has a package of one of the names.</exception>
    private static void RequireLocked(List<RecipeFile> files, IReadOnlyList<string> only)
    {
        if (only.Count == 0)
        {
            return;
        }

        var apps = files.Where(file => file.Base is null).SelectMany(file => file.Applications(_ => { }));
        var names = files.Concat(apps).SelectMany(file => LockFile.Read(file)?.Packages ?? []).Select(row => row.Name).ToHashSet(StringComparer.Ordinal);
        if (only.FirstOrDefault(name => !names.Contains(name)) is { } unknown)
        {
            throw new EzException(
                FailureKind.Unsolvable,
                $"no lock of {string.Join(", ", files.Select(file => $"`{file.Recipe.Name}`"))} has a package `{unknown}`",
                NearNames.Closest(unknown, names) is { Count: > 0 } near ? $"did you mean `{string.Join("`, `", near)}`?" : "ez why PACKAGE tells which lock has it");
        }
    }

    /// <summary>What an update of the recipe may move.</summary>
    internal static UpdateScope ScopeOf(RecipeFile file, IReadOnlyList<string> only) => only.Count > 0
        ? new UpdateScope.Some([.. only])
        : file.Recipe.Update switch
        {
            UpdateClass.Security => UpdateScope.SecurityOnly,
            UpdateClass.None => UpdateScope.None,
            _ => UpdateScope.All,
        };

    private static async Task FollowAsync(
        Workspace workspace,
        RecipeFile app,
        LockedRecipe os,
        UpdateScope scope,
        (List<LockedRecipe> Locks, List<BuildSummary> Builds, List<UpdateFailure> Failures) done,
        CancellationToken cancel)
    {
        try
        {
            var followed = await LockTemplate.RunAsync(workspace, app, BaseChoice.Require(app, os), scope, cancel).ConfigureAwait(false);
            done.Locks.Add(followed);
            done.Builds.Add(await BuildTemplate.RunAsync(workspace, followed, cancel).ConfigureAwait(false));
        }
        catch (EzException cannot) when (cannot.Kind == FailureKind.Unsolvable)
        {
            done.Failures.Add(new UpdateFailure(app.Recipe.Name, cannot.Message, cannot.Hint));
        }
    }
}
