using System.Globalization;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Solver.Tests;

/// <summary>Small random universes with rich dependencies, where every subset can be tried.</summary>
public sealed class RpmRandomUniverseTests
{
    [Fact]
    public void Answers_agree_with_trying_every_subset()
    {
        var random = TestSeed.Random("rpm universes");
        var (solvable, unsolvable) = (0, 0);
        for (var i = 0; i < TestScale.Of(1000, 500_000); i++)
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
        var rpms = new RpmText(text);
        var request = RandomRequest(random, rpms);
        var oracle = new RpmSubsetOracle(rpms.Universe, request);
        var result = RpmSolver.Solve(rpms.Universe, request, TestContext.Current.CancellationToken);
        var story = $"seed {seed}\n{text}\ninstall {string.Join(", ", request.Install)}; fixed {string.Join(", ", request.Fixed.Select(rpms.Universe.Describe))}; "
            + $"exclude {string.Join(", ", request.Exclude)}; prefer {request.Prefer}; recommends {request.Recommends}\nanswer: {rpms.Show(result)}\n{TestSeed.Hint}";
        Assert.Equal(rpms.Show(result), rpms.Show(RpmSolver.Solve(rpms.Universe, request, TestContext.Current.CancellationToken)));
        var best = oracle.Smallest();
        if (result is SolveResult.Unsolvable unsolvable)
        {
            Assert.True(best < 0, $"a set of {best} exists\n{story}");
            Assert.NotEmpty(unsolvable.Conflict.Lines);
            return false;
        }

        var chosen = oracle.Fixed;
        foreach (var package in ((SolveResult.Solution)result).Packages)
        {
            chosen |= 1u << package.Package.Value;
        }

        Assert.True(best >= 0 && oracle.IsValid(chosen), $"not valid\n{story}");
        if (!request.Recommends)
        {
            Assert.False(oracle.HasValidPart(chosen), $"reducible\n{story}");
        }
        else
        {
            Assert.True(oracle.FollowsWhatItCan(chosen), $"a recommendation that could be followed is not\n{story}");
        }

        return true;
    }

    private static RpmRequest RandomRequest(Random random, RpmText rpms)
    {
        var count = rpms.Universe.PackageCount;
        string Any() => rpms.Universe.Text(rpms.Universe.Names[random.Next(count)]);
        var request = rpms.Request([.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => Any())]);
        return request with
        {
            Fixed = random.Next(4) == 0 ? [new PackageId(random.Next(count))] : [],
            Preferred = random.Next(3) == 0 ? [new PackageId(random.Next(count))] : [],
            Exclude = random.Next(6) == 0 ? [Any()] : [],
            Recommends = random.Next(4) == 0,
            Prefer = random.Next(4) == 0 ? AlternativePreference.Smallest : AlternativePreference.Maintainers,
        };
    }

    private static string RandomUniverse(Random random)
    {
        var text = new StringBuilder();
        var names = random.Next(3, 6);
        var seen = new HashSet<string>();
        for (var i = random.Next(5, 11); i > 0; i--)
        {
            var architecture = random.Next(6) switch { 0 => "i686", 1 => "noarch", _ => "x86_64" };
            var line = string.Create(CultureInfo.InvariantCulture, $"{(char)('a' + random.Next(names))} {random.Next(1, 4)} {architecture}");
            if (!seen.Add(line))
            {
                continue;
            }

            _ = text.Append(line);
            Field(random, text, "Requires", 2, names, 2);
            Field(random, text, "Requires", 4, names, 2);
            Field(random, text, "PreRequires", 8, names, 1);
            Field(random, text, "Recommends", 4, names, 1);
            _ = random.Next(5) == 0 ? text.Append(CultureInfo.InvariantCulture, $" ; Supplements: {Trigger(random, names)}") : text;
            Field(random, text, "Suggests", 6, names, 0);
            Field(random, text, "Conflicts", 4, names, 1);
            Field(random, text, "Obsoletes", 6, names, 0);
            _ = random.Next(3) == 0 ? text.Append(CultureInfo.InvariantCulture, $" ; Provides: {Relation(random, names)}") : text;
            _ = text.Append('\n');
        }

        return text.ToString();
    }

    private static void Field(Random random, StringBuilder text, string field, int rarity, int names, int depth)
    {
        if (random.Next(rarity) == 0)
        {
            _ = text.Append(CultureInfo.InvariantCulture, $" ; {field}: {Term(random, names, depth)}");
        }
    }

    private static string Term(Random random, int names, int depth)
    {
        if (depth == 0 || random.Next(2) == 0)
        {
            return Relation(random, names);
        }

        string Part() => Term(random, names, depth - 1);
        return random.Next(8) switch
        {
            0 => $"({Part()} and {Part()})",
            1 => $"({Part()} or {Part()})",
            2 => $"({Part()} or {Part()} or {Part()})",
            3 => $"({Part()} if {Part()})",
            4 => $"({Part()} if {Part()} else {Part()})",
            5 => $"({Part()} unless {Part()})",
            6 => $"({Relation(random, names)} with {Relation(random, names)})",
            _ => $"({Relation(random, names)} without {Relation(random, names)})",
        };
    }

    /// <summary>What real packages supplement; a condition that holds where nothing is would call for the package everywhere.</summary>
    private static string Trigger(Random random, int names) => random.Next(3) switch
    {
        0 => $"({Relation(random, names)} and {Relation(random, names)})",
        1 => $"({Relation(random, names)} or {Relation(random, names)})",
        _ => Relation(random, names),
    };

    private static string Relation(Random random, int names) =>
        (char)('a' + random.Next(names + 1))
        + random.Next(6) switch
        {
            0 => $" >= {random.Next(1, 4)}",
            1 => $" < {random.Next(1, 4)}",
            2 => $" = {random.Next(1, 4)}",
            _ => "",
        };
}
