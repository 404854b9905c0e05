using System.Globalization;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Solver.Tests;

/// <summary>Small random universes, where every subset can be tried.</summary>
public sealed class RandomUniverseTests
{
    [Fact]
    public void Answers_agree_with_trying_every_subset()
    {
        var random = TestSeed.Random("universes");
        var (solvable, unsolvable) = (0, 0);
        for (var i = 0; i < TestScale.Of(4000, 1_000_000); i++)
        {
            var seed = random.Next();
            if (Judge(new Random(seed), seed))
            {
                solvable++;
            }
            else
            {
                unsolvable++;
            }
        }

        TestNotes.Write($"{solvable} solvable, {unsolvable} not");
        Assert.True(solvable > unsolvable / 4 && unsolvable > solvable / 4, "the universes are too easy or too hard to say anything");
    }

    private static bool Judge(Random random, int seed)
    {
        var text = RandomUniverse(random);
        var stanzas = new Stanzas(text);
        var request = RandomRequest(random, stanzas);
        var oracle = new SubsetOracle(stanzas.Universe, request);
        var result = DebSolver.Solve(stanzas.Universe, request, TestContext.Current.CancellationToken);
        var story = $"seed {seed}\n{text}\ninstall {string.Join(", ", request.Install)}; fixed {string.Join(", ", request.Fixed.Select(stanzas.Universe.Describe))}; "
            + $"exclude {string.Join(", ", request.Exclude)}; hold {string.Join(", ", request.Holds)}; pin {string.Join(", ", request.Pins)}; prefer {request.Prefer}; recommends {request.Recommends}\nanswer: {stanzas.Show(result)}\n{TestSeed.Hint}";
        Assert.Equal(stanzas.Show(result), stanzas.Show(DebSolver.Solve(stanzas.Universe, request, TestContext.Current.CancellationToken)));
        var best = oracle.Smallest();
        if (result is SolveResult.Unsolvable unsolvable)
        {
            Assert.True(best < 0, $"a set of {best} exists\n{story}");
            Assert.NotEmpty(unsolvable.Conflict.Lines);
            foreach (var changed in HintedRequests.Of(stanzas.Universe, request, unsolvable.Conflict))
            {
                Assert.True(new SubsetOracle(stanzas.Universe, changed).Smallest() >= 0, $"the hint does not help: {unsolvable.Conflict.Hint}\n{story}");
            }

            return false;
        }

        var chosen = 0u;
        foreach (var package in ((SolveResult.Solution)result).Packages)
        {
            chosen |= 1u << package.Package.Value;
        }

        Assert.True(best >= 0 && oracle.IsValid(chosen | oracle.Fixed), $"not valid\n{story}");
        if (!request.Recommends)
        {
            Assert.False(oracle.HasValidPart(chosen | oracle.Fixed), $"reducible\n{story}");
        }
        else
        {
            Assert.True(oracle.FollowsWhatItCan(chosen | oracle.Fixed), $"a recommendation that could be followed is not\n{story}");
        }

        return true;
    }

    private static DebRequest RandomRequest(Random random, Stanzas stanzas)
    {
        var count = stanzas.Universe.PackageCount;
        string Any() => stanzas.Universe.Text(stanzas.Universe.Names[random.Next(count)]);
        string Wanted() => Any()
            + random.Next(16) switch { 0 => ":i386", 1 => ":arm64", _ => "" }
            + random.Next(16) switch { 0 => $" >= {random.Next(1, 3)}", 1 => $" < {random.Next(2, 5)}", 2 => $" = {random.Next(1, 4)}", _ => "" };
        var request = stanzas.Request([.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => Wanted())]);
        return request with
        {
            Fixed = random.Next(4) == 0 ? [new PackageId(random.Next(count))] : [],
            Preferred = random.Next(3) == 0 ? [new PackageId(random.Next(count))] : [],
            Exclude = random.Next(6) == 0 ? [Any()] : [],
            Holds = random.Next(8) == 0 ? [new PackageHold(Any(), random.Next(1, 4).ToString(CultureInfo.InvariantCulture), "tested", null)] : [],
            Pins = random.Next(8) == 0 ? [new PackagePin(Any(), random.Next(1, 4).ToString(CultureInfo.InvariantCulture), "", random.Next(-1, 2))] : [],
            IncludeEssential = random.Next(4) == 0,
            Recommends = random.Next(4) == 0,
            Prefer = random.Next(4) == 0 ? AlternativePreference.Smallest : AlternativePreference.Maintainers,
        };
    }

    internal static string RandomUniverse(Random random)
    {
        var text = new StringBuilder();
        var names = random.Next(3, 6);
        var seen = new HashSet<string>();
        for (var i = random.Next(5, 12); i > 0; i--)
        {
            var architecture = random.Next(10) switch { 0 => "i386", 1 => "arm64", 2 => "all", _ => "amd64" };
            var line = string.Create(CultureInfo.InvariantCulture, $"{(char)('a' + random.Next(names))} {random.Next(1, 4)} {architecture}");
            if (!seen.Add(line))
            {
                continue;
            }

            _ = text.Append(line);
            Field(random, text, "Depends", 2, names, true);
            Field(random, text, "Depends", 4, names, true);
            Field(random, text, "Pre-Depends", 8, names, true);
            Field(random, text, "Recommends", 3, names, true);
            Field(random, text, "Conflicts", 4, names, false);
            Field(random, text, "Breaks", 6, names, false);
            _ = random.Next(3) == 0 ? text.Append($" ; Provides: {Name(random, names)}{(random.Next(2) == 0 ? $" (= {random.Next(1, 4)})" : "")}") : text;
            _ = random.Next(2) == 0 ? text.Append(" ; Multi-Arch: ").Append(random.Next(4) switch { 0 or 1 => "same", 2 => "foreign", _ => "allowed" }) : text;
            _ = random.Next(8) == 0 ? text.Append(" ; Essential: yes") : text;
            _ = text.Append('\n');
        }

        return text.ToString();
    }

    private static void Field(Random random, StringBuilder text, string field, int rarity, int names, bool mayChoose)
    {
        if (random.Next(rarity) != 0 || text.ToString().Split('\n')[^1].Contains($"; {field}:", StringComparison.Ordinal))
        {
            return;
        }

        _ = text.Append($" ; {field}: ").Append(Relation(random, names));
        while (random.Next(3) == 0)
        {
            _ = text.Append(mayChoose && random.Next(2) == 0 ? " | " : ", ").Append(Relation(random, names));
        }
    }

    private static string Relation(Random random, int names) =>
        Name(random, names)
        + random.Next(12) switch { 0 => ":any", 1 => ":i386", 2 => ":native", 3 => ":arm64", _ => "" }
        + random.Next(5) switch
        {
            0 => $" (>= {random.Next(1, 4)})",
            1 => $" (<< {random.Next(1, 4)})",
            2 => $" (= {random.Next(1, 4)})",
            _ => "",
        };

    private static string Name(Random random, int names) => ((char)('a' + random.Next(names + 1))).ToString();
}
