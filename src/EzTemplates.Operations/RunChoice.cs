using EzTemplates.Domain;
using EzTemplates.Environments;
using EzTemplates.Solver;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>What a throw-away environment shows.</summary>
/// <param name="Template">The template version: <c>nginx@1.0.3</c>, or several joined by <c>+</c>.</param>
/// <param name="Composition">Asked for only where an environment is to stay: it costs more reading.</param>
internal sealed record ShownTemplate(string Template, Sha256Digest Manifest, Func<Sha256Digest?> Composition)
{
    public Mapping ToMapping() => new(Template, Manifest, Composition());
}

/// <summary>Finds the manifest that <c>ez run</c> means, and builds what a recipe's lock says where the store lacks it.</summary>
internal static class RunChoice
{
    private const string RecipeEnd = ".yaml";

    public static async Task<ShownTemplate> ForAsync(Workspace workspace, string template, IReadOnlyList<string> with, CancellationToken cancel)
    {
        var version = IsRecipe(template)
            ? await BuildAsync(workspace, template, cancel).ConfigureAwait(false)
            : TemplateChoice.Find(workspace.Store, template);
        return with.Count == 0
            ? new ShownTemplate(version.Reference.ToString(), version.Manifest, () => Compositions.IdOf(workspace.Store, version))
            : ComposedTemplates.Of(workspace, version, with, cancel);
    }

    /// <summary>As <see cref="ForAsync"/>, building and composing nothing.</summary>
    public static async Task<(string Template, Sha256Digest? Manifest)> PlanAsync(Workspace workspace, string template, IReadOnlyList<string> with, CancellationToken cancel)
    {
        if (!IsRecipe(template))
        {
            var version = TemplateChoice.Find(workspace.Store, template);
            var apps = with.Select(app => TemplateChoice.Find(workspace.Store, app).Reference.ToString());
            return (string.Join('+', apps.Prepend(version.Reference.ToString())), with.Count == 0 ? version.Manifest : null);
        }

        var locked = await LockedAsync(workspace, template, cancel).ConfigureAwait(false);
        var done = BuildTemplate.FindDone(workspace.Store, locked.Lock);
        return (new TemplateReference(locked.Lock.Template, locked.Lock.Version).ToString(), with.Count == 0 ? done?.Manifest : null);
    }

    private static bool IsRecipe(string text) => text.EndsWith(RecipeEnd, StringComparison.Ordinal);

    private static async Task<TemplateVersionRecord> BuildAsync(Workspace workspace, string recipe, CancellationToken cancel)
    {
        var locked = await LockedAsync(workspace, recipe, cancel).ConfigureAwait(false);
        if (BuildTemplate.FindDone(workspace, locked) is { } done)
        {
            return done;
        }

        await BuildRecipes.ChainAsync(workspace, locked, cancel).ConfigureAwait(false);
        var reference = new TemplateReference(locked.Lock.Template, locked.Lock.Version);
        return workspace.Store.Versions.Find(reference) ?? throw new StoreException($"`{reference}` was built and is gone again", $"ez build {recipe}");
    }

    private static async Task<LockedRecipe> LockedAsync(Workspace workspace, string recipe, CancellationToken cancel)
    {
        var file = RecipeFile.Load(recipe);
        return File.Exists(file.LockPath)
            ? BaseChoice.Held(workspace, file)
            : await LockRecipes.LockOneAsync(workspace, file, UpdateScope.None, cancel).ConfigureAwait(false);
    }
}
