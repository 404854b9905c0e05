using EzTemplates.Solver;

namespace EzTemplates.Operations;

/// <summary><c>ez build</c>: builds what locks describe, bases first; a recipe without a lock is locked.</summary>
public static class BuildRecipes
{
    public static async Task<BuildsReport> RunAsync(Workspace workspace, IReadOnlyList<string> recipes, CancellationToken cancel)
    {
        var builds = new List<BuildSummary>();
        foreach (var recipe in recipes)
        {
            var file = RecipeFile.Load(recipe);
            var locked = File.Exists(file.LockPath)
                ? BaseChoice.Held(workspace, file)
                : await LockRecipes.LockOneAsync(workspace, file, UpdateScope.None, cancel).ConfigureAwait(false);
            builds.AddRange(await ChainAsync(workspace, locked, cancel).ConfigureAwait(false));
        }

        return new BuildsReport([.. builds.DistinctBy(b => (b.Template, b.Version))], workspace.Steps.Times());
    }

    /// <summary>Builds the base where there is one, then the recipe.</summary>
    public static async Task<IReadOnlyList<BuildSummary>> ChainAsync(Workspace workspace, LockedRecipe locked, CancellationToken cancel)
    {
        var builds = new List<BuildSummary>();
        IngestAhead? ahead = null;
        var layers = LockRecipes.Chain(locked).ToList();
        for (var i = 0; i < layers.Count; i++)
        {
            var above = i + 1 < layers.Count ? new IngestAhead(workspace, layers[i + 1]) : null;
            var build = await BuildTemplate.RunAsync(workspace, layers[i], above is null ? null : () => above.RunAsync(cancel), cancel).ConfigureAwait(false);
            builds.Add(ahead?.Counted(build) ?? build);
            ahead = above;
        }

        return builds;
    }
}
