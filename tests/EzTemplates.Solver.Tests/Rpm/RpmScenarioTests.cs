using System.Collections.Immutable;
using EzTemplates.Domain;
using Xunit;

namespace EzTemplates.Solver.Tests;

/// <summary>
/// Small universes with the answer an expert would give. A scenario is a universe, a line <c>install ...</c> with the options it
/// needs, and what is expected: the set, or the explanation word for word.
/// </summary>
public sealed class RpmScenarioTests
{
    public static TheoryData<string> Names => [.. RpmScenarios.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Answers_as_an_expert_would(string name)
    {
        var scenario = RpmScenarios.All[name];
        var rpms = new RpmText(scenario.Universe);
        var result = RpmSolver.Solve(rpms.Universe, Read(scenario.Request, rpms), TestContext.Current.CancellationToken);
        var expected = scenario.Expected.Trim();
        var shown = rpms.Show(result);
        Assert.Equal(result is SolveResult.Solution ? Ordered(expected) : expected, result is SolveResult.Solution ? Ordered(shown) : shown);
    }

    private static string Ordered(string packages) => string.Join(' ', packages.Split(' ').Order(StringComparer.Ordinal));

    private static RpmRequest Read(string text, RpmText rpms)
    {
        var request = rpms.Request();
        foreach (var line in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var (word, rest) = space < 0 ? (line, "") : (line[..space], line[(space + 1)..]);
            var items = rest.Split(',', StringSplitOptions.TrimEntries);
            request = word switch
            {
                "install" => rpms.Request(rest.Length == 0 ? [] : items),
                "recommends" => request with { Recommends = true },
                "smallest" => request with { Prefer = AlternativePreference.Smallest },
                "exclude" => request with { Exclude = [.. items] },
                "hold" => request with { Holds = [new PackageHold(items[0], items[1], "tested", null)] },
                "fixed" => request with { Fixed = Ids(rpms, items), BaseName = "centos-9@1.0.3" },
                "lock" => request with { Preferred = Ids(rpms, items) },
                "update" => items is ["security"] ? request with { Update = RpmUpdate.Security } : items is ["all"] ? request with { Update = RpmUpdate.All } : request with { Update = RpmUpdate.Named, UpdateNames = [.. items] },
                "modules" => request with { Modules = [.. items] },
                "installed" => request with { Installed = Ids(rpms, items) },
                "may-remove" => request with { MayRemove = true },
                _ => throw new ArgumentException(word),
            };
        }

        return request;
    }

    private static ImmutableArray<PackageId> Ids(RpmText rpms, string[] items) => [.. items.Select(i => i.Split(' ')).Select(w => rpms.Id(w[0], w[1]))];
}
