using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Domain.Merging;
using EzTemplates.Formats;

namespace EzTemplates.Environments;

/// <summary>
/// Whether what a merged rpm database says is installed goes together, as <see cref="PackageRelations"/> for dpkg's status: only what the
/// merge itself breaks counts. What a package obsoletes was of weight when it was installed.
/// </summary>
internal sealed class RpmRelations
{
    private readonly RpmUniverse _installed;
    private readonly RelationBudget _budget;
    private readonly Dictionary<RpmTerm, bool> _known = [];

    private RpmRelations(string database, RelationBudget budget)
    {
        _budget = budget;
        var builder = new RpmUniverseBuilder();
        foreach (var record in InstalledRpm.ReadWhatCan(database).Select(package => package.TryRecord()).OfType<RpmRecord>())
        {
            _ = builder.Add("installed", record);
        }

        _installed = builder.ToUniverse();
    }

    /// <param name="merged">The database that would be; bytes as chars, as the others.</param>
    /// <param name="own">What the environment has now.</param>
    /// <param name="next">What the new version has by itself.</param>
    public static ImmutableArray<MergeConflict> NewlyBroken(string merged, string own, string next, RelationBudget budget) => RelationBudget.Told(() =>
    {
        var broken = new RpmRelations(merged, budget).Broken();
        if (broken.Count == 0)
        {
            return [];
        }

        var version = new RpmRelations(next, budget);
        var known = new RpmRelations(own, budget).Broken().Concat(version.Broken()).Select(relation => relation.Key).ToHashSet();
        var (packages, names) = (version.Packages.Select(version.Nevra).ToHashSet(), version.Packages.Select(version.NameOf).ToHashSet());
        return broken.Where(relation => !known.Contains(relation.Key)).Select(relation => relation.Told(packages.Contains(relation.Package), names.Contains(relation.Name)));
    });

    private IEnumerable<PackageId> Packages => Enumerable.Range(0, _installed.PackageCount).Select(number => new PackageId(number));

    /// <summary>The first of each key.</summary>
    private List<BrokenRelation> Broken()
    {
        var (broken, keys) = (new List<BrokenRelation>(), new HashSet<string>());
        foreach (var package in Packages)
        {
            foreach (var (kind, term) in _installed.Dependencies(package))
            {
                _budget.Spend();
                var found = kind switch
                {
                    RpmDependencyKind.Requires or RpmDependencyKind.PreRequires => Holds(term) ? null : BrokenOf(package, term, null),
                    RpmDependencyKind.Conflicts => FirstMeeting(term, package) is { } met ? BrokenOf(package, term, Nevra(met)) : null,
                    _ => null,
                };
                if (found is not null && keys.Add(found.Key))
                {
                    broken.Add(found);
                }
            }
        }

        return broken;
    }

    private BrokenRelation BrokenOf(PackageId package, RpmTerm term, string? met)
    {
        var broken = new BrokenRelation(NameOf(package), Nevra(package), Describe(term), Describe(term, withVersions: false), met);
        _budget.SpendOnBroken(broken.Package.Length + broken.Relation.Length + broken.Key.Length + (met?.Length ?? 0));
        return broken;
    }

    /// <summary>Most packages need what others need as well.</summary>
    private bool Holds(RpmTerm term)
    {
        if (!_known.TryGetValue(term, out var holds))
        {
            holds = LookWhetherHolds(term);
            _known[term] = holds;
        }

        return holds;
    }

    private bool LookWhetherHolds(RpmTerm term)
    {
        _budget.Spend();
        var operands = term.Operator == RpmOperator.Relation ? [] : _installed.Operands(term).ToArray();
        return term.Operator switch
        {
            RpmOperator.Relation => IsProvided(_installed.Relation(term.Relation)),
            RpmOperator.And => Array.TrueForAll(operands, Holds),
            RpmOperator.Or => Array.Exists(operands, Holds),
            RpmOperator.If => Holds(operands[1]) ? Holds(operands[0]) : operands.Length < 3 || Holds(operands[2]),
            RpmOperator.Unless => Holds(operands[1]) ? operands.Length > 2 && Holds(operands[2]) : Holds(operands[0]),
            _ => Meeting(term).Count > 0,
        };
    }

    private bool IsProvided(RpmRelation wanted)
    {
        foreach (var provider in _installed.Providers(wanted.Name))
        {
            if (Overlaps(wanted, _installed.Relation(provider.Provided)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Another package that meets a term.</summary>
    private PackageId? FirstMeeting(RpmTerm term, PackageId than)
    {
        if (term.Operator != RpmOperator.Relation)
        {
            return Meeting(term).Where(other => other != than).Select(other => (PackageId?)other).FirstOrDefault();
        }

        var wanted = _installed.Relation(term.Relation);
        foreach (var provider in _installed.Providers(wanted.Name))
        {
            if (Overlaps(wanted, _installed.Relation(provider.Provided)) && provider.Package != than)
            {
                return provider.Package;
            }
        }

        return null;
    }

    /// <summary>Packages that meet a term by themselves; of a rich one only where it asks for one package.</summary>
    private List<PackageId> Meeting(RpmTerm term)
    {
        switch (term.Operator)
        {
            case RpmOperator.Relation:
                var wanted = _installed.Relation(term.Relation);
                return [.. _installed.Providers(wanted.Name).ToArray().Where(provider => Overlaps(wanted, _installed.Relation(provider.Provided))).Select(provider => provider.Package).Distinct()];
            case RpmOperator.Or:
                return [.. _installed.Operands(term).ToArray().SelectMany(Meeting).Distinct()];
            case RpmOperator.With:
                return [.. _installed.Operands(term).ToArray().Select(Meeting).Aggregate((all, some) => [.. all.Intersect(some)])];
            case RpmOperator.Without:
                return [.. _installed.Operands(term).ToArray().Select(Meeting).Aggregate((all, some) => [.. all.Except(some)])];
            default:
                return [];
        }
    }

    private bool Overlaps(RpmRelation wanted, RpmRelation provided)
    {
        if (wanted.Relation == VersionRelation.Any || provided.Relation == VersionRelation.Any)
        {
            _budget.Spend();
            return true;
        }

        var bound = _installed.Bytes(wanted.Version);
        var version = _installed.Bytes(provided.Version);
        _budget.Spend(bound.Length + version.Length);
        return RpmVersionOrder.Overlaps(wanted.Relation, bound, provided.Relation, version);
    }

    private string Nevra(PackageId package) => _installed.Path(package);

    private string NameOf(PackageId package) => _installed.Text(_installed.Names[package.Value]);

    private string Describe(RpmTerm term, bool withVersions = true)
    {
        if (term.Operator != RpmOperator.Relation)
        {
            var word = term.Operator.ToString().ToLowerInvariant();
            var parts = _installed.Operands(term).ToArray().Select(part => Describe(part, withVersions)).ToList();
            return term.Operator is RpmOperator.If or RpmOperator.Unless && parts.Count > 2
                ? $"({parts[0]} {word} {parts[1]} else {parts[2]})"
                : $"({string.Join($" {word} ", parts)})";
        }

        var relation = _installed.Relation(term.Relation);
        var name = _installed.Text(relation.Name);
        return relation.Relation == VersionRelation.Any || !withVersions ? name : $"{name} {SignOf(relation.Relation)} {_installed.Text(relation.Version)}";
    }

    private static string SignOf(VersionRelation relation) => relation switch
    {
        VersionRelation.Less => "<",
        VersionRelation.LessOrEqual => "<=",
        VersionRelation.Equal => "=",
        VersionRelation.GreaterOrEqual => ">=",
        _ => ">",
    };

    /// <param name="Bare">The relation without versions: what was broken is not broken anew because a number has changed.</param>
    /// <param name="Met">What is there and must not be; null: what must be there is not.</param>
    private sealed record BrokenRelation(string Name, string Package, string Relation, string Bare, string? Met)
    {
        public string Key { get; } = $"{Name} {(Met is null ? "needs" : "excludes")} {Bare}";

        /// <param name="isVersions">The new version has just this package.</param>
        /// <param name="hasName">It has one of that name, so that removing this one is no way out.</param>
        public MergeConflict Told(bool isVersions, bool hasName)
        {
            var (package, relation, wayOut) = (ToldText.OfText(Package), ToldText.OfText(Relation), hasName ? $"dnf downgrade {Name}" : $"rpm -e {Name}");
            return (Met, isVersions) switch
            {
                (null, false) => new MergeConflict($"package `{package}` of the environment needs `{relation}`, which is not there with the new version", wayOut),
                (null, true) => new MergeConflict($"package `{package}` of the new version needs `{relation}`, which the environment does not have", $"dnf install '{Relation}'"),
                ({ } met, false) => new MergeConflict($"package `{package}` of the environment excludes `{relation}`, and with the new version there is `{ToldText.OfText(met)}`", wayOut),
                ({ } met, true) => new MergeConflict($"package `{package}` of the new version excludes `{relation}`, and the environment has `{ToldText.OfText(met)}`", $"rpm -e {met}"),
            };
        }
    }
}
