using EzTemplates.Domain;
using EzTemplates.Formats.Recipes;

namespace EzTemplates.Operations;

/// <summary>A recipe with the place it was read from; an application carries its base's too.</summary>
public sealed record RecipeFile(string FullPath, Recipe Recipe, RecipeFile? Base)
{
    /// <summary>The `format:` that recipes of this version have.</summary>
    public const int FormatNumber = 1;

    private const string Extension = ".yaml";

    public string Folder => Path.GetDirectoryName(FullPath)!;

    /// <summary>The OS recipe at the bottom: this one, or an application's base.</summary>
    public OsRecipe Os => Base is null ? (OsRecipe)Recipe : Base.Os;

    /// <summary>The lock beside the recipe: <c>nginx.amd64.lock.json</c>.</summary>
    public string LockPath => LockPathOf(Recipe.Name);

    /// <summary>The table of ids beside the OS recipe, which serves every application on it: <c>debian-12.ids</c>.</summary>
    public string IdsPath => Path.Combine((Base ?? this).Folder, Os.Name + ".ids");

    /// <summary>The OS's own, then those that a package is asked for in (<c>wine32:i386</c>).</summary>
    public IReadOnlyList<string> Architectures =>
        [.. new[] { Os.Architecture }.Concat((Base?.Recipe.Packages ?? []).Concat(Recipe.Packages).Select(p => p.Architecture).Where(a => a is not ("" or "all" or "any" or "native"))).Distinct()];

    /// <summary>Repositories of the base, then the recipe's own.</summary>
    public IEnumerable<RepositorySpec> Repositories => Base is null ? Recipe.Repositories : Base.Repositories.Concat(Recipe.Repositories);

    /// <summary>
    /// Reads a recipe by path, or by name from <c>./NAME.yaml</c> or <c>./recipes/NAME.yaml</c>. An application's base is read from
    /// <c>BASE.yaml</c> beside it.
    /// </summary>
    /// <exception cref="EzException">No such file, or not a recipe.</exception>
    public static RecipeFile Load(string nameOrPath)
    {
        var path = Locate(nameOrPath);
        RecipeFile? os = null;
        var recipe = Read(path, template => (os = LoadBase(path, template)).Os.Family);
        return new RecipeFile(path, recipe, os);
    }

    private static RecipeFile LoadBase(string path, string template)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        var basePath = Path.Combine(Path.GetDirectoryName(path)!, template + Extension);
        if (!File.Exists(basePath))
        {
            throw new EzException(
                FailureKind.Usage,
                $"`{name}` needs the OS recipe `{template}`, and `{basePath}` does not exist",
                $"put {template}{Extension} beside {Path.GetFileName(path)}");
        }

        OsRecipe NoOs() => throw new EzException(
            FailureKind.Usage, $"`{name}` names `{template}` as its base, which is not an OS recipe", "name a recipe of `kind: os` in `base:`");
        return new RecipeFile(basePath, Read(basePath, _ => NoOs().Family) as OsRecipe ?? NoOs(), null);
    }

    /// <summary>
    /// The locked applications beside an OS recipe that name it as their base, by name. A recipe that has become unreadable is told
    /// and left out; what lies there without a lock is none of ours.
    /// </summary>
    public IEnumerable<RecipeFile> Applications(Action<UpdateFailure> unreadable)
    {
        foreach (var path in Directory.EnumerateFiles(Folder, "*" + Extension).Order(StringComparer.Ordinal).Where(path => path != FullPath))
        {
            var name = Path.GetFileNameWithoutExtension(path);
            if (!File.Exists(LockPathOf(name)))
            {
                continue;
            }

            RecipeFile file;
            try
            {
                file = Load(path);
            }
            catch (EzException broken)
            {
                unreadable(new UpdateFailure(name, broken.Message, broken.Hint));
                continue;
            }

            if (file.Base?.FullPath == FullPath)
            {
                yield return file;
            }
        }
    }

    private string LockPathOf(string name) => Path.Combine(Folder, $"{name}.{Os.Architecture}.lock.json");

    private static Recipe Read(string path, Func<string, PackageFamily> familyOfBase)
    {
        try
        {
            return RecipeYaml.Read(File.ReadAllText(path), path, familyOfBase);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new EzException(FailureKind.Usage, $"cannot read the recipe `{path}`: {failure.Message}", "give a recipe that this user may read");
        }
    }

    private static string Locate(string nameOrPath)
    {
        string[] tried = nameOrPath.Contains('/', StringComparison.Ordinal) || nameOrPath.EndsWith(Extension, StringComparison.Ordinal)
            ? [nameOrPath]
            : [nameOrPath + Extension, Path.Combine("recipes", nameOrPath + Extension)];
        foreach (var path in tried)
        {
            if (File.Exists(path))
            {
                return Path.GetFullPath(path);
            }
        }

        var near = Directory.Exists("recipes")
            ? NearNames.Closest(Path.GetFileNameWithoutExtension(nameOrPath), Directory.EnumerateFiles("recipes", "*" + Extension).Select(f => Path.GetFileNameWithoutExtension(f)!))
            : [];
        throw new EzException(
            FailureKind.Usage,
            $"no recipe `{nameOrPath}`: {string.Join(" and ", tried.Select(t => $"`{t}`"))} {(tried.Length == 1 ? "does" : "do")} not exist",
            near.Count > 0 ? $"did you mean `{near[0]}`?" : "give the path of a recipe, such as recipes/debian-12.yaml");
    }
}
