using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>
/// Names to complete while a command line is typed. Looks at folders only: opens no store, makes none, takes no lock, and has nothing to
/// offer where it may not look.
/// </summary>
public static class KnownNames
{
    private const string RecipeEnd = ".yaml";
    private const string RecordEnd = ".json";
    private const string LockEnd = ".lock.json";

    /// <param name="storeRoot">Null: the default for this user.</param>
    public static IEnumerable<string> Environments(string? storeRoot) =>
        Names(() => Directory.EnumerateDirectories(Layout(storeRoot).Environments)).Where(name => name[0] != '.');

    /// <summary>Each template by its name, and each version of it.</summary>
    public static IEnumerable<string> Templates(string? storeRoot)
    {
        var layout = Layout(storeRoot);
        foreach (var template in Names(() => Directory.EnumerateDirectories(layout.Versions)))
        {
            yield return template;
            foreach (var record in Names(() => Directory.EnumerateFiles(Path.Combine(layout.Versions, template), "*" + RecordEnd)).Where(name => !name.EndsWith(LockEnd, StringComparison.Ordinal)))
            {
                yield return $"{template}@{record[..^RecordEnd.Length]}";
            }
        }
    }

    /// <summary>As commands take them: by name, from . and ./recipes.</summary>
    public static IEnumerable<string> Recipes() => Names(() => Directory.EnumerateFiles(".", "*" + RecipeEnd))
        .Concat(Names(() => Directory.EnumerateFiles("recipes", "*" + RecipeEnd)))
        .Select(name => name[..^RecipeEnd.Length])
        .Distinct(StringComparer.Ordinal);

    private static StoreLayout Layout(string? storeRoot) => new(storeRoot ?? StoreLayout.DefaultRoot);

    private static List<string> Names(Func<IEnumerable<string>> look)
    {
        try
        {
            return [.. look().Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
