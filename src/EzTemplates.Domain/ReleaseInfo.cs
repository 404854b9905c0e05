using System.Collections.Immutable;

namespace EzTemplates.Domain;

/// <summary>A file that a Release file names.</summary>
public sealed record ReleaseEntry(long Size, Sha256Digest Sha256);

/// <summary>What an APT suite says of itself. <c>EzTemplates.Formats.ReleaseFile</c> reads it from verified text. Absent texts are empty.</summary>
public sealed record ReleaseInfo
{
    public string Origin { get; init; } = "";

    public string Label { get; init; } = "";

    public string Suite { get; init; } = "";

    public string Codename { get; init; } = "";

    public string Version { get; init; } = "";

    public DateTimeOffset? Date { get; init; }

    public DateTimeOffset? ValidUntil { get; init; }

    public bool AcquireByHash { get; init; }

    /// <summary>The suite's packages are installed only when asked for (experimental, backports).</summary>
    public bool NotAutomatic { get; init; }

    /// <summary>With <see cref="NotAutomatic"/>: once installed they are kept up to date (backports).</summary>
    public bool ButAutomaticUpgrades { get; init; }

    public ImmutableArray<string> Architectures { get; init; } = [];

    /// <summary>Index kinds (<c>Packages</c>) of which architecture <c>all</c> has none of its own: each architecture's holds those packages.</summary>
    public ImmutableArray<string> NoSupportForArchitectureAll { get; init; } = [];

    public ImmutableArray<string> Components { get; init; } = [];

    /// <summary>The SHA256 section: paths below the Release file's directory.</summary>
    public required IReadOnlyDictionary<string, ReleaseEntry> Files { get; init; }
}
