namespace EzTemplates.Testing;

/// <summary>How a snapshot of a generated rpm-md repository is published.</summary>
public sealed record RpmPublishOptions
{
    /// <summary>The timestamp of all its files.</summary>
    public DateTimeOffset Date { get; init; } = new(2024, 6, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The form of the metadata: <c>""</c> (plain), <c>.gz</c>, <c>.xz</c>, <c>.zst</c>, <c>.bz2</c>.</summary>
    public string Compression { get; init; } = ".gz";

    /// <summary>How packages and metadata are summed: <c>sha256</c>, <c>sha384</c>, <c>sha512</c>.</summary>
    public string Checksum { get; init; } = "sha256";

    /// <summary>Groups of comps.xml: an id and its mandatory packages.</summary>
    public IReadOnlyList<(string Id, string[] Packages)> Groups { get; init; } = [];

    /// <summary>A modules.yaml.</summary>
    public string? Modules { get; init; }

    /// <summary>Packages that a security advisory names.</summary>
    public IReadOnlyList<GeneratedRpm> Security { get; init; } = [];

    /// <summary>Null: the repository's own key.</summary>
    public SigningKey? Key { get; init; }

    /// <summary>Whether there is a repomd.xml.asc.</summary>
    public bool IsSigned { get; init; } = true;
}
