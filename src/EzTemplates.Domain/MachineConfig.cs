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

    /// <summary>What maintainer scripts may take while a version is configured.</summary>
    public ScriptAllowance Scripts { get; init; } = new();
}

/// <summary>How much maintainer scripts may take here; null: ez's own default.</summary>
public sealed record ScriptAllowance
{
    /// <summary>For all scripts of a version together.</summary>
    public TimeSpan? Time { get; init; }

    /// <summary>Bytes that they may write, which are kept in memory meanwhile.</summary>
    public long? Disk { get; init; }

    /// <summary>Bytes of memory that they may take together, what they write included.</summary>
    public long? Memory { get; init; }

    /// <summary>Processes and threads at a time.</summary>
    public int? Processes { get; init; }
}
