using System.Collections.Immutable;

namespace EzTemplates.Testing;

/// <summary>How a snapshot of a generated repository is published.</summary>
public sealed record PublishOptions
{
    /// <summary>The Release's Date; also the modification time of the index files, as on a real mirror.</summary>
    public DateTimeOffset Date { get; init; } = new(2024, 6, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Valid-Until = Date + this; null: none. An expired snapshot is one whose Date lies far enough back.</summary>
    public TimeSpan? ValidFor { get; init; }

    /// <summary>The folder under dists, and the Codename.</summary>
    public string Suite { get; init; } = "stable-one";

    /// <summary>The Release's Suite; null: as <see cref="Suite"/>.</summary>
    public string? SuiteName { get; init; }

    /// <summary>The Release's Codename; null: as <see cref="Suite"/>.</summary>
    public string? Codename { get; init; }

    public string Origin { get; init; } = "Generated";

    public ImmutableArray<string> Components { get; init; } = ["main"];

    public ImmutableArray<string> Architectures { get; init; } = ["amd64"];

    /// <summary>The forms of each Packages file: <c>""</c> (plain), <c>.gz</c>, <c>.xz</c>, <c>.zst</c>, <c>.bz2</c>.</summary>
    public ImmutableArray<string> Compressions { get; init; } = ["", ".gz", ".xz"];

    public bool ByHash { get; init; } = true;

    /// <summary>Whether the plain names exist beside by-hash; a test of by-hash leaves them out.</summary>
    public bool ByName { get; init; } = true;

    /// <summary>Orders the stanzas by this seed; null: as given.</summary>
    public int? StanzaSeed { get; init; }

    /// <summary>Null: the repository's own key.</summary>
    public SigningKey? Key { get; init; }

    public ReleaseSignature Signature { get; init; } = ReleaseSignature.Both;

    /// <summary>Further lines of the Release file, such as NotAutomatic.</summary>
    public ImmutableArray<(string Name, string Value)> ReleaseFields { get; init; } = [];
}

/// <summary>Which signed forms of Release are there.</summary>
public enum ReleaseSignature
{
    Both,
    InRelease,
    Detached,
    None,
}
