using System.Collections.Immutable;
using EzTemplates.Formats;

namespace EzTemplates.Repositories;

/// <summary>What a file of an rpm-md repository's metadata is.</summary>
public enum RpmIndexKind
{
    Primary,
    Filelists,
    Groups,
    Modules,
    Advisories,
}

/// <summary>A file of a repository's metadata on disk, as fetched; its sizes and digests are those of the signed repomd.xml.</summary>
/// <param name="FilePath">In the metadata directory, by its digest, so the compression is told by the path in <paramref name="File"/>.</param>
public sealed record RpmIndex(RpmIndexKind Kind, RepomdFile File, string FilePath);

/// <summary>The verified metadata of an rpm-md repository at one moment.</summary>
public sealed record RpmSnapshot : Snapshot
{
    public required Repomd Repomd { get; init; }

    /// <summary>Patterns of names, as the recipe has them.</summary>
    public ImmutableArray<string> Only { get; init; } = [];

    /// <summary>Likewise.</summary>
    public ImmutableArray<string> Except { get; init; } = [];

    /// <summary>One of each kind that the repository has.</summary>
    public required ImmutableArray<RpmIndex> Indexes { get; init; }

    public override DateTimeOffset Date => RepomdPast.DateOf(Repomd);
}
