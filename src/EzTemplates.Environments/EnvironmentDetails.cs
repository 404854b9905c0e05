using System.Collections.Immutable;
using EzTemplates.Store;

namespace EzTemplates.Environments;

/// <summary>An environment as <c>ez env list</c> shows it.</summary>
/// <param name="Created">When it was made.</param>
/// <param name="Mappings">How often it was mapped to something.</param>
public sealed record EnvironmentSummary(EnvironmentName Name, Mapping Mapping, DateTimeOffset Created, int Mappings, bool IsMounted);

/// <summary>An environment as <c>ez env show</c> shows it.</summary>
public sealed record EnvironmentDetails
{
    public required EnvironmentName Name { get; init; }

    public required Mapping Mapping { get; init; }

    /// <summary>When it was mapped to this.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Where the view is, or will be, mounted.</summary>
    public required string Root { get; init; }

    public required bool IsMounted { get; init; }

    /// <summary>Of the mounted view; of the next one where none is mounted.</summary>
    public required ViewForm Form { get; init; }

    /// <summary>What it stands on.</summary>
    public required LayerKind Layer { get; init; }

    /// <summary>On the disk, of what the environment wrote itself.</summary>
    public required long PrivateBytes { get; init; }

    /// <summary>Processes that live in the view now.</summary>
    public required ImmutableArray<int> Processes { get; init; }
}
