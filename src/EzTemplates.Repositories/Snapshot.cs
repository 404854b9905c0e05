using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Repositories;

/// <summary>A Packages index on disk, as fetched; its digests are those of the signed Release.</summary>
/// <param name="Name">Below the suite's directory: <c>main/binary-amd64/Packages.xz</c>.</param>
/// <param name="FilePath">In the metadata directory; by its extension-less digest, so the compression is told by <paramref name="Name"/>.</param>
/// <param name="Plain">Size and digest of the decompressed text; null where the Release does not list it.</param>
public sealed record SnapshotIndex(string Component, string Architecture, string Name, string FilePath, ReleaseEntry Packed, ReleaseEntry? Plain);

/// <summary>The verified metadata of a repository at one moment: of one suite, or of an rpm-md repository.</summary>
public abstract record Snapshot
{
    public required string Repository { get; init; }

    /// <summary>As the recipe names it; empty for an rpm-md repository, which has none.</summary>
    public string Suite { get; init; } = "";

    /// <summary>The digest of the signed text.</summary>
    public required Sha256Digest Name { get; init; }

    /// <summary>Archive roots, each with a slash at its end, the one that served the signed text first; packages are fetched from them.</summary>
    public required ImmutableArray<Uri> MirrorRoots { get; init; }

    /// <summary>The primary fingerprint of the key that signed it; empty where no signature is asked for.</summary>
    public required string SignedBy { get; init; }

    /// <summary>Whether it is the one that was accepted last time already.</summary>
    public required bool IsUnchanged { get; init; }

    /// <summary><c>repository/suite</c>, or <c>repository</c>: the source label in universes and locks.</summary>
    public string Source => Suite == "" ? Repository : $"{Repository}/{Suite}";

    public abstract DateTimeOffset Date { get; }

    /// <summary>The addresses of a package file, by its path below the archive root.</summary>
    public ImmutableArray<Uri> AddressesOf(string path) => AddressesBelow(MirrorRoots, path);

    /// <summary>The same below any archive roots, each with a slash at its end.</summary>
    public static ImmutableArray<Uri> AddressesBelow(IEnumerable<Uri> roots, string path) => [.. roots.Select(root => Address(root, path))];

    /// <summary>Path components are escaped: <c>+</c> and <c>~</c> may stay, <c>%</c>, <c>?</c> and <c>#</c> may not.</summary>
    internal static Uri Address(Uri root, string path) =>
        new(root, string.Join('/', path.Split('/').Select(part => Uri.EscapeDataString(part).Replace("%2B", "+", StringComparison.Ordinal))));
}

/// <summary>The verified metadata of one suite of a repository at one moment.</summary>
public sealed record AptSnapshot : Snapshot
{
    public required ReleaseInfo Release { get; init; }

    /// <summary>APT's sense: the higher number wins.</summary>
    public required int Priority { get; init; }

    /// <summary>By component in recipe order, then architecture.</summary>
    public required ImmutableArray<SnapshotIndex> Indexes { get; init; }

    public override DateTimeOffset Date => Release.Date!.Value;

    public DateTimeOffset? ValidUntil => Release.ValidUntil;
}
