using System.Globalization;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Solver.Tests;

/// <summary>
/// Small random universes in which little goes with anything: the explanations are judged by what they print, and what the hints say is
/// carried out.
/// </summary>
public sealed class RpmRandomExplanationTests
{
    [Fact]
    public void Explanations_are_true_enough_and_minimal_and_their_hints_help()
    {
        var random = TestSeed.Random("rpm explanations of random universes");
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
        var text = RandomUniverse(random);
        var rpms = new RpmText(text);
        var names = Enumerable.Range(0, rpms.Universe.PackageCount).Select(i => rpms.Universe.Text(rpms.Universe.Names[i])).Distinct().ToArray();
        string Any() => names[random.Next(names.Length)];
        var install = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Any()).Distinct().ToArray();
        var request = rpms.Request(install) with
        {
            Exclude = random.Next(4) == 0 ? [Any()] : [],
            Holds = random.Next(4) == 0 ? [new PackageHold(Any(), $"{random.Next(1, 4)}-*", "tested", null)] : [],
        };
        if (RpmSolver.Solve(rpms.Universe, request, TestContext.Current.CancellationToken) is not SolveResult.Unsolvable { Conflict: var conflict })
        {
            return false;
        }

        var asked = new RpmAsked([.. install], request.Architectures)
        {
            Exclude = request.Exclude,
            Holds = [.. request.Holds.Select(h => (h.Package, h.VersionPattern))],
        };
        var story = $"seed {seed}\n{text}\ninstall {string.Join(", ", install)}; exclude {string.Join(", ", request.Exclude)}; "
            + $"hold {string.Join(", ", request.Holds)}\n{conflict}\nhint: {conflict.Hint}\n{TestSeed.Hint}";
        var problems = new RpmExplanationChecker(RpmStanzaText.Read(text), asked).Check(conflict.Lines);
        Assert.True(problems.Count == 0, $"{string.Join('\n', problems)}\n\n{story}");
        Assert.True(
            conflict.Hint is not { } hint || RpmHintedRequests.Help(rpms.Universe, request, hint, TestContext.Current.CancellationToken),
            $"the hint does not help\n{story}");
        return true;
    }

    private static string RandomUniverse(Random random)
    {
        var text = new StringBuilder();
        var seen = new HashSet<string>();
        for (var i = random.Next(4, 11); i > 0; i--)
        {
            var line = string.Create(
                CultureInfo.InvariantCulture,
                $"{Name(random)} {random.Next(1, 4)} {random.Next(8) switch { 0 => "i686", 1 => "noarch", 2 => "s390x", _ => "x86_64" }}");
            if (!seen.Add(line))
            {
                continue;
            }

            _ = text.Append(line);
            for (var needs = random.Next(4); needs > 0; needs--)
            {
                _ = text.Append(" ; Requires: ").Append(Term(random, 2));
            }

            _ = random.Next(3) == 0 ? text.Append(" ; Conflicts: ").Append(Term(random, random.Next(2))) : text;
            _ = random.Next(5) == 0 ? text.Append(" ; Obsoletes: ").Append(Relation(random)) : text;
            _ = random.Next(3) == 0 ? text.Append(" ; Provides: ").Append(Relation(random)) : text;
            _ = text.Append('\n');
        }

        return text.ToString();
    }

    private static string Term(Random random, int depth)
    {
        if (depth == 0 || random.Next(5) > 0)
        {
            return Relation(random);
        }

        string Part() => Term(random, depth - 1);
        return random.Next(7) switch
        {
            0 => $"({Part()} and {Part()})",
            1 => $"({Part()} or {Part()})",
            2 => $"({Part()} if {Part()})",
            3 => $"({Part()} if {Part()} else {Part()})",
            4 => $"({Part()} unless {Part()})",
            5 => $"({Relation(random)} with {Relation(random)})",
            _ => $"({Relation(random)} without {Relation(random)})",
        };
    }

    private static string Relation(Random random) =>
        Name(random) + random.Next(6) switch
        {
            0 => $" >= {random.Next(1, 4)}",
            1 => $" < {random.Next(1, 4)}",
            2 => $" = {random.Next(1, 4)}",
            _ => "",
        };

    private static char Name(Random random) => (char)('a' + random.Next(6));
}
