using EzTemplates.Domain;
using EzTemplates.Formats.Locks;
using EzTemplates.Solver;

namespace EzTemplates.Operations;

/// <summary>Why a package is in a lock: read from locks alone, no network and no store.</summary>
public static class ExplainPackage
{
    private static readonly string[] Folders = [".", "recipes"];
    private const string LockSuffix = ".lock.json";

    /// <param name="recipes">Whose locks to ask; none: every lock in <c>.</c> and <c>./recipes</c>.</param>
    /// <exception cref="EzException">No lock has the package, or there is no lock at all.</exception>
    public static WhyReport Run(string package, IReadOnlyList<string> recipes)
    {
        var locks = Locks(recipes).ToList();
        if (locks.Count == 0)
        {
            throw new EzException(FailureKind.Usage, "there is no lock in `.` or `./recipes`", "ez lock RECIPE");
        }

        var answers = locks.Select(held => Answer(held, package)).OfType<WhyAnswer>().ToList();
        return answers.Count > 0 ? new WhyReport(package, answers) : throw NoLockHas(package, locks);
    }

    private static WhyAnswer? Answer(TemplateLock held, string package)
    {
        string NameOf(LockedPackage row) => held.IsNative(row) ? row.Name : $"{row.Name}:{row.Architecture}";
        var chain = Why.Chain(held.Packages.Select(p => KeyValuePair.Create(NameOf(p), p.Reason)), package);
        return chain is null
            ? null
            : new WhyAnswer(held.Template, held.Version.ToNormalizedString(), package, held.Packages.First(p => NameOf(p) == package).Version, chain.Cause, chain.Names);
    }

    private static IEnumerable<TemplateLock> Locks(IReadOnlyList<string> recipes)
    {
        if (recipes.Count > 0)
        {
            return recipes.Select(recipe => LockFile.RequireFitting(RecipeFile.Load(recipe)));
        }

        return Folders
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*" + LockSuffix).Order(StringComparer.Ordinal))
            .Select(path => LockText.Read(File.ReadAllBytes(path), path));
    }

    private static EzException NoLockHas(string package, List<TemplateLock> locks)
    {
        var near = NearNames.Closest(package, locks.SelectMany(l => l.Packages).Select(p => p.Name).Distinct(StringComparer.Ordinal));
        return new EzException(
            FailureKind.Unsolvable,
            $"no lock has `{package}` (asked: {string.Join(", ", locks.Select(l => l.Template))})",
            near.Count > 0 ? $"did you mean `{string.Join("`, `", near)}`?" : null);
    }
}
