using EzTemplates.Solver;

namespace EzTemplates.Operations;

/// <summary><c>ez lock</c>: locks each recipe, keeping the rows that today's snapshot still has.</summary>
public static class LockRecipes
{
    public static async Task<LocksReport> RunAsync(Workspace workspace, IReadOnlyList<string> recipes, CancellationToken cancel)
    {
        var done = new List<LockedRecipe>();
        foreach (var recipe in recipes)
        {
            var locked = await LockOneAsync(workspace, RecipeFile.Load(recipe), UpdateScope.None, cancel).ConfigureAwait(false);
            done.AddRange(Chain(locked).ExceptBy(done.Select(d => d.File.FullPath), d => d.File.FullPath));
        }

        return new LocksReport([.. done.Select(LockFigures.Of)], workspace.Steps.Times());
    }

    /// <summary>Locks a recipe; an application's base is chosen first, and locked where that is needed.</summary>
    public static async Task<LockedRecipe> LockOneAsync(Workspace workspace, RecipeFile file, UpdateScope scope, CancellationToken cancel)
    {
        if (workspace.Options.Locked)
        {
            return BaseChoice.Held(workspace, file);
        }

        var os = file.Base is null ? null : await BaseChoice.ForAsync(workspace, file, cancel).ConfigureAwait(false);
        return await LockTemplate.RunAsync(workspace, file, os, scope, cancel).ConfigureAwait(false);
    }

    /// <summary>Bottom up: the base, then the recipe.</summary>
    public static IEnumerable<LockedRecipe> Chain(LockedRecipe locked) =>
        locked.Base is null ? [locked] : [.. Chain(locked.Base), locked];
}
