using System.Collections.Immutable;
using EzTemplates.Domain;
using Xunit;

namespace EzTemplates.Solver.Tests;

/// <summary>
/// Small universes with the answer an expert would give. A scenario is a universe, a line <c>install ...</c> with the options it
/// needs, and what is expected: the set, or the explanation word for word.
/// </summary>
public sealed class ScenarioTests
{
    public static TheoryData<string> Names => [.. Scenarios.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Answers_as_an_expert_would(string name)
    {
        var scenario = Scenarios.All[name];
        var stanzas = new Stanzas(scenario.Universe);
        var result = DebSolver.Solve(stanzas.Universe, Read(scenario.Request, stanzas), TestContext.Current.CancellationToken);
        Assert.Equal(scenario.Expected.Trim(), stanzas.Show(result));
    }

    private static DebRequest Read(string text, Stanzas stanzas)
    {
        var request = stanzas.Request();
        foreach (var line in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var (word, rest) = space < 0 ? (line, "") : (line[..space], line[(space + 1)..]);
            var items = rest.Split(',', StringSplitOptions.TrimEntries);
            request = word switch
            {
                "install" => stanzas.Request(items),
                "essential" => request with { IncludeEssential = true },
                "recommends" => request with { Recommends = true },
                "smallest" => request with { Prefer = AlternativePreference.Smallest },
                "exclude" => request with { Exclude = [.. items] },
                "pin" => request with { Pins = request.Pins.Add(new PackagePin(items[0], items[1], items[2], int.Parse(items[3], System.Globalization.CultureInfo.InvariantCulture))) },
                "template" => request with { PhasedBy = items[0] },
                "secure" => request with { Preferred = Secured(stanzas, request.Preferred, items[0]) },
                "hold" => request with { Holds = request.Holds.Add(new PackageHold(items[0], items[1], "tested", null)) },
                "fixed" => request with { Fixed = Ids(stanzas, items), BaseName = "debian-12@1.0.3" },
                "locked" => request with { Locked = Ids(stanzas, items) },
                "own" => request with { OwnSources = [.. items] },
                "lock" => request with { Preferred = Ids(stanzas, items) },
                _ => throw new ArgumentException(word),
            };
        }

        return request;
    }

    private static ImmutableArray<PackageId> Secured(Stanzas stanzas, ImmutableArray<PackageId> locked, string source) =>
        DebUpdates.Kept(UpdateScope.SecurityOnly, stanzas.Universe, locked, new HashSet<int> { stanzas.Universe.Sources.ToList().IndexOf(source) });

    private static ImmutableArray<PackageId> Ids(Stanzas stanzas, string[] items) =>
        [.. items.Select(i => i.Split(' ')).Select(w => stanzas.Id(w[0], w[1], w.Length > 2 ? stanzas.Universe.Sources.ToList().IndexOf(w[2]) : -1))];
}
