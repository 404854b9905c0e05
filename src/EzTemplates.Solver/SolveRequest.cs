using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>
/// What a recipe asks of a universe, whatever the family. Everything that the answer may depend on is in the request or in the universe.
/// </summary>
public abstract record SolveRequest
{
    private protected SolveRequest()
    {
    }

    /// <summary>The recipe's packages, in its order.</summary>
    public required ImmutableArray<PackageRequest> Install { get; init; }

    /// <summary>
    /// Packages of the base: always installed, never changed, not in the answer. What they depend on is taken to be there;
    /// what they provide, conflict with and replace counts.
    /// </summary>
    public ImmutableArray<PackageId> Fixed { get; init; } = [];

    /// <summary>Rows of the previous lock that the universe still has; they come before newer versions of equal priority.</summary>
    public ImmutableArray<PackageId> Preferred { get; init; } = [];

    /// <summary>Names that must not be installed.</summary>
    public ImmutableArray<string> Exclude { get; init; } = [];

    /// <summary>
    /// Holds in force: expired ones are left out by the caller, who knows what "now" is. Where several are on one name, each counts.
    /// </summary>
    public ImmutableArray<PackageHold> Holds { get; init; } = [];

    /// <summary>
    /// Pins in their order; they come before the priorities of sources, which for RPM are on another scale. One that is not above zero
    /// forbids what it speaks of.
    /// </summary>
    public ImmutableArray<PackagePin> Pins { get; init; } = [];

    /// <summary>Whether recommendations are followed where they can be; they are never a cause of failure.</summary>
    public bool Recommends { get; init; }

    public AlternativePreference Prefer { get; init; } = AlternativePreference.Maintainers;

    /// <summary>How texts name the base: <c>debian-12@1.0.3</c>.</summary>
    public string BaseName { get; init; } = "the base";
}
