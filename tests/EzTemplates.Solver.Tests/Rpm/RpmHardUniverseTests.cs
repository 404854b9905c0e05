using System.Globalization;
using System.Text;
using Xunit;

namespace EzTemplates.Solver.Tests;

/// <summary>Universes made to be hard, and what is answered; a test says nothing of how long it takes.</summary>
public sealed class RpmHardUniverseTests
{
    [Fact]
    public void Ten_thousand_alternatives()
    {
        var text = new StringBuilder("app 1 ; Requires: v, (").AppendJoin(" or ", Enumerable.Range(0, 10_000).Select(i => $"p{i}")).Append(")\n");
        Packages(text, 10_000, i => $"p{i} 1 ; Provides: v ; Conflicts: v");
        Assert.Equal("app=1 p0=1", Solve(text, "app"));
    }

    [Fact]
    public void Ten_thousand_alternatives_that_obsolete_each_other()
    {
        var text = new StringBuilder("app 1 ; Requires: v\n");
        Packages(text, 10_000, i => $"p{i} 1 ; Provides: v ; Obsoletes: p{(i + 1) % 10_000}");
        Assert.StartsWith("app=1 p", Solve(text, "app"), StringComparison.Ordinal);
    }

    [Fact]
    public void Ten_thousand_versions()
    {
        var text = new StringBuilder("app 1 ; Requires: p, (p >= 5 with p < 6)\n");
        Packages(text, 10_000, i => $"p {i}");
        Assert.Equal("app=1 p=5", Solve(text, "app"));
    }

    [Fact]
    public void A_chain_of_conditions()
    {
        var text = new StringBuilder();
        Packages(text, 5_000, i => $"p{i} 1 ; Requires: (p{i + 1} if p{i})");
        _ = text.Append("p5000 1\n");
        Assert.Equal(5_001, Solve(text, "p0").Split(' ').Length);
    }

    [Fact]
    public void A_broken_chain_is_explained()
    {
        var text = new StringBuilder();
        Packages(text, 50_000, i => $"p{i} 1 ; Requires: p{i + 1}");
        Assert.Contains("p49999 1-1 needs p50000, which no repository has", Solve(text, "p0"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_circle_of_provides()
    {
        var text = new StringBuilder();
        Packages(text, 5_000, i => $"p{i} 1 ; Provides: c{i} ; Requires: c{(i + 1) % 5_000} ; Recommends: c{(i + 7) % 5_000}");
        Assert.Equal(5_000, Solve(text, "p0").Split(' ').Length);
    }

    [Fact]
    public void More_pigeons_than_holes()
    {
        var text = new StringBuilder();
        const int Holes = 6;
        Packages(text, Holes + 1, p => $"pigeon{p} 1 ; Requires: ({string.Join(" or ", Enumerable.Range(0, Holes).Select(h => $"in{p}x{h}"))})");
        for (var hole = 0; hole < Holes; hole++)
        {
            Packages(text, Holes + 1, p => $"in{p}x{hole} 1 ; Provides: hole{hole} ; Conflicts: hole{hole}");
        }

        Assert.Contains("hint: leave out `pigeon0` or", Solve(text, [.. Enumerable.Range(0, Holes + 1).Select(p => $"pigeon{p}")]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_thousand_supplements_of_each_other()
    {
        var text = new StringBuilder("app 1\n");
        Packages(text, 1_000, i => $"p{i} 1 ; Supplements: (app and p{(i + 1) % 1_000}), app");
        Assert.Equal(1_001, Solve(text, "app").Split(' ').Length);
    }

    private static void Packages(StringBuilder text, int count, Func<int, string> package)
    {
        for (var i = 0; i < count; i++)
        {
            _ = text.Append(CultureInfo.InvariantCulture, $"{package(i)}\n");
        }
    }

    private static string Solve(StringBuilder text, params string[] install)
    {
        var rpms = new RpmText(text.ToString());
        var request = rpms.Request(install) with { Recommends = true };
        return rpms.Show(RpmSolver.Solve(rpms.Universe, request, TestContext.Current.CancellationToken));
    }
}
