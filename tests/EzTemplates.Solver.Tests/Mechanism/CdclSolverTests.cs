using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Solver.Tests;

public sealed class CdclSolverTests
{
    [Fact]
    public void Random_clauses_agree_with_a_truth_table()
    {
        var random = TestSeed.Random("clauses");
        var satisfiable = 0;
        const int Cases = 3000;
        for (var i = 0; i < Cases; i++)
        {
            var variables = random.Next(3, 11);
            var clauses = Enumerable.Range(0, random.Next(variables, 4 * variables)).Select(_ => RandomClause(random, variables)).ToList();
            var (status, solver) = Solve(variables, clauses);
            var expected = Enumerable.Range(0, 1 << variables).Any(row => clauses.TrueForAll(c => c.Any(l => Holds(row, l))));
            Assert.Equal(expected ? SearchStatus.Satisfied : SearchStatus.Unsatisfiable, status);
            if (expected)
            {
                satisfiable++;
                var row = Enumerable.Range(0, variables).Where(solver.IsTrue).Aggregate(0, (r, v) => r | (1 << v));
                Assert.True(clauses.TrueForAll(c => c.Any(l => Holds(row, l))), TestSeed.Hint);
            }
            else
            {
                AssertMinimal(variables, clauses, solver);
            }
        }

        Assert.InRange(satisfiable, Cases / 10, Cases * 9 / 10);
    }

    [Fact]
    public void Facts_of_several_clauses_stay_or_go_with_all_that_they_say()
    {
        var random = TestSeed.Random("facts");
        var unsatisfiable = 0;
        for (var i = 0; i < 3000; i++)
        {
            var variables = random.Next(4, 9);
            var facts = Enumerable.Range(1, random.Next(3, 9)).ToDictionary(f => f, _ => Enumerable.Range(0, random.Next(1, 6)).Select(_ => RandomClause(random, variables)).ToList());
            int[] group = [.. Enumerable.Range(0, variables).Where(_ => random.Next(2) == 0)];
            facts.Add(facts.Count + 1, [.. group.SelectMany(one => group.Where(other => other > one).Select(other => new[] { Literal.Not(one), Literal.Not(other) }))]);
            bool CanHold(IEnumerable<int> of) => Enumerable.Range(0, 1 << variables).Any(row => of.All(f => facts[f].TrueForAll(c => c.Any(l => Holds(row, l)))));
            var solver = Given(variables, [], [], int.MaxValue);
            foreach (var (fact, clause) in facts.Where(f => f.Key < facts.Count).SelectMany(f => f.Value.Select(c => (f.Key, c))))
            {
                _ = solver.AddClause(clause, fact);
            }

            solver.AddExclusiveGroup(group, facts.Count);
            if (solver.Search([], TestContext.Current.CancellationToken) == SearchStatus.Satisfied)
            {
                continue;
            }

            unsatisfiable++;
            var used = solver.Core().Select(c => c.Fact).ToHashSet();
            var core = UnsatisfiableCore.Minimize(solver.ClausesOf(used.Contains), TestContext.Current.CancellationToken);
            Assert.False(CanHold(core), TestSeed.Hint);
            Assert.All(core, left => Assert.True(CanHold(core.Where(f => f != left)), TestSeed.Hint));
        }

        Assert.True(unsatisfiable > 300, "too little of it is unsatisfiable to say anything");
    }

    [Fact]
    public void More_pigeons_than_holes_is_refuted()
    {
        const int Holes = 7;
        var solver = Pigeons(Holes, 100_000);
        Assert.Equal(SearchStatus.Unsatisfiable, solver.Search([], TestContext.Current.CancellationToken));
        TestNotes.Write($"{solver.ConflictCount} conflicts");
        Assert.Equal(Holes + 1, UnsatisfiableCore.Minimize(solver.Core(), TestContext.Current.CancellationToken).Count(f => f <= Holes + 1));
    }

    [Fact]
    public void A_search_that_meets_too_many_conflicts_gives_up_and_keeps_what_it_learned()
    {
        var solver = Pigeons(7, 100);
        var status = solver.Search([], TestContext.Current.CancellationToken);
        Assert.Equal((SearchStatus.GaveUp, 100), (status, solver.ConflictCount));
        var failure = Assert.Throws<EzException>(() => solver.IsSatisfiable([], TestContext.Current.CancellationToken));
        Assert.Contains("gave up after 100 dead ends", failure.Message, StringComparison.Ordinal);

        while (status == SearchStatus.GaveUp)
        {
            status = solver.Search([], TestContext.Current.CancellationToken);
        }

        Assert.Equal(SearchStatus.Unsatisfiable, status);
    }

    [Fact]
    public void One_variable_that_cannot_be_decided_leaves_the_others_their_verdicts()
    {
        // The last three: all pigeons are to sit, nothing is wanted, and what cannot be.
        const int Holes = 7;
        const int All = (Holes + 1) * Holes;
        var clauses = PigeonClauses(Holes).ConvertAll(clause => (int[])[Literal.Not(All), .. clause]);
        var solver = Given(All + 3, [.. clauses, [Literal.Not(All + 2)]], HoleGroups(Holes), 50);
        var (impossible, undecided) = PossibleVariables.Sort(solver, [All, All + 1, All + 2], TestContext.Current.CancellationToken);
        Assert.Equal([All + 2], impossible);
        Assert.Equal([All], undecided);
    }

    [Fact]
    public void Exclusions_by_list_say_what_their_pairs_say()
    {
        var random = TestSeed.Random("exclusions");
        for (var i = 0; i < 2000; i++)
        {
            var variables = random.Next(4, 11);
            var clauses = Enumerable.Range(0, random.Next(variables, 3 * variables)).Select(_ => RandomClause(random, variables)).ToList();
            var lists = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Enumerable.Range(0, variables).Where(_ => random.Next(2) == 0).ToArray()).ToArray();
            var owners = Enumerable.Range(0, variables).Where(_ => random.Next(2) == 0).ToDictionary(v => v, _ => lists[random.Next(lists.Length)]);
            var pairs = owners.SelectMany(o => o.Value.Where(m => m != o.Key).Select(m => new[] { Literal.Not(o.Key), Literal.Not(m) })).ToList();
            var solver = new CdclSolver(new Excluding(owners, clauses.Count), new FirstUndecided()) { Traces = true };
            for (var v = 0; v < variables; v++)
            {
                _ = solver.NewVariable();
            }

            for (var c = 0; c < clauses.Count; c++)
            {
                _ = solver.AddClause(clauses[c], c);
            }

            var all = clauses.Concat(pairs).ToList();
            var expected = Enumerable.Range(0, 1 << variables).Any(row => all.TrueForAll(c => c.Any(l => Holds(row, l))));
            Assert.Equal(expected ? SearchStatus.Satisfied : SearchStatus.Unsatisfiable, solver.Search([], TestContext.Current.CancellationToken));
            if (expected)
            {
                var row = Enumerable.Range(0, variables).Where(solver.IsTrue).Aggregate(0, (r, v) => r | (1 << v));
                Assert.True(all.TrueForAll(c => c.Any(l => Holds(row, l))), TestSeed.Hint);
            }
            else
            {
                Assert.Equal(SearchStatus.Unsatisfiable, Solve(variables, [.. solver.Core().Select(c => c.Literals)]).Status);
                Assert.All(solver.Core().Where(c => c.Fact >= clauses.Count), c => Assert.Contains(pairs, p => p.Order().SequenceEqual(c.Literals.Order())));
            }
        }
    }

    [Fact]
    public void A_cancelled_search_ends()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        _ = Assert.ThrowsAny<OperationCanceledException>(() => Pigeons(12, int.MaxValue).Search([], cancelled.Token));
    }

    [Fact]
    public void Assumptions_are_kept_apart_from_what_is_true_without_them()
    {
        var solver = new CdclSolver(new NothingMore(), new FirstUndecided());
        for (var i = 0; i < 3; i++)
        {
            _ = solver.NewVariable();
        }

        _ = solver.AddClause([Literal.Of(0), Literal.Of(1)], 1);
        _ = solver.AddClause([Literal.Not(1), Literal.Of(2)], 2);
        Assert.Equal(SearchStatus.Refuted, solver.Search([Literal.Not(0), Literal.Not(2)], TestContext.Current.CancellationToken));
        Assert.Equal(SearchStatus.Satisfied, solver.Search([Literal.Not(0)], TestContext.Current.CancellationToken));
        Assert.True(solver.IsTrue(1) && solver.IsTrue(2));
        Assert.Equal(SearchStatus.Satisfied, solver.Search([Literal.Not(2)], TestContext.Current.CancellationToken));
        Assert.True(solver.IsTrue(0));
    }

    private static void AssertMinimal(int variables, List<int[]> clauses, CdclSolver solver)
    {
        var core = UnsatisfiableCore.Minimize(solver.Core(), TestContext.Current.CancellationToken);
        Assert.Equal(SearchStatus.Unsatisfiable, Solve(variables, [.. core.Select(f => clauses[f - 1])]).Status);
        foreach (var left in core)
        {
            Assert.Equal(SearchStatus.Satisfied, Solve(variables, [.. core.Where(f => f != left).Select(f => clauses[f - 1])]).Status);
        }
    }

    /// <summary>One pigeon more than there are holes: each sits in a hole, and a hole has room for one.</summary>
    private static CdclSolver Pigeons(int holes, int conflictLimit) => Given((holes + 1) * holes, PigeonClauses(holes), HoleGroups(holes), conflictLimit);

    private static List<int[]> PigeonClauses(int holes) =>
        Enumerable.Range(0, holes + 1).Select(p => Enumerable.Range(0, holes).Select(h => Literal.Of((p * holes) + h)).ToArray()).ToList();

    private static List<int[]> HoleGroups(int holes) =>
        Enumerable.Range(0, holes).Select(h => Enumerable.Range(0, holes + 1).Select(p => (p * holes) + h).ToArray()).ToList();

    private static (SearchStatus Status, CdclSolver Solver) Solve(int variables, List<int[]> clauses)
    {
        var solver = Given(variables, clauses, [], int.MaxValue);
        return (solver.Search([], TestContext.Current.CancellationToken), solver);
    }

    private static CdclSolver Given(int variables, List<int[]> clauses, List<int[]> groups, int conflictLimit)
    {
        var solver = new CdclSolver(new NothingMore(), new FirstUndecided()) { Traces = true, ConflictLimit = conflictLimit };
        for (var i = 0; i < variables; i++)
        {
            _ = solver.NewVariable();
        }

        for (var i = 0; i < clauses.Count; i++)
        {
            _ = solver.AddClause(clauses[i], i + 1);
        }

        foreach (var group in groups)
        {
            solver.AddExclusiveGroup(group, clauses.Count + 1 + group[0]);
        }

        return solver;
    }

    private static int[] RandomClause(Random random, int variables) =>
        [.. Enumerable.Range(0, random.Next(random.Next(1, 3), 5)).Select(_ => random.Next(variables)).Distinct().Select(v => (v << 1) | random.Next(2))];

    private static bool Holds(int row, int literal) => ((row >> Literal.Variable(literal)) & 1) == (Literal.IsPositive(literal) ? 1 : 0);

    private sealed class NothingMore : ClauseSource
    {
        public override void Expand(int variable, CdclSolver solver)
        {
        }
    }

    private sealed class Excluding(Dictionary<int, int[]> owners, int fact) : ClauseSource
    {
        public override void Expand(int variable, CdclSolver solver)
        {
            if (owners.TryGetValue(variable, out var members))
            {
                solver.AddExclusion(variable, members, fact);
            }
        }
    }

    private sealed class FirstUndecided : DecisionPolicy
    {
        public override int Next(CdclSolver solver)
        {
            for (var variable = 0; variable < solver.VariableCount; variable++)
            {
                if (solver.Value(Literal.Of(variable)) == 0)
                {
                    return Literal.Of(variable);
                }
            }

            return Done;
        }
    }
}
