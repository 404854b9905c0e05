using EzTemplates.Conformance;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Solver.Tests;

/// <summary>libsolv's own cases of the tiers that speak of what can be solved at all: the same verdicts, and valid sets.</summary>
public sealed class LibsolvTests
{
    [Theory]
    [InlineData("core")]
    [InlineData("extended")]
    public void Verdicts_agree_and_sets_are_valid(string tier)
    {
        var folder = Path.Combine(Requires.Shared(), "conformance/libsolv");
        var random = TestSeed.Random("libsolv " + tier);
        var rows = DataFiles.Tabbed(Path.Combine(folder, "INDEX.tsv")).Where(r => r.Length > 3 && r[3] == tier).OrderBy(_ => random.Next()).ToList();
        Assert.True(rows.Count > 50);
        foreach (var row in rows.Take(TestScale.Of(30, int.MaxValue)))
        {
            var given = LibsolvCase.Read(folder, row[1]);
            var result = RpmSolver.Solve(given.Universe, given.Request, TestContext.Current.CancellationToken);
            Assert.True(given.IsProblem == result is SolveResult.Unsolvable, $"{given.Id}: {(result as SolveResult.Unsolvable)?.Conflict}");
            if (result is SolveResult.Solution solution)
            {
                var final = solution.Packages.Select(p => given.Describe(p.Package)).ToHashSet();
                Assert.True(LibsolvChecker.Check(given, final) is { Count: 0 }, $"{given.Id}: {string.Join("; ", LibsolvChecker.Check(given, final).Take(5))}");
            }
        }
    }
}
