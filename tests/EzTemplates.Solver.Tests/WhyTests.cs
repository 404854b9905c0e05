using Xunit;

namespace EzTemplates.Solver.Tests;

public sealed class WhyTests
{
    private static readonly Dictionary<string, string> Rows = new()
    {
        ["nginx"] = "root",
        ["nginx-common"] = "nginx",
        ["debconf"] = "nginx-common",
        ["dpkg"] = "essential",
        ["tar"] = "dpkg",
        ["x"] = "y",
        ["y"] = "x",
    };

    [Theory]
    [InlineData("debconf", "root: nginx > nginx-common > debconf")]
    [InlineData("nginx", "root: nginx")]
    [InlineData("tar", "essential: dpkg > tar")]
    public void A_chain_runs_from_the_root(string package, string expected)
    {
        var chain = Why.Chain(Rows, package)!;
        Assert.Equal(expected, $"{chain.Cause}: {string.Join(" > ", chain.Names)}");
    }

    [Fact]
    public void A_package_that_is_not_there_has_no_chain() => Assert.Null(Why.Chain(Rows, "apache2"));

    [Fact]
    public void Rows_that_give_each_other_as_reason_end() => Assert.NotNull(Why.Chain(Rows, "x"));

    [Fact]
    public void Every_package_of_a_solution_has_its_first_requirer()
    {
        var stanzas = new Stanzas("a 1 ; Depends: b, c\nb 1 ; Depends: d\nc 1 ; Depends: d\nd 1\ne 1 ; Essential: yes ; Depends: d");
        var solution = (SolveResult.Solution)DebSolver.Solve(
            stanzas.Universe, stanzas.Request("a") with { IncludeEssential = true }, TestContext.Current.CancellationToken);
        var reasons = solution.Packages.Select(p => $"{stanzas.Universe.Text(stanzas.Universe.Names[p.Package.Value])}:{p.Reason}");
        Assert.Equal(["a:root", "b:a", "c:a", "d:e", "e:essential"], reasons);
    }
}
