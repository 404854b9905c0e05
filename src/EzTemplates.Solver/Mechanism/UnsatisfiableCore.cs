using System.Collections.Immutable;

namespace EzTemplates.Solver;

/// <summary>
/// Reduces clauses that are unsatisfiable together to facts none of which can be left out, by leaving out one after the other.
/// A fact may stand for several clauses.
/// </summary>
internal static class UnsatisfiableCore
{
    public static ImmutableArray<int> Minimize(List<(int Fact, int[] Literals)> clauses, CancellationToken cancellation)
    {
        var facts = clauses.Select(c => c.Fact).Distinct().Order().ToList();
        var proven = 0;
        while (proven < facts.Count)
        {
            cancellation.ThrowIfCancellationRequested();
            var candidate = facts[^(proven + 1)];
            var rest = clauses.FindAll(c => c.Fact != candidate);
            if (Refute(rest, cancellation) is { } smaller)
            {
                clauses = smaller;
                var left = smaller.Select(c => c.Fact).ToHashSet();
                _ = facts.RemoveAll(f => !left.Contains(f));
            }
            else
            {
                proven++;
            }
        }

        return [.. facts];
    }

    /// <returns>The part of the clauses that an unsatisfiable search used; null if they can hold together.</returns>
    private static List<(int Fact, int[] Literals)>? Refute(List<(int Fact, int[] Literals)> clauses, CancellationToken cancellation)
    {
        var numbers = new Dictionary<int, int>();
        var solver = new CdclSolver(new NoMoreClauses(), new EveryVariableFalse()) { Traces = true };
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

        if (solver.Search([], cancellation) == SearchStatus.Satisfied)
        {
            return null;
        }

        return solver.Core().ConvertAll(c => (c.Fact, Array.ConvertAll(c.Literals, l => (back[l >> 1] << 1) | (l & 1))));
    }

    private sealed class NoMoreClauses : ClauseSource
    {
        public override void Expand(int variable, CdclSolver solver)
        {
        }
    }

    private sealed class EveryVariableFalse : DecisionPolicy
    {
        public override int Next(CdclSolver solver)
        {
            for (var variable = 0; variable < solver.VariableCount; variable++)
            {
                if (solver.Value(Literal.Of(variable)) == 0)
                {
                    return Literal.Not(variable);
                }
            }

            return Done;
        }
    }
}
