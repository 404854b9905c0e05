using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>
/// What an RPM recipe asks of a universe. Everything that the answer may depend on is here or in the universe.
/// </summary>
public sealed record RpmRequest
{
    /// <summary>
    /// The recipe's packages, in its order: a name, a capability, a path (<c>/usr/bin/awk</c>) or a group of comps.xml (<c>@core</c>).
    /// A name that a package obsoletes brings that package.
    /// </summary>
    public required ImmutableArray<PackageRequest> Install { get; init; }

    /// <summary>
    /// Packages of the base: always installed, never changed, not in the answer. What they depend on is taken to be there;
    /// what they provide, conflict with and obsolete counts.
    /// </summary>
    public ImmutableArray<PackageId> Fixed { get; init; } = [];

    /// <summary>Rows of the previous lock that the universe still has; they come before newer versions of equal priority.</summary>
    public ImmutableArray<PackageId> Preferred { get; init; } = [];

    /// <summary>What may leave the previous lock's rows behind.</summary>
    public RpmUpdate Update { get; init; } = RpmUpdate.Needed;

    /// <summary>Names that <see cref="RpmUpdate.Named"/> speaks of.</summary>
    public ImmutableArray<string> UpdateNames { get; init; } = [];

    /// <summary>
    /// Packages of a running system: each stays, or gives way to a newer one of its name or to one that obsoletes it. What was broken
    /// among them before may stay so, unless <see cref="Repair"/> says otherwise. They are in the answer.
    /// </summary>
    public ImmutableArray<PackageId> Installed { get; init; } = [];

    /// <summary>Names and versions of installed packages to take away.</summary>
    public ImmutableArray<PackageRequest> Remove { get; init; } = [];

    /// <summary>Whether installed packages may go where the request needs it; as few as possible do.</summary>
    public bool MayRemove { get; init; }

    /// <summary>Whether what is broken among installed packages is to be mended.</summary>
    public bool Repair { get; init; }

    /// <summary>Names that must not be installed.</summary>
    public ImmutableArray<string> Exclude { get; init; } = [];

    /// <summary>Holds in force: expired ones are left out by the caller, who knows what "now" is.</summary>
    public ImmutableArray<PackageHold> Holds { get; init; } = [];

    /// <summary>One for each of <see cref="RpmUniverse.Sources"/>; a source without one has priority 99.</summary>
    public ImmutableArray<RpmSourcePolicy> Sources { get; init; } = [];

    /// <summary>Module streams to enable, beside those that the repositories do: <c>nodejs:20</c>.</summary>
    public ImmutableArray<string> Modules { get; init; } = [];

    /// <summary>
    /// Architectures whose packages may be installed, best first: a name is taken in the first that will do. <c>noarch</c> is always
    /// among them and as good as the best.
    /// </summary>
    public required ImmutableArray<string> Architectures { get; init; }

    /// <summary>Whether a name may be installed in a 64-bit and a 32-bit architecture side by side.</summary>
    public bool Multilib { get; init; } = true;

    /// <summary>Whether packages flagged <see cref="RpmPackageFlags.InstallOnly"/>, kernels, may be installed in several versions side by side.</summary>
    public bool InstallOnly { get; init; } = true;

    /// <summary>
    /// Whether Recommends and Supplements are followed where they can be; they are never a cause of failure.
    /// </summary>
    public bool Recommends { get; init; }

    public AlternativePreference Prefer { get; init; } = AlternativePreference.Maintainers;

    /// <summary>How texts name the base: <c>centos-9@1.0.3</c>.</summary>
    public string BaseName { get; init; } = "the base";
}

public enum RpmUpdate
{
    /// <summary>Rows stay unless something needs a newer one.</summary>
    Needed,

    /// <summary>As <see cref="Needed"/>, but the packages of the given names are as new as can be.</summary>
    Named,

    /// <summary>As <see cref="Needed"/>, but a row that a security advisory makes newer is as new as that.</summary>
    Security,

    /// <summary>Everything is as new as can be.</summary>
    All,
}

/// <summary>How a repository's packages are taken.</summary>
/// <param name="Priority">The lower number wins and hides other repositories' packages of the same name; a negative one forbids.</param>
/// <param name="ModuleHotfixes">Its packages are shown whatever streams are enabled.</param>
public readonly record struct RpmSourcePolicy(int Priority, bool ModuleHotfixes = false)
{
    public static RpmSourcePolicy Default => new(99);
}
