using EzTemplates.Formats.Recipes;

namespace EzTemplates.Operations;

/// <param name="Type">What a value may be: <c>list of text</c>, <c>os | app</c>.</param>
/// <param name="Default">What an absent key means; null where there is nothing to say, or it is required.</param>
/// <param name="Place"><c>any</c>, <c>os</c> or <c>app</c>: in which recipes it may stand.</param>
/// <param name="Family"><c>any</c>, <c>deb</c> or <c>rpm</c>: of which family of packages.</param>
/// <param name="Supported">False: recipes will have it, and this version refuses it unless it asks for nothing.</param>
public sealed record RecipeKeyRow(string Name, string Type, bool Required, string? Default, string Meaning, string Example, string Place, string Family, bool Supported);

/// <param name="Name">The mapping that has these keys: <c>recipe</c>, <c>repository</c>.</param>
public sealed record RecipeKeySection(string Name, IReadOnlyList<RecipeKeyRow> Keys);

public sealed record RecipeReferenceReport(IReadOnlyList<RecipeKeySection> Sections) : Report("ez.recipe-reference/1");

/// <summary><c>ez help recipe</c>: every key of a recipe, from the table that the reader reads by.</summary>
public static class RecipeReference
{
    public static RecipeReferenceReport Report() => new([.. RecipeKeys.All.Select(table => new RecipeKeySection(table.Name, [.. table.Keys.Select(Row)]))]);

    public static string Schema() => RecipeSchema.Write();

    private static RecipeKeyRow Row(KeyEntry key) => new(
        key.Name, key.Value.Name, key.IsRequired, key.Otherwise, key.Meaning, key.Example, key.Place.ToString().ToLowerInvariant(), key.Family?.ToString().ToLowerInvariant() ?? "any", !key.IsLater);
}
