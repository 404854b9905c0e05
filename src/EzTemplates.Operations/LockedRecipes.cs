using EzTemplates.Domain;

namespace EzTemplates.Operations;

/// <summary>The recipes that a question is about: those named, or every one in <c>.</c> and <c>./recipes</c> that has a lock.</summary>
internal static class LockedRecipes
{
    private static readonly string[] Folders = [".", "recipes"];
    private const string LockEnd = ".lock.json";
    private const string RecipeEnd = ".yaml";

    /// <exception cref="EzException">There is none.</exception>
    public static List<RecipeFile> Find(IReadOnlyList<string> named)
    {
        var found = named.Count > 0 ? named.Select(RecipeFile.Load).ToList() : [.. Beside().Select(RecipeFile.Load)];
        return found.Count > 0 ? found : throw new EzException(FailureKind.Usage, "there is no lock in `.` or `./recipes`", "ez lock RECIPE");
    }

    /// <summary>A lock is called <c>NAME.ARCHITECTURE.lock.json</c>.</summary>
    private static IEnumerable<string> Beside() => Folders
        .Where(Directory.Exists)
        .SelectMany(folder => Directory.EnumerateFiles(folder, "*" + LockEnd)
            .Select(path => Path.Combine(folder, Path.GetFileNameWithoutExtension(Path.GetFileName(path)[..^LockEnd.Length]) + RecipeEnd))
            .Where(File.Exists)
            .Order(StringComparer.Ordinal));
}
