using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>
/// Chooses Debian packages for a request. Pure and deterministic; finds a solution whenever one exists, unless the search for it or for
/// the reason why there is none meets <see cref="CdclSolver.ConflictLimit"/>: that is an <see cref="EzException"/>.
/// </summary>
public static class DebSolver
{
    public static SolveResult Solve(PackageUniverse universe, DebRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(universe);
        ArgumentNullException.ThrowIfNull(request);
        var encoder = new DebEncoder(universe, request);
        if (DebUnknown.Find(universe, request, encoder, cancellation) is { } unknown)
        {
            return new SolveResult.Unsolvable(unknown);
        }

        var solver = Begin(encoder, request.Prefer, traces: false);
        return solver.IsSatisfiable([], cancellation)
            ? Answer(encoder, request, solver, cancellation)
            : new SolveResult.Unsolvable(Explain(universe, request, cancellation));
    }

    /// <summary>Whether there is a solution at all: what hints are tried with.</summary>
    internal static bool IsSolvable(PackageUniverse universe, DebRequest request, CancellationToken cancellation) =>
        Begin(new DebEncoder(universe, request), request.Prefer, traces: false).Search([], cancellation) == SearchStatus.Satisfied;

    internal static CdclSolver Begin(DebEncoder encoder, AlternativePreference prefer, bool traces)
    {
        var choice = prefer == AlternativePreference.Smallest ? new FewestMore(encoder.Requirements) : null;
        var solver = new CdclSolver(encoder, new BreadthFirst(encoder.Requirements, choice is null ? null : choice.Choose)) { Traces = traces };
        DebEncoder.Start(solver);
        return solver;
    }

    private static SolveResult.Solution Answer(DebEncoder encoder, DebRequest request, CdclSolver solver, CancellationToken cancellation)
    {
        bool IsRoot(int variable) => variable == DebEncoder.Request || encoder.Policy.IsFixed(encoder.PackageOf(variable));
        int[] Reduced() => Irreducible.Reduce(solver, encoder.Requirements, IsRoot, cancellation);
        var chosen = Reduced();
        if (request.Prefer == AlternativePreference.Smallest)
        {
            chosen = LocalMinimum.Find(solver, encoder.Requirements, chosen, Reduced, cancellation);
        }

        if (request.Recommends)
        {
            chosen = Irreducible.FollowMore(solver, chosen, Reduced, cancellation);
        }

        var reasons = Reasons(encoder, chosen, solver.VariableCount);
        var packages = ImmutableArray.CreateBuilder<ChosenPackage>(chosen.Length);
        foreach (var variable in chosen)
        {
            if (!IsRoot(variable))
            {
                packages.Add(new ChosenPackage(encoder.PackageOf(variable), reasons[variable]!));
            }
        }

        packages.Sort((a, b) => a.Package.CompareTo(b.Package));
        return new SolveResult.Solution(packages.DrainToImmutable());
    }

    /// <summary>Who first requires each package, breadth-first from the roots, dependencies in control-file order.</summary>
    private static string?[] Reasons(DebEncoder encoder, int[] chosen, int variableCount)
    {
        var isChosen = new bool[variableCount];
        foreach (var variable in chosen)
        {
            isChosen[variable] = true;
        }

        var reasons = new string?[variableCount];
        var queue = new Queue<int>();
        queue.Enqueue(DebEncoder.Request);
        while (queue.TryDequeue(out var owner))
        {
            string? name = null;
            var (first, count) = encoder.Requirements.OwnedBy(owner);
            for (var i = first; i < first + count; i++)
            {
                foreach (var candidate in encoder.Requirements.Candidates(encoder.Requirements[i]))
                {
                    if (isChosen[candidate] && reasons[candidate] is null)
                    {
                        reasons[candidate] = owner == DebEncoder.Request
                            ? encoder.IsRecipeRoot(i - first) ? "root" : "essential"
                            : name ??= encoder.NameOf(owner);
                        queue.Enqueue(candidate);
                    }
                }
            }
        }

        return reasons;
    }

    private static Conflict Explain(PackageUniverse universe, DebRequest request, CancellationToken cancellation)
    {
        var encoder = new DebEncoder(universe, request);
        var solver = Begin(encoder, request.Prefer, traces: true);
        _ = solver.IsSatisfiable([], cancellation);
        var used = solver.Core().Select(c => c.Fact).ToHashSet();
        var core = UnsatisfiableCore.Minimize(solver.ClausesOf(used.Contains), cancellation);
        return DebExplanation.Explain(universe, request, encoder, core, cancellation);
    }
}
