using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>
/// What a Debian recipe asks of a universe. A name of <see cref="SolveRequest.Install"/> that no package has may be one that packages provide.
/// </summary>
public sealed record DebRequest : SolveRequest
{
    /// <summary>Packages that are asked for themselves, whatever else has their name and version; roots after those of <see cref="SolveRequest.Install"/>.</summary>
    public ImmutableArray<PackageId> Exactly { get; init; } = [];

    /// <summary>
    /// Whether every <c>Essential: yes</c> name of the native architecture is a root too. They come after the recipe's own, in the
    /// order of their names, so that what the author names decides first; an excluded one is not added.
    /// </summary>
    public bool IncludeEssential { get; init; }

    /// <summary>All rows of the previous lock that the universe still has, whatever may move: no phased update is taken back.</summary>
    public ImmutableArray<PackageId> Locked { get; init; } = [];

    /// <summary>Sources that the recipe has and its base has not: what <c>ez update</c> of the base cannot bring.</summary>
    public ImmutableArray<string> OwnSources { get; init; } = [];

    /// <summary>Whether <c>ez update</c> of the base takes newer packages at all.</summary>
    public bool BaseFollows { get; init; } = true;

    /// <summary>
    /// What decides, with each source package's own number, which phased updates are taken: the template's name. Empty takes all.
    /// </summary>
    public string PhasedBy { get; init; } = "";

    /// <summary>One for each of <see cref="PackageUniverse.Sources"/>; a source without one has priority 500.</summary>
    public ImmutableArray<SourcePolicy> Sources { get; init; } = [];

    public required string NativeArchitecture { get; init; }
}

/// <summary>
/// A source's pin in APT's sense: the higher number wins; what is not above zero forbids. The caller sets 1 for NotAutomatic,
/// 100 for NotAutomatic with ButAutomaticUpgrades, else the recipe's number.
/// </summary>
public readonly record struct SourcePolicy(int Priority)
{
    public static SourcePolicy Default => new(500);
}
