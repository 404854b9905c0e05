using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Solver.Tests;

public sealed class DebArchiveTests
{
    [Fact]
    public void Broken_are_those_that_no_request_for_them_alone_can_bring_in()
    {
        var random = TestSeed.Random("archives");
        var broken = 0;
        for (var i = 0; i < TestScale.Of(400, 200_000); i++)
        {
            var seed = random.Next();
            var text = RandomUniverseTests.RandomUniverse(new Random(seed));
            var stanzas = new Stanzas(text);
            var verdict = DebArchive.Check(stanzas.Universe, stanzas.Request(), TestContext.Current.CancellationToken);
            var alone = Enumerable.Range(0, stanzas.Universe.PackageCount).Select(p => new PackageId(p)).Where(p => !IsSolvable(stanzas, p)).ToList();
            Assert.True(alone.SequenceEqual(verdict.Broken), $"seed {seed}\n{text}\n{TestSeed.Hint}");
            Assert.All(alone, p => Assert.NotEmpty(DebArchive.Explain(stanzas.Universe, stanzas.Request(), p, TestContext.Current.CancellationToken).Lines));
            broken += alone.Count;
        }

        Assert.True(broken > 100);
    }

    /// <summary>Cases that random archives found.</summary>
    [Theory]
    [InlineData(
        "b 1 ; Depends: d ; Conflicts: d (>= 2)\nc 1 ; Depends: d (<< 2)\nd 3 ; Depends: a (= 1)\na 2\nd 2 ; Depends: c (= 2)\nb 2 ; Depends: a (>= 2)",
        "b 1 (amd64), c 1 (amd64), d 2 (amd64), d 3 (amd64)")]
    public void Broken_packages_are_found(string text, string expected)
    {
        var stanzas = new Stanzas(text);
        var verdict = DebArchive.Check(stanzas.Universe, stanzas.Request(), TestContext.Current.CancellationToken);
        Assert.Equal(expected, string.Join(", ", verdict.Broken.Select(stanzas.Universe.Describe)));
    }

    [Fact]
    public void Hundreds_of_packages_that_exclude_each_other_can_each_be_installed_and_no_two()
    {
        const int Count = 300;
        var stanzas = new Stanzas(string.Join('\n', Enumerable.Range(0, Count).Select(i => $"p{i} 1 ; Provides: one ; Conflicts: one")) + "\nany 1 ; Depends: p7 | p8, one");
        var verdict = DebArchive.Check(stanzas.Universe, stanzas.Request(), TestContext.Current.CancellationToken);
        Assert.Equal(Count + 1, verdict.Packages);
        Assert.Empty(verdict.Broken);
        string Solve(params string[] roots) => stanzas.Show(DebSolver.Solve(stanzas.Universe, stanzas.Request(roots), TestContext.Current.CancellationToken));
        Assert.Equal("any=1 p7=1", Solve("any"));
        Assert.Equal("any=1 p8=1", Solve("any", "p8"));
        Assert.Equal(
            """
            `p5` is asked for
            `p6` is asked for
            p5 1 conflicts with one, which p6 1 provides
            hint: leave out `p5` or `p6`
            """,
            Solve("p5", "p6"));
    }

    private static bool IsSolvable(Stanzas stanzas, PackageId package) =>
        DebSolver.Solve(stanzas.Universe, stanzas.Request() with { Exactly = [package] }, TestContext.Current.CancellationToken) is SolveResult.Solution;
}
