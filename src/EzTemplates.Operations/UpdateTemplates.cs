using EzTemplates.Domain;

namespace EzTemplates.Operations;

/// <summary>
/// <c>ez update</c>: newest allowed packages, built where that changed a lock. An OS takes the applications beside it along;
/// one that cannot follow stays where it is, and the report says why. No environment is touched.
/// </summary>
public static class UpdateTemplates
{
    public static async Task<UpdateReport> RunAsync(Workspace workspace, IReadOnlyList<string> recipes, CancellationToken cancel)
    {
        var locks = new List<LockedRecipe>();
        var builds = new List<BuildSummary>();
        var failures = new List<UpdateFailure>();
        foreach (var file in recipes.Select(RecipeFile.Load).ToList())
        {
            var os = file.Base is null ? null : await BaseChoice.NewestAsync(workspace, file, cancel).ConfigureAwait(false);
            var updated = await LockTemplate.RunAsync(workspace, file, os, RowPolicy.Newest, cancel).ConfigureAwait(false);
            locks.Add(updated);
            builds.AddRange(await BuildRecipes.ChainAsync(workspace, updated, cancel).ConfigureAwait(false));
            if (file.Base is not null)
            {
                continue;
            }

            foreach (var app in file.Applications(failed => failures.Add(failed)))
            {
                await FollowAsync(workspace, app, updated, locks, builds, failures, cancel).ConfigureAwait(false);
            }
        }

        return new UpdateReport(
            [.. locks.DistinctBy(l => l.File.FullPath).Select(LockFigures.Of)],
            [.. builds.DistinctBy(b => (b.Template, b.Version))],
            failures,
            [.. EnvironmentQueries.Movable(workspace)],
            workspace.Steps.Times());
    }

    private static async Task FollowAsync(
        Workspace workspace,
        RecipeFile app,
        LockedRecipe os,
        List<LockedRecipe> locks,
        List<BuildSummary> builds,
        List<UpdateFailure> failures,
        CancellationToken cancel)
    {
        try
        {
            var followed = await LockTemplate.RunAsync(workspace, app, BaseChoice.Require(app, os), RowPolicy.Newest, cancel).ConfigureAwait(false);
            locks.Add(followed);
            builds.Add(await BuildTemplate.RunAsync(workspace, followed, cancel).ConfigureAwait(false));
        }
        catch (EzException cannot) when (cannot.Kind == FailureKind.Unsolvable)
        {
            failures.Add(new UpdateFailure(app.Recipe.Name, cannot.Message, cannot.Hint));
        }
    }
}
