using System.Collections.Immutable;

namespace EzTemplates.Solver;

/// <summary>
/// Reduces clauses that are unsatisfiable together to facts none of which can be left out, by leaving out one after the other.
/// A fact may stand for several clauses, and stays or goes with all of them: what one search used of it is not all that another may need.
/// Clauses of fact 0, definitions, always stay. A fact of which no search could tell whether it is needed stays too.
/// </summary>
internal static class UnsatisfiableCore
{
    /// <summary>Of one of many searches, each for a shorter explanation of what is certain already.</summary>
    private const int MostConflicts = 10_000;

    public static ImmutableArray<int> Minimize(List<(int Fact, int[] Literals)> clauses, CancellationToken cancellation)
    {
        var needed = new HashSet<int> { 0 };
        while (LatestOpen(clauses, needed) is { } candidate)
        {
            cancellation.ThrowIfCancellationRequested();
            var rest = clauses.FindAll(c => c.Fact != candidate);
            if (Refute(rest, cancellation, out var model) is { } smaller)
            {
                clauses = rest.FindAll(c => c.Fact == 0 || smaller.Contains(c.Fact));
            }
            else
            {
                _ = needed.Add(candidate);
                if (model is not null)
                {
                    new ModelRotation(clauses, model).Mark(candidate, needed);
                }
            }
        }

        return [.. clauses.Select(c => c.Fact).Where(f => f != 0).Distinct().Order()];
    }

    private static int? LatestOpen(List<(int Fact, int[] Literals)> clauses, HashSet<int> needed)
    {
        int? latest = null;
        foreach (var (fact, _) in clauses)
        {
            latest = (latest is null || fact > latest) && !needed.Contains(fact) ? fact : latest;
        }

        return latest;
    }

    /// <returns>The facts that an unsatisfiable search used; null if they can hold together, as the variables of the model do, or if the search gave up and there is no model.</returns>
    private static HashSet<int>? Refute(List<(int Fact, int[] Literals)> clauses, CancellationToken cancellation, out HashSet<int>? model)
    {
        var numbers = new Dictionary<int, int>();
        var solver = new CdclSolver(new NoMoreClauses(), new EveryVariableFalse()) { Traces = true, ConflictLimit = MostConflicts };
        var back = new List<int>();
        foreach (var (fact, literals) in clauses)
        {
            var own = new int[literals.Length];
            for (var i = 0; i < literals.Length; i++)
            {
                var variable = Literal.Variable(literals[i]);
                if (!numbers.TryGetValue(variable, out var number))
                {
                    number = solver.NewVariable();
                    numbers.Add(variable, number);
                    back.Add(variable);
                }

                own[i] = (number << 1) | (literals[i] & 1);
            }

            _ = solver.AddClause(own, fact);
        }

        var status = solver.Search([], cancellation);
        model = status == SearchStatus.Satisfied ? [.. Enumerable.Range(0, solver.VariableCount).Where(solver.IsTrue).Select(number => back[number])] : null;
        if (status == SearchStatus.Unsatisfiable)
        {
            return [.. solver.Core().Select(c => c.Fact)];
        }

        return null;
    }

    private sealed class NoMoreClauses : ClauseSource
    {
        public override void Expand(int variable, CdclSolver solver)
        {
        }
    }

    private sealed class EveryVariableFalse : DecisionPolicy
    {
        private readonly List<int> _saved = [];
        private int _next;

        public override int Next(CdclSolver solver)
        {
            for (; _next < solver.VariableCount; _next++)
            {
                if (solver.Value(Literal.Of(_next)) == 0)
                {
                    return Literal.Not(_next);
                }
            }

            return Done;
        }

        public override void Entering(int level) => _saved.Add(_next);

        public override void Returned(int level)
        {
            _next = _saved[level];
            _saved.RemoveRange(level, _saved.Count - level);
        }
    }
}
