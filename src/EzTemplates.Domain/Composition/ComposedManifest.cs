using System.Collections.Immutable;

namespace EzTemplates.Domain.Composition;

/// <summary>One entry of a package's <c>Replaces</c>: whose files it may take over.</summary>
public sealed record PackageReplaces(string Name, VersionRelation Relation = VersionRelation.Any, string Version = "");

/// <summary>A package with what composing needs to know of it.</summary>
/// <param name="MultiArchSame">May share equal files with the same version for another architecture.</param>
public sealed record ComposedPackage(
    string Name,
    string Version,
    string Architecture,
    bool MultiArchSame,
    ImmutableArray<PackageReplaces> Replaces,
    PackageContents Contents)
{
    /// <summary>Whether its preinst may divert other packages' files; asked only of one that is at odds with another.</summary>
    public Func<bool> MayDivert { get; init; } = () => false;

    /// <summary>For rpm: of which architecture's kind files are that run on one only (see <c>RpmFile.Color</c>).</summary>
    public IReadOnlyDictionary<TreePath, uint> Colors { get; init; } = ImmutableDictionary<TreePath, uint>.Empty;
}

/// <summary>A file whose path another package has, which may divert it: where it goes, the preinsts decide.</summary>
/// <param name="Entry">At the path that both want.</param>
/// <param name="Package">Whose it is, as the provenance numbers them.</param>
/// <param name="AtOdds">What is wrong if nothing diverts it.</param>
public sealed record ContestedFile(ManifestEntry Entry, int Package, EzException AtOdds);

/// <param name="Epoch">The mtime of paths that no archive supplies.</param>
/// <param name="UsrMerge">Whether <c>/bin</c>, <c>/sbin</c> and <c>/lib*</c> are links below <c>/usr</c>.</param>
/// <param name="VersionOrder">How the family compares two versions, for versioned <c>Replaces</c>.</param>
public sealed record ComposeOptions(FileTime Epoch, bool UsrMerge, Comparison<string> VersionOrder)
{
    public PackageFamily Family { get; init; } = PackageFamily.Deb;
}

/// <summary>Whose a path is, by name; an empty name is root's.</summary>
public readonly record struct NamedOwner(string User, string Group)
{
    private const string Root = "root";

    public bool IsRoot => User is "" or Root && (Group is "" or Root);
}

/// <summary>The provenance has no configuration files yet: they stand in control members, whose bytes are not known here.</summary>
public sealed record ComposedManifest(Manifest Manifest, Provenance Provenance)
{
    /// <summary>In the order of their paths; none is in the manifest.</summary>
    public ImmutableArray<ContestedFile> Contested { get; init; } = [];

    /// <summary>Paths whose owner or group has a name that is not root, hard links by their first name only; the manifest has the archives' numbers.</summary>
    public ImmutableDictionary<TreePath, NamedOwner> Owners { get; init; } = ImmutableDictionary<TreePath, NamedOwner>.Empty;
}
