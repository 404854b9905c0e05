using System.Collections.Immutable;

namespace EzTemplates.Domain;

/// <summary>
/// A path as its package has it. <see cref="Entry"/> carries the archive's numbers; the names are the archive's too and decide when
/// they are known to the tree (empty where the archive has none).
/// </summary>
public sealed record PackageEntry(ManifestEntry Entry, string UserName, string GroupName);

/// <summary>A file of the package's control part (<c>control</c>, <c>postinst</c>, <c>conffiles</c>...), kept as an object.</summary>
public sealed record ControlMember(string Name, int Mode, FileTime Mtime, long Size, Sha256Digest Content);

/// <summary>
/// What one package unpacks to. Made once per package, ever; named by the archive's own SHA-256.
/// Entries stand in the archive's order; a path stands once (a later member of the same name has replaced the earlier one).
/// </summary>
public sealed record PackageContents
{
    /// <summary>SHA-256 of the archive file.</summary>
    public required Sha256Digest Package { get; init; }

    /// <summary>Bytes of the archive file.</summary>
    public required long ArchiveSize { get; init; }

    public required ImmutableArray<ControlMember> Control { get; init; }

    public required ImmutableArray<PackageEntry> Entries { get; init; }
}
