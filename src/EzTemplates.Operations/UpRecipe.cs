using EzTemplates.Domain;
using EzTemplates.Solver;

namespace EzTemplates.Operations;

/// <param name="Name">The environment's name; null: the recipe's.</param>
public sealed record UpRequest(string Recipe, string? Name, bool Wait);

/// <summary><c>ez up</c>: the whole way from a recipe to an environment on it.</summary>
public static class UpRecipe
{
    public static async Task<UpReport> RunAsync(Workspace workspace, UpRequest request, CancellationToken cancel)
    {
        var file = RecipeFile.Load(request.Recipe);
        var name = request.Name ?? file.Recipe.Name;
        var locked = await LockRecipes.LockOneAsync(workspace, file, UpdateScope.None, cancel).ConfigureAwait(false);
        var builds = await BuildRecipes.ChainAsync(workspace, locked, cancel).ConfigureAwait(false);
        var version = new TemplateReference(locked.Lock.Template, locked.Lock.Version);
        var change = workspace.Options.DryRun
            ? new EnvironmentChange(name, null, version.ToString(), "planned")
            : workspace.Steps.Run("environment", () => CreateEnvironments.CreateOrMove(workspace, name, version, request.Wait));
        return new UpReport(
            [.. LockRecipes.Chain(locked).Select(LockFigures.Of)],
            builds,
            name,
            change.Outcome,
            version.ToString(),
            $"ez env exec {name} -- bash",
            workspace.Steps.Times());
    }
}
