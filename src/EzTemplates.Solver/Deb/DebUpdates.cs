using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>Which rows of a Debian lock stay; security is what security suites bring.</summary>
public static class DebUpdates
{
    /// <summary>What to put into <see cref="SolveRequest.Preferred"/>.</summary>
    /// <param name="rows">The lock's rows that the universe has.</param>
    /// <param name="securitySources">Numbers of the universe's sources that bring security updates.</param>
    public static ImmutableArray<PackageId> Kept(
        UpdateScope scope, PackageUniverse universe, ImmutableArray<PackageId> rows, IReadOnlySet<int> securitySources)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(universe);
        ArgumentNullException.ThrowIfNull(securitySources);
        return [.. scope.Kept(rows, row => universe.Text(universe.Names[row.Value]), row => NewestSecure(universe, row, securitySources))];
    }

    private static PackageId? NewestSecure(PackageUniverse universe, PackageId row, IReadOnlySet<int> sources)
    {
        PackageId? newest = null;
        foreach (var other in universe.Named(universe.Names[row.Value]))
        {
            if (sources.Contains(universe.SourceNumbers[other.Value])
                && universe.Architectures[other.Value] == universe.Architectures[row.Value]
                && DebVersionOrder.Compare(universe.Bytes(universe.Versions[other.Value]), universe.Bytes(universe.Versions[(newest ?? row).Value])) > 0)
            {
                newest = other;
            }
        }

        return newest;
    }
}
