using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>
/// What a Debian recipe asks of a universe. Everything that the answer may depend on is here or in the universe.
/// </summary>
public sealed record DebRequest
{
    /// <summary>The recipe's packages, in its order. A name that no package has may be one that packages provide.</summary>
    public required ImmutableArray<PackageRequest> Install { get; init; }

    /// <summary>Packages that are asked for themselves, whatever else has their name and version; roots after those of <see cref="Install"/>.</summary>
    public ImmutableArray<PackageId> Exactly { get; init; } = [];

    /// <summary>
    /// Whether every <c>Essential: yes</c> name of the native architecture is a root too. They come after the recipe's own, in the
    /// order of their names, so that what the author names decides first; an excluded one is not added.
    /// </summary>
    public bool IncludeEssential { get; init; }

    /// <summary>
    /// Packages of the base: always installed, never changed, not in the answer. What they depend on is taken to be there;
    /// what they provide, conflict with and break counts.
    /// </summary>
    public ImmutableArray<PackageId> Fixed { get; init; } = [];

    /// <summary>Rows of the previous lock that the universe still has; they come before newer versions of equal priority.</summary>
    public ImmutableArray<PackageId> Preferred { get; init; } = [];

    /// <summary>All rows of the previous lock that the universe still has, whatever may move: no phased update is taken back.</summary>
    public ImmutableArray<PackageId> Locked { get; init; } = [];

    /// <summary>Sources that the recipe has and its base has not: what <c>ez update</c> of the base cannot bring.</summary>
    public ImmutableArray<string> OwnSources { get; init; } = [];

    /// <summary>Whether <c>ez update</c> of the base takes newer packages at all.</summary>
    public bool BaseFollows { get; init; } = true;

    /// <summary>Names that must not be installed.</summary>
    public ImmutableArray<string> Exclude { get; init; } = [];

    /// <summary>Holds in force: expired ones are left out by the caller, who knows what "now" is.</summary>
    public ImmutableArray<PackageHold> Holds { get; init; } = [];

    /// <summary>Pins in their order; they come before the priorities of <see cref="Sources"/>. One that is not above zero forbids what it speaks of.</summary>
    public ImmutableArray<PackagePin> Pins { get; init; } = [];

    /// <summary>
    /// What decides, with each source package's own number, which phased updates are taken: the template's name. Empty takes all.
    /// </summary>
    public string PhasedBy { get; init; } = "";

    /// <summary>One for each of <see cref="PackageUniverse.Sources"/>; a source without one has priority 500.</summary>
    public ImmutableArray<SourcePolicy> Sources { get; init; } = [];

    public required string NativeArchitecture { get; init; }

    /// <summary>Whether Recommends are followed where they can be; they are never a cause of failure.</summary>
    public bool Recommends { get; init; }

    public AlternativePreference Prefer { get; init; } = AlternativePreference.Maintainers;

    /// <summary>How texts name the base: <c>debian-12@1.0.3</c>.</summary>
    public string BaseName { get; init; } = "the base";
}

/// <summary>
/// A source's pin in APT's sense: the higher number wins; what is not above zero forbids. The caller sets 1 for NotAutomatic,
/// 100 for NotAutomatic with ButAutomaticUpgrades, else the recipe's number.
/// </summary>
public readonly record struct SourcePolicy(int Priority)
{
    public static SourcePolicy Default => new(500);
}
