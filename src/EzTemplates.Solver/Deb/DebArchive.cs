using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <param name="Packages">How many were looked at: all that the request's policy admits.</param>
/// <param name="Broken">Those that no set of packages can hold, ascending.</param>
/// <param name="Undecided">Those of which the search could not tell: too many choices exclude each other. Ascending.</param>
public sealed record ArchiveVerdict(int Packages, ImmutableArray<PackageId> Broken, ImmutableArray<PackageId> Undecided);

/// <summary>Which packages of an archive can be installed at all, each for itself on an empty system.</summary>
public static class DebArchive
{
    /// <param name="ground">What may be chosen: sources, holds, exclusions, a base. What it installs does not count.</param>
    public static ArchiveVerdict Check(PackageUniverse universe, DebRequest ground, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(universe);
        ArgumentNullException.ThrowIfNull(ground);
        var encoder = new DebEncoder(universe, ground with { Install = [], Exactly = [], IncludeEssential = false, Recommends = false });
        var solver = DebSolver.Begin(encoder, AlternativePreference.Maintainers, traces: false);
        var variables = new List<int>(universe.PackageCount);
        for (var i = 0; i < universe.PackageCount; i++)
        {
            if (encoder.Policy.Admits(new PackageId(i)))
            {
                variables.Add(encoder.VariableOf(new PackageId(i), solver));
            }
        }

        var (broken, undecided) = PossibleVariables.Sort(solver, variables, cancellation);
        return new ArchiveVerdict(variables.Count, [.. broken.Select(encoder.PackageOf).Order()], [.. undecided.Select(encoder.PackageOf).Order()]);
    }

    /// <summary>Why a broken package cannot be installed.</summary>
    public static Conflict Explain(PackageUniverse universe, DebRequest ground, PackageId package, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(universe);
        ArgumentNullException.ThrowIfNull(ground);
        return DebSolver.Solve(universe, ground with { Install = [], Exactly = [package], IncludeEssential = false }, cancellation) is SolveResult.Unsolvable unsolvable
            ? unsolvable.Conflict
            : throw new ArgumentException("the package can be installed", nameof(package));
    }
}
