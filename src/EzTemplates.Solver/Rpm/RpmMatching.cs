using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>Which package satisfies which relation, whatever policy says of it: librpm's rules.</summary>
internal sealed class RpmMatching
{
    private readonly (int First, int End) _ofRpm;
    private readonly StringId? _noarch;

    public RpmMatching(RpmUniverse universe)
    {
        Universe = universe;
        _ofRpm = universe.StartingWith("rpmlib("u8);
        _noarch = universe.Find("noarch");
    }

    public RpmUniverse Universe { get; }

    /// <summary>Whether rpm itself provides it: what its own code can do.</summary>
    public bool IsOfRpm(RpmRelation relation) => relation.Name.Value >= _ofRpm.First && relation.Name.Value < _ofRpm.End;

    public bool IsNoarch(PackageId package) => Universe.Architectures[package.Value] == _noarch;

    /// <summary>Whether two ranges of one name have a version in common.</summary>
    public bool Overlaps(RpmRelation one, RpmRelation other) =>
        one.Relation == VersionRelation.Any || other.Relation == VersionRelation.Any
        || RpmVersionOrder.Overlaps(one.Relation, Universe.Bytes(one.Version), other.Relation, Universe.Bytes(other.Version));

    /// <summary>Whether the package's own version is within the relation, whatever it provides.</summary>
    public bool HasVersion(PackageId package, RpmRelation relation) =>
        relation.Relation == VersionRelation.Any
        || RpmVersionOrder.Overlaps(
            relation.Relation, Universe.Bytes(relation.Version), VersionRelation.Equal, Universe.Bytes(Universe.Versions[package.Value]));

    /// <summary>As <see cref="HasVersion(PackageId, RpmRelation)"/>, for a version that a recipe names.</summary>
    public bool HasVersion(PackageId package, VersionRelation relation, string version) =>
        relation == VersionRelation.Any
        || RpmVersionOrder.Overlaps(
            relation, Encoding.UTF8.GetBytes(version), VersionRelation.Equal, Universe.Bytes(Universe.Versions[package.Value]));

    /// <summary>Whether a package with a new version of <paramref name="other"/>'s name can take its place, or obsoletes it.</summary>
    public bool Obsoletes(PackageId package, PackageId other)
    {
        var name = Universe.Names[other.Value];
        if (Universe.Names[package.Value] == name || !Universe.Obsoleters(name).Contains(package))
        {
            return false;
        }

        foreach (var (kind, term) in Universe.Dependencies(package))
        {
            if (kind == RpmDependencyKind.Obsoletes && term.Operator == RpmOperator.Relation
                && Universe.Relation(term.Relation) is var relation && relation.Name == name && HasVersion(other, relation))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Orders packages by version.</summary>
    public int CompareVersions(PackageId x, PackageId y)
    {
        var (a, b) = (Universe.Versions[x.Value], Universe.Versions[y.Value]);
        return a == b ? 0 : RpmVersionOrder.Compare(Universe.Bytes(a), Universe.Bytes(b));
    }
}
