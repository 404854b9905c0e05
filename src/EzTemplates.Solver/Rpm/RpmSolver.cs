using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>
/// Chooses RPMs for a request. Pure and deterministic; finds a solution whenever one exists, unless the search for it or for the reason
/// why there is none meets <see cref="CdclSolver.ConflictLimit"/>: that is an <see cref="EzException"/>.
/// </summary>
public static class RpmSolver
{
    public static SolveResult Solve(RpmUniverse universe, RpmRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(universe);
        ArgumentNullException.ThrowIfNull(request);
        var encoder = new RpmEncoder(universe, request);
        if (RpmUnknown.Find(universe, request, encoder, cancellation) is { } unknown)
        {
            return new SolveResult.Unsolvable(unknown);
        }

        var solver = Begin(encoder, request, false);
        return solver.IsSatisfiable([], cancellation)
            ? Answer(encoder, request, solver, cancellation)
            : new SolveResult.Unsolvable(Explain(universe, request, cancellation).Conflict);
    }

    /// <summary>Whether there is a solution at all, without asking which: what hints are tried with, and whole repositories.</summary>
    public static bool IsSolvable(RpmUniverse universe, RpmRequest request, CancellationToken cancellation)
    {
        var encoder = new RpmEncoder(universe, request);
        return !encoder.Roots.Any(r => r.Candidates.Count == 0)
            && Begin(encoder, request, false).Search([], cancellation) == SearchStatus.Satisfied;
    }

    /// <summary>Why a request has no solution, with the facts that each line tells.</summary>
    internal static RpmExplanation Explain(RpmUniverse universe, RpmRequest request, CancellationToken cancellation)
    {
        var encoder = new RpmEncoder(universe, request);
        var solver = Begin(encoder, request, true);
        _ = solver.IsSatisfiable([], cancellation);
        var core = UnsatisfiableCore.Minimize(Said(universe, encoder, solver), cancellation);
        return RpmExplanation.Explain(universe, request, encoder, core, cancellation);
    }

    /// <summary>
    /// All that the facts of a refutation say: it may have used a part of a conflict, and not have come to all parts of a rich dependency.
    /// That one version of a name can be installed is one fact, whichever of its packages collide.
    /// </summary>
    private static List<(int Fact, int[] Literals)> Said(RpmUniverse universe, RpmEncoder encoder, CdclSolver solver)
    {
        var names = new Dictionary<StringId, int>();
        int AsOne(int fact)
        {
            if (fact == 0 || encoder.Fact(fact) is not { Kind: RpmFactKind.OneVersion } one)
            {
                return fact;
            }

            _ = names.TryAdd(universe.Names[one.Package.Value], fact);
            return names[universe.Names[one.Package.Value]];
        }

        var core = solver.Core();
        foreach (var variable in core.SelectMany(c => c.Literals).Select(Literal.Variable).Distinct().Where(v => !solver.IsExpanded(v)))
        {
            solver.Expand(variable);
        }

        for (var variable = 1; variable < solver.VariableCount; variable++)
        {
            if (!solver.IsExpanded(variable) && encoder.PackageOf(variable) is null)
            {
                solver.Expand(variable);
            }
        }

        var used = core.Select(c => AsOne(c.Fact)).ToHashSet();
        return solver.ClausesOf(fact => used.Contains(AsOne(fact))).ConvertAll(c => (AsOne(c.Fact), c.Literals));
    }

    private static CdclSolver Begin(RpmEncoder encoder, RpmRequest request, bool traces)
    {
        BreadthFirst.CandidateChoice choice = request.Prefer == AlternativePreference.Smallest
            ? new FewestMore(encoder.Requirements).Choose : encoder.Leanings.Choose;
        var solver = new CdclSolver(encoder, new BreadthFirst(encoder.Requirements, choice)) { Traces = traces };
        RpmEncoder.Start(solver);
        return solver;
    }

    private static SolveResult.Solution Answer(RpmEncoder encoder, RpmRequest request, CdclSolver solver, CancellationToken cancellation)
    {
        var chosen = Reduced(encoder, solver, cancellation);
        if (request.Prefer == AlternativePreference.Smallest)
        {
            chosen = LocalMinimum.Find(solver, encoder.Requirements, chosen, () => Reduced(encoder, solver, cancellation), cancellation);
        }

        if (encoder.HasNestedAlternatives)
        {
            chosen = WithoutSuperfluous(encoder, solver, chosen, cancellation);
        }

        if (request.Recommends)
        {
            chosen = Irreducible.FollowMore(solver, chosen, () => Reduced(encoder, solver, cancellation), cancellation);
            chosen = FollowEach(encoder, solver, chosen, cancellation);
        }

        var reasons = RpmReasons.Of(encoder, chosen, solver.VariableCount);
        var packages = ImmutableArray.CreateBuilder<ChosenPackage>(chosen.Length);
        foreach (var variable in chosen)
        {
            if (encoder.PackageOf(variable) is { } package && !encoder.Policy.IsFixed(package))
            {
                packages.Add(new ChosenPackage(package, reasons[variable] ?? "root"));
            }
        }

        packages.Sort((a, b) => a.Package.CompareTo(b.Package));
        return new SolveResult.Solution(packages.DrainToImmutable());
    }

    /// <summary>
    /// A recommendation may be ruled out by what was true beside the packages only, as by what an <c>or</c> took for itself: asks for each
    /// that is left, with the packages as they are. One that is followed may leave another without a need; what that stood in the way of is asked for again.
    /// </summary>
    private static int[] FollowEach(RpmEncoder encoder, CdclSolver solver, int[] chosen, CancellationToken cancellation)
    {
        const int mostRounds = 8;
        var tried = new HashSet<int>();
        var rounds = 1;
        while (UnmetWish(encoder, chosen, tried) is { } candidate)
        {
            var packages = chosen.Where(v => encoder.PackageOf(v) is not null).Append(candidate);
            if (solver.Search([.. packages.Select(Literal.Of)], cancellation) == SearchStatus.Satisfied)
            {
                var more = Reduced(encoder, solver, cancellation);
                if (!more.Contains(candidate))
                {
                    // What wanted it went when it came.
                    continue;
                }

                if (rounds < mostRounds && chosen.Except(more).Any(v => encoder.PackageOf(v) is not null))
                {
                    tried.Clear();
                    rounds++;
                }

                chosen = more;
            }
        }

        return chosen;
    }

    /// <summary>The next candidate of a wish that nothing meets, or null.</summary>
    private static int? UnmetWish(RpmEncoder encoder, int[] chosen, HashSet<int> tried)
    {
        var members = chosen.ToHashSet();
        foreach (var owner in chosen)
        {
            var (first, count) = encoder.Requirements.OwnedBy(owner);
            for (var i = first; i < first + count; i++)
            {
                if (encoder.Requirements[i].Kind == RequirementKind.Wish
                    && encoder.Requirements.Candidates(encoder.Requirements[i]).ToArray() is var candidates && !Array.Exists(candidates, members.Contains)
                    && candidates.Where(tried.Add).Cast<int?>().FirstOrDefault() is { } candidate)
                {
                    return candidate;
                }
            }
        }

        return null;
    }

    /// <summary>
    /// A part of an <c>or</c> may hold without having been chosen, so that what was chosen instead is needed by nothing: leaves out one
    /// package after the other where the rest alone will do.
    /// </summary>
    private static int[] WithoutSuperfluous(RpmEncoder encoder, CdclSolver solver, int[] chosen, CancellationToken cancellation)
    {
        var tried = new HashSet<int>();
        for (var next = chosen.LastOrDefault(v => tried.Add(v)); next > 0; next = chosen.LastOrDefault(v => tried.Add(v)))
        {
            if (encoder.PackageOf(next) is not { } package || encoder.Policy.IsFixed(package))
            {
                continue;
            }

            chosen = OnlyOf(encoder, solver, chosen.Where(v => v != next).ToHashSet(), cancellation) ?? chosen;
        }

        return chosen;
    }

    /// <summary>A solution of the given packages alone, or null.</summary>
    private static int[]? OnlyOf(RpmEncoder encoder, CdclSolver solver, HashSet<int> members, CancellationToken cancellation)
    {
        while (true)
        {
            var others = Enumerable.Range(1, solver.VariableCount - 1).Where(v => encoder.PackageOf(v) is not null && !members.Contains(v));
            if (solver.Search([.. others.Select(Literal.Not)], cancellation) != SearchStatus.Satisfied)
            {
                return null;
            }

            // A part that was not looked into before may bring packages that could not be ruled out, since none knew of them: again without them.
            var found = Reduced(encoder, solver, cancellation);
            if (found.All(v => encoder.PackageOf(v) is null || members.Contains(v)))
            {
                return found;
            }
        }
    }

    private static int[] Reduced(RpmEncoder encoder, CdclSolver solver, CancellationToken cancellation)
    {
        // Packages of a running system stay where nothing takes their place; who may be taken away is what the search decided.
        bool IsRoot(int variable) => variable == RpmEncoder.Request || encoder.Pinned.Contains(variable)
            || (encoder.PackageOf(variable) is { } package && (encoder.Policy.IsFixed(package) || encoder.Policy.IsInstalled(package)));
        return Irreducible.Reduce(solver, encoder.Requirements, IsRoot, cancellation);
    }
}
