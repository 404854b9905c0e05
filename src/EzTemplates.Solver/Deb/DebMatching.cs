using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>
/// Which package satisfies or meets which relation: Debian Policy 7, with Multi-Arch. <c>all</c> counts as native.
/// </summary>
internal sealed class DebMatching
{
    private readonly StringId? _native;
    private readonly StringId? _all;
    private readonly StringId? _anyWord;
    private readonly StringId? _nativeWord;

    public DebMatching(PackageUniverse universe, string nativeArchitecture)
    {
        Universe = universe;
        _native = universe.Find(nativeArchitecture);
        _all = universe.Find("all");
        _anyWord = universe.Find("any");
        _nativeWord = universe.Find("native");
    }

    public PackageUniverse Universe { get; }

    /// <summary>The architecture that counts: native for <c>all</c>. Empty stands for a native one that no package names.</summary>
    public StringId ArchitectureOf(PackageId package)
    {
        var own = Universe.Architectures[package.Value];
        return own == _all ? _native ?? StringId.Empty : own;
    }

    public bool IsNative(PackageId package) => ArchitectureOf(package) == (_native ?? StringId.Empty);

    /// <summary>Whether a package of that architecture may serve a positive dependency of a package of <paramref name="owner"/> architecture.</summary>
    public bool Serves(PackageId package, StringId qualifier, StringId owner)
    {
        var flags = Universe.Flags[package.Value];
        if (qualifier.IsEmpty)
        {
            return (flags & PackageFlags.MultiArchForeign) != 0 || ArchitectureOf(package) == owner;
        }

        if (qualifier == _anyWord)
        {
            return (flags & PackageFlags.MultiArchAllowed) != 0;
        }

        return qualifier == _nativeWord ? IsNative(package) : ArchitectureOf(package) == Resolve(qualifier);
    }

    /// <summary>Whether Conflicts or Breaks with the qualifier speak of a package of that architecture: without one, of every.</summary>
    public bool IsMeant(PackageId package, StringId qualifier) =>
        qualifier.IsEmpty || qualifier == _anyWord
        || (qualifier == _nativeWord ? IsNative(package) : ArchitectureOf(package) == Resolve(qualifier));

    /// <summary>
    /// Whether a package that has the name is within the relation, by its own version or by one that it says it provides: dpkg and APT
    /// take either.
    /// </summary>
    public bool GoesAs(PackageId package, DependencyAlternative alternative) =>
        HasVersion(package, alternative.Relation, alternative.Version) || Provides(package, alternative.Name, alternative.Relation, alternative.Version);

    /// <summary>Whether the package's own version, under its own name, is within the relation.</summary>
    public bool HasVersion(PackageId package, VersionRelation relation, StringId version)
    {
        var own = Universe.Versions[package.Value];
        return relation == VersionRelation.Any
            || relation.Admits(own == version ? 0 : DebVersionOrder.Compare(Universe.Bytes(own), Universe.Bytes(version)));
    }

    /// <summary>Whether the package provides the name within the relation. An unversioned Provides serves no versioned relation.</summary>
    public bool Provides(PackageId package, StringId name, VersionRelation relation, StringId version)
    {
        foreach (var provided in Universe.Provides(package))
        {
            if (provided.Name == name && (relation == VersionRelation.Any
                || (!provided.Version.IsEmpty && relation.Admits(DebVersionOrder.Compare(Universe.Bytes(provided.Version), Universe.Bytes(version))))))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Whether two packages of one name but different architectures may be installed together: both Multi-Arch: same, equal versions.
    /// </summary>
    public bool AreSiblings(PackageId one, PackageId other)
    {
        var flags = Universe.Flags;
        return (flags[one.Value] & flags[other.Value] & PackageFlags.MultiArchSame) != 0
            && Universe.Versions[one.Value] == Universe.Versions[other.Value];
    }

    private StringId Resolve(StringId qualifier) => qualifier == _all ? _native ?? StringId.Empty : qualifier;
}
