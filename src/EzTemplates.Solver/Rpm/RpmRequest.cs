using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>
/// What an RPM recipe asks of a universe. <see cref="SolveRequest.Install"/> has names, capabilities, paths (<c>/usr/bin/awk</c>) and groups of
/// comps.xml (<c>@core</c>); a name that a package obsoletes brings that package. Recommendations are Recommends and Supplements.
/// </summary>
public sealed record RpmRequest : SolveRequest
{
    /// <summary>What may leave the rows of <see cref="SolveRequest.Preferred"/> and of <see cref="Installed"/> behind.</summary>
    public UpdateScope Update { get; init; } = UpdateScope.None;

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
}

/// <summary>How a repository's packages are taken.</summary>
/// <param name="Priority">The lower number wins and hides other repositories' packages of the same name; a negative one forbids.</param>
/// <param name="ModuleHotfixes">Its packages are shown whatever streams are enabled.</param>
public readonly record struct RpmSourcePolicy(int Priority, bool ModuleHotfixes = false)
{
    public static RpmSourcePolicy Default => new(99);
}
