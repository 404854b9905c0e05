using System.Globalization;
using System.Text;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Solver.Tests;

/// <summary>
/// Small random archives of one architecture and one version a name, in which little goes with anything: the explanations are judged by
/// what they print, and what the hints say is carried out.
/// </summary>
public sealed class RandomExplanationTests
{
    private const string Names = "abcdefgh";

    [Fact]
    public void Explanations_are_true_enough_and_minimal_and_their_hints_help()
    {
        var random = TestSeed.Random("explanations of random archives");
        var explained = 0;
        var count = TestScale.Of(2000, 200_000);
        for (var i = 0; i < count; i++)
        {
            var seed = random.Next();
            explained += IsExplained(new Random(seed), seed) ? 1 : 0;
        }

        TestNotes.Write($"{explained} of {count} explained");
        Assert.True(explained > count / 4, "too little of it is unsatisfiable to say anything");
    }

    private static bool IsExplained(Random random, int seed)
    {
        var text = RandomArchive(random);
        var stanzas = new Stanzas(text);
        string[] roots = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Names[random.Next(Names.Length)].ToString()).Distinct()];
        bool IsSolvable(IReadOnlyList<string> left) =>
            DebSolver.Solve(stanzas.Universe, stanzas.Request([.. left]), TestContext.Current.CancellationToken) is SolveResult.Solution;
        if (DebSolver.Solve(stanzas.Universe, stanzas.Request(roots), TestContext.Current.CancellationToken) is not SolveResult.Unsolvable { Conflict: var conflict })
        {
            return false;
        }

        var problems = new ExplanationChecker(new StanzaChecker(AsPackagesFile(text))).Check(roots, conflict.Lines)
            .Concat(conflict.Unknown is null ? ExplanationChecker.CheckHint(roots, conflict.Hint, IsSolvable) : []).ToList();
        Assert.True(problems.Count == 0, $"{string.Join('\n', problems)}\n\nseed {seed}\n{text}\ninstall {string.Join(", ", roots)}\n{conflict}\nhint: {conflict.Hint}\n{TestSeed.Hint}");
        return true;
    }

    private static string AsPackagesFile(string text) => string.Join("\n\n", text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
    {
        var parts = line.Split(" ; ");
        var words = parts[0].Split(' ');
        return string.Join('\n', [$"Package: {words[0]}", $"Version: {words[1]}", "Architecture: amd64", .. parts.Skip(1)]);
    }));

    private static string RandomArchive(Random random)
    {
        var text = new StringBuilder();
        foreach (var name in Names.Where(_ => random.Next(8) > 0))
        {
            _ = text.Append(CultureInfo.InvariantCulture, $"{name} {random.Next(1, 4)}");
            _ = random.Next(4) > 0 ? text.Append(" ; Depends: ").AppendJoin(", ", Enumerable.Range(0, random.Next(1, 4)).Select(_ => Alternatives(random))) : text;
            _ = random.Next(3) == 0 ? text.Append(" ; Conflicts: ").Append(Relation(random)) : text;
            _ = random.Next(5) == 0 ? text.Append(" ; Breaks: ").Append(Relation(random)) : text;
            _ = random.Next(3) == 0 ? text.Append(CultureInfo.InvariantCulture, $" ; Provides: {Any(random)}{(random.Next(2) == 0 ? $" (= {random.Next(1, 4)})" : "")}") : text;
            _ = text.Append('\n');
        }

        return text.ToString();
    }

    private static string Alternatives(Random random) => string.Join(" | ", Enumerable.Range(0, random.Next(1, 3)).Select(_ => Relation(random)));

    private static string Relation(Random random) => Any(random) + random.Next(5) switch
    {
        0 => $" (>= {random.Next(1, 4)})",
        1 => $" (<< {random.Next(1, 4)})",
        2 => $" (= {random.Next(1, 4)})",
        _ => "",
    };

    private static char Any(Random random) => (char)('a' + random.Next(Names.Length + 1));
}
