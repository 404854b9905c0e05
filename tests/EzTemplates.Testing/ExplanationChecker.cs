using System.Text.RegularExpressions;

namespace EzTemplates.Testing;

/// <summary>
/// Judges a printed explanation of why packages cannot be installed, line by line, from the stanzas' text: each line must be a fact of
/// the metadata or of the request, nothing may meet what the lines alone say, and but for any one of them something would. For one
/// architecture and one version a name, so that a line is one fact.
/// </summary>
public sealed partial class ExplanationChecker(StanzaChecker stanzas)
{
    private readonly List<int[]> _clauses = [];
    private readonly Dictionary<string, int> _numbers = [];

    /// <summary>What is wrong, a line each.</summary>
    public IReadOnlyList<string> Check(IReadOnlyCollection<string> roots, IEnumerable<string> lines)
    {
        ArgumentNullException.ThrowIfNull(roots);
        ArgumentNullException.ThrowIfNull(lines);
        var problems = new List<string>();
        var facts = new List<(string Line, List<int[]> Clauses)>();
        foreach (var line in lines)
        {
            _clauses.Clear();
            if (Wrong(roots, line) is { } problem)
            {
                problems.Add($"{problem}: {line}");
            }

            facts.Add((line, [.. _clauses]));
        }

        static bool CanHold(IEnumerable<(string Line, List<int[]> Clauses)> facts) => Satisfiability.CanHold([.. facts.SelectMany(f => f.Clauses)]);
        problems.AddRange(CanHold(facts) ? ["what the lines say can be met"] : facts.Where(left => !CanHold(facts.Where(f => f != left))).Select(f => $"is not needed: {f.Line}"));
        return problems;
    }

    /// <summary>Carries out what a hint says to leave out, and asks whether the rest can be had.</summary>
    /// <param name="isSolvable">Answers for the roots that are left.</param>
    public static IEnumerable<string> CheckHint(IReadOnlyCollection<string> roots, string? hint, Func<IReadOnlyList<string>, bool> isSolvable)
    {
        ArgumentNullException.ThrowIfNull(roots);
        ArgumentNullException.ThrowIfNull(isSolvable);
        if (hint is null || LeaveOut().Match(hint) is not { Success: true } match)
        {
            return [$"nothing to leave out: {hint}"];
        }

        var named = match.Groups["name"].Captures.Select(c => c.Value).ToList();
        IReadOnlyList<IReadOnlyList<string>> ways = match.Groups["and"].Success ? [named] : [.. named.Select(name => new[] { name })];
        return ways
            .Where(way => !way.All(roots.Contains) || (way.Count < roots.Count && !isSolvable([.. roots.Except(way)])))
            .Select(way => $"leaving out {string.Join(" and ", way)} does not help: {hint}");
    }

    private string? Wrong(IReadOnlyCollection<string> roots, string line)
    {
        if (Asked().Match(line) is { Success: true } asked)
        {
            return WrongRoot(roots, asked.Groups[1].Value);
        }

        if (Unknown().Match(line) is { Success: true } unknown)
        {
            _clauses.Add([]);
            return !roots.Contains(unknown.Groups[1].Value) ? "not asked for" : stanzas.Speaks(unknown.Groups[1].Value) ? "there is one" : null;
        }

        if (Needs().Match(line) is { Success: true } needs)
        {
            return WrongNeed(needs);
        }

        return Conflicts().Match(line) is { Success: true } conflict ? WrongConflict(conflict) : "not a form that is known";
    }

    private string? WrongRoot(IReadOnlyCollection<string> roots, string name)
    {
        var relation = StanzaChecker.Relation.Parse(name);
        _clauses.Add([.. (stanzas.Find(name) is { } own ? [own] : stanzas.Satisfying(relation)).Select(Number)]);
        return roots.Contains(name) ? null : "not asked for";
    }

    private string? WrongNeed(Match match)
    {
        if (Package(match) is not { } package)
        {
            return "there is no such package";
        }

        var group = match.Groups["relations"].Value.Split(" or ").Select(StanzaChecker.Relation.Parse).ToArray();
        if (!package.Depends.Exists(g => g.Select(Plain).SequenceEqual(group.Select(Plain))))
        {
            return "it does not need that";
        }

        var meeting = group.SelectMany(stanzas.Satisfying).Distinct().ToList();
        if (!meeting.Contains(package))
        {
            _clauses.Add([-Number(package), .. meeting.Select(Number)]);
        }

        var named = Named(match.Groups["there"].Value).ToList();
        return match.Groups["gone"].Success && Array.Exists(group, r => stanzas.Speaks(r.Name)) ? "there is something of the name"
            : match.Groups["only"].Success && meeting.Count > 0 ? "something meets it"
            : match.Groups["also"].Success && !named.TrueForAll(n => meeting.Exists(p => IsNamed(p, n))) ? "what is named does not meet it"
            : named.TrueForAll(n => stanzas.Find(n.Split(' ')[0]) is { } found && IsNamed(found, n)) ? null
            : "what is named is not there";
    }

    private string? WrongConflict(Match match)
    {
        if (Package(match) is not { } package)
        {
            return "there is no such package";
        }

        var relation = StanzaChecker.Relation.Parse(match.Groups["relations"].Value);
        if (!package.Conflicts.Exists(g => g.Length == 1 && Plain(g[0]) == Plain(relation)))
        {
            return "it does not conflict with that";
        }

        var met = stanzas.Satisfying(relation).Where(p => p != package).ToList();
        _clauses.AddRange(met.Select(p => new[] { -Number(package), -Number(p) }));
        return Array.TrueForAll(Named(match.Groups["there"].Value), n => met.Exists(p => IsNamed(p, n))) ? null : "what is named does not provide it";
    }

    private StanzaChecker.Stanza? Package(Match match) =>
        stanzas.Find(match.Groups["name"].Value) is { } found && found.Version == match.Groups["version"].Value ? found : null;

    private static bool IsNamed(StanzaChecker.Stanza package, string named) => $"{package.Name} {package.Version}" == named;

    /// <summary>Of <c>a 1, b 2 and 5 more</c>, what is named.</summary>
    private static string[] Named(string list) => More().Replace(list, "").Split(", ", StringSplitOptions.RemoveEmptyEntries);

    private static string Plain(StanzaChecker.Relation relation)
    {
        var symbol = relation.Operator switch { "<" => "<=", ">" => ">=", var other => other };
        return $"{relation.Name}:{relation.Architecture} {symbol} {relation.Version}";
    }

    private int Number(StanzaChecker.Stanza package)
    {
        _ = _numbers.TryAdd(package.Name, _numbers.Count + 1);
        return _numbers[package.Name];
    }

    [GeneratedRegex("^`([^`]+)` is asked for(?:, which (?<there>.*) provides?)?$")]
    private static partial Regex Asked();

    [GeneratedRegex("^no repository has a package `([^`]+)`$")]
    private static partial Regex Unknown();

    [GeneratedRegex(@"^(?<name>\S+) (?<version>\S+) needs (?<relations>.*?)(?:(?<gone>, which no repository has)|(?<only>, but there is only )(?<there>.*)|(?<also> \(there is )(?<there>.*)\))?$")]
    private static partial Regex Needs();

    [GeneratedRegex(@"^(?<name>\S+) (?<version>\S+) (?:conflicts with|breaks) (?<relations>.*?)(?:, which (?<there>.*) provides?)?$")]
    private static partial Regex Conflicts();

    [GeneratedRegex("^leave out `(?<name>[^`]+)`(?:(?:(?<and> and )| or )`(?<name>[^`]+)`)*(?:, or add a repository that has .*)?$")]
    private static partial Regex LeaveOut();

    [GeneratedRegex(" and [0-9]+ more$")]
    private static partial Regex More();
}
