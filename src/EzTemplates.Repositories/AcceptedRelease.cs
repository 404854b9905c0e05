using System.Text.Json.Serialization;

namespace EzTemplates.Repositories;

/// <summary>What was accepted last from one archive root for one suite. Its texts lie beside it by their digests and are verified again at every use.</summary>
internal sealed record AcceptedRelease
{
    public required string Root { get; init; }

    public required string Suite { get; init; }

    /// <summary>SHA-256 of the InRelease, or of the Release if there is a <see cref="Signature"/> or none is asked for.</summary>
    public required string Message { get; init; }

    /// <summary>SHA-256 of the Release.gpg.</summary>
    public string? Signature { get; init; }

    /// <summary>The snapshot's name.</summary>
    public required string Name { get; init; }

    public required DateTimeOffset Date { get; init; }

    public string? EntityTag { get; init; }

    public DateTimeOffset? LastModified { get; init; }

    /// <summary>SHA-256 of the index files as fetched.</summary>
    public required IReadOnlyList<string> Indexes { get; init; }
}

[JsonSerializable(typeof(AcceptedRelease))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
internal sealed partial class MetadataJson : JsonSerializerContext;
