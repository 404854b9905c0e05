using System.Collections.Immutable;

namespace EzTemplates.Repositories;

/// <summary>One suite at one archive root, as this host's APT is told to use it.</summary>
/// <param name="Root">Ends with a slash.</param>
/// <param name="Suite">As written: <c>bookworm</c>, <c>bookworm-updates</c>, <c>stable</c>.</param>
/// <param name="DefinedIn">File and line, for messages; mirrors that one line or paragraph lists together share it.</param>
public sealed record HostAptSource(Uri Root, string Suite, ImmutableArray<string> Components, TrustedKeys Keys, string DefinedIn)
{
    /// <summary>This source says <c>Check-Valid-Until: no</c>.</summary>
    public bool IgnoreValidUntil { get; init; }

    /// <summary>Empty: the host's own.</summary>
    public ImmutableArray<string> Architectures { get; init; } = [];
}

/// <summary>What this host's APT is told: its archive roots with their suites and keys, in the order of its files.</summary>
public sealed record HostAptConfiguration
{
    public static HostAptConfiguration Empty { get; } = new() { Sources = [] };

    public required ImmutableArray<HostAptSource> Sources { get; init; }

    /// <summary><c>Acquire::Check-Valid-Until "false"</c>.</summary>
    public bool IgnoreValidUntil { get; init; }

    /// <summary><c>Acquire::Check-Date "false"</c>: the Date may be in the future, and Valid-Until is not looked at.</summary>
    public bool IgnoreDate { get; init; }

    public HostKeyFiles Keys { get; init; } = HostKeyFiles.None;

    /// <summary>What was taken over although it weakens a check, and what was left out, each a sentence.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];
}
