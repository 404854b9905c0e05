using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Domain.Merging;
using EzTemplates.Formats;

namespace EzTemplates.Environments;

/// <summary>
/// Whether what a merged dpkg status says is installed goes together (Debian Policy 7). Only what the merge itself breaks counts: neither
/// what was broken in the environment, nor what is in the new version alone.
/// </summary>
internal sealed class PackageRelations
{
    // Versions are texts here, of which each comparison makes bytes.
    private const int BytesOfComparison = 96;

    private static readonly string[] Needs = ["Pre-Depends", "Depends"];
    private static readonly string[] Excludes = ["Conflicts", "Breaks"];

    private readonly List<InstalledPackage> _packages;
    private readonly ILookup<string, InstalledPackage> _named;
    private readonly ILookup<string, (InstalledPackage Provider, string Version)> _provided;
    private readonly string _native;
    private readonly RelationBudget _budget;

    private PackageRelations(string status, RelationBudget budget)
    {
        _budget = budget;
        _packages = InstalledPackage.ReadAll(status);
        _named = _packages.ToLookup(package => package.Name, StringComparer.Ordinal);
        _provided = _packages.SelectMany(package => Read(package, "Provides").SelectMany(relation => relation.Alternatives).Select(provide => (provide.Name, Provided: (package, provide.Version))))
            .ToLookup(provide => provide.Name, provide => provide.Provided, StringComparer.Ordinal);
        _native = _named["dpkg"].FirstOrDefault()?.Architecture
            ?? _packages.Where(package => package.Architecture != "all").GroupBy(package => package.Architecture).MaxBy(group => group.Count())?.Key ?? "";
    }

    /// <param name="merged">The status that would be; bytes as chars, as the others.</param>
    /// <param name="own">What the environment has now.</param>
    /// <param name="next">What the new version has by itself.</param>
    public static ImmutableArray<MergeConflict> NewlyBroken(string merged, string own, string next, RelationBudget budget) => RelationBudget.Told(() =>
    {
        var broken = new PackageRelations(merged, budget).Broken();
        if (broken.Count == 0)
        {
            return [];
        }

        var version = new PackageRelations(next, budget);
        var known = new PackageRelations(own, budget).Broken().Concat(version.Broken()).Select(relation => relation.Key).ToHashSet();
        return broken.Where(relation => !known.Contains(relation.Key)).Select(relation => relation.Told(version.Has));
    });

    private bool Has(InstalledPackage package) => _named[package.Name].Any(other => other.Key == package.Key && other.Version == package.Version);

    /// <summary>The first of each key.</summary>
    private List<BrokenRelation> Broken()
    {
        var (broken, keys) = (new List<BrokenRelation>(), new HashSet<string>());
        foreach (var found in Lacking().Concat(Excluding()))
        {
            _budget.SpendOnBroken(found.Key.Length);
            if (keys.Add(found.Key))
            {
                broken.Add(found);
            }
        }

        return broken;
    }

    private IEnumerable<BrokenRelation> Lacking() =>
        RelationsOf(Needs).Where(one => !IsMet(one.Package, one.Relation)).Select(one => new BrokenRelation(one.Package, one.Relation, null));

    private IEnumerable<BrokenRelation> Excluding() =>
        RelationsOf(Excludes).SelectMany(one => Met(one.Package, one.Relation).Select(other => new BrokenRelation(one.Package, one.Relation, other)));

    private IEnumerable<(InstalledPackage Package, DebRelation Relation)> RelationsOf(string[] fields) =>
        _packages.SelectMany(package => fields.SelectMany(field => Read(package, field)).Select(relation => (package, relation)));

    private bool IsMet(InstalledPackage package, DebRelation relation) => relation.Alternatives.Any(wanted =>
        Named(wanted).Any(other => wanted.Admits(other.Version) && IsOfArchitecture(package, wanted, other))
        || Providing(wanted).Any(provide => IsProvided(wanted, provide.Version) && IsOfArchitecture(package, wanted, provide.Provider)));

    /// <summary>What it excludes: never itself, under no name, and without a word of architectures in all of them. One may be there twice.</summary>
    private IEnumerable<InstalledPackage> Met(InstalledPackage package, DebRelation relation) => relation.Alternatives.SelectMany(unwanted =>
        Named(unwanted).Where(other => unwanted.Admits(other.Version))
            .Concat(Providing(unwanted).Where(provide => IsProvided(unwanted, provide.Version)).Select(provide => provide.Provider))
            .Where(other => other.Name != package.Name && (unwanted.Architecture is "" or "any" || IsOfArchitecture(package, unwanted, other))));

    private IEnumerable<InstalledPackage> Named(DebAlternative wanted) => Spending(wanted, _named[wanted.Name], other => other, other => other.Version);

    private IEnumerable<(InstalledPackage Provider, string Version)> Providing(DebAlternative wanted) =>
        Spending(wanted, _provided[wanted.Name], provide => provide.Provider, provide => provide.Version);

    /// <summary>Each of them is about to be compared with what is wanted.</summary>
    private IEnumerable<T> Spending<T>(DebAlternative wanted, IEnumerable<T> found, Func<T, InstalledPackage> package, Func<T, string> version)
    {
        _budget.Spend();
        foreach (var one in found)
        {
            var other = package(one);
            _budget.Spend(BytesOfComparison + wanted.Version.Length + wanted.Architecture.Length + version(one).Length + other.Name.Length + other.Architecture.Length);
            yield return one;
        }
    }

    /// <summary>An unversioned Provides meets no versioned relation.</summary>
    private static bool IsProvided(DebAlternative wanted, string version) => wanted.Relation == VersionRelation.Any || (version.Length > 0 && wanted.Admits(version));

    private bool IsOfArchitecture(InstalledPackage package, DebAlternative wanted, InstalledPackage other) => other.MultiArch == "foreign" || wanted.Architecture switch
    {
        "" => Of(other) == Of(package),
        "any" => other.MultiArch == "allowed" || Of(other) == Of(package),
        "native" => Of(other) == _native,
        var named => Of(other) == named,
    };

    private string Of(InstalledPackage package) => package.Architecture == "all" ? _native : package.Architecture;

    /// <summary>A field that is none says nothing: who wrote it has met what reads it before.</summary>
    private static ImmutableArray<DebRelation> Read(InstalledPackage package, string field)
    {
        try
        {
            return package.Stanza.Find(field) is { } text ? DebRelation.Parse(text.Bytes.Span) : [];
        }
        catch (FormatException)
        {
            return [];
        }
    }

    /// <param name="Met">What is there and must not be; null: what must be there is not.</param>
    private sealed record BrokenRelation(InstalledPackage Package, DebRelation Relation, InstalledPackage? Met)
    {
        /// <summary>Without versions: what was broken is not broken anew because a number has changed.</summary>
        public string Key { get; } = $"{Package.Name}:{Package.Architecture} {(Met is null ? "needs " + string.Join('|', Relation.Alternatives.Select(wanted => wanted.Name)) : $"excludes {Met.Name}:{Met.Architecture}")}";

        public MergeConflict Told(Func<InstalledPackage, bool> isVersions)
        {
            var (own, relation) = (!isVersions(Package), ToldText.OfText(Relation.ToString()));
            return (Met, own) switch
            {
                (null, true) => new MergeConflict($"package {Package} of the environment needs `{relation}`, which is not there with the new version", $"apt-get remove {Package.Name}"),
                (null, false) => new MergeConflict(
                    $"package {Package} of the new version needs `{relation}`, which the environment does not have", $"apt-get install {Relation.Alternatives[0].Name}"),
                ({ } met, true) => new MergeConflict($"package {Package} of the environment excludes `{relation}`, and with the new version there is {met}", $"apt-get remove {Package.Name}"),
                ({ } met, false) => new MergeConflict($"package {Package} of the new version excludes `{relation}`, and the environment has {met}", $"apt-get remove {met.Name}"),
            };
        }
    }
}
