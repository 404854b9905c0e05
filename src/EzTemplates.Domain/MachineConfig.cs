using System.Collections.Immutable;

namespace EzTemplates.Domain;

/// <summary>What this machine's own configuration says, as against a recipe's, which is the same everywhere.</summary>
public sealed record MachineConfig
{
    public static MachineConfig Empty { get; } = new();

    /// <summary>Archive roots by archive (<c>debian</c>), for hosts that are not of that family, in order of preference.</summary>
    public ImmutableSortedDictionary<string, IReadOnlyList<string>> Mirrors { get; init; } =
        ImmutableSortedDictionary<string, IReadOnlyList<string>>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>Bytes that downloaded packages may take before gc removes the least recently used; null: ez's own default.</summary>
    public long? ArchiveQuota { get; init; }
}
