using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>Chooses Debian packages for a request. Pure and deterministic.</summary>
public static class DebSolver
{
    public static SolveResult Solve(PackageUniverse universe, DebRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(universe);
        ArgumentNullException.ThrowIfNull(request);
        cancellation.ThrowIfCancellationRequested();
        throw new NotImplementedException();
    }
}
