using System.Text.RegularExpressions;

namespace EzTemplates.Testing;

/// <summary>
/// Judges a printed explanation of why RPMs cannot be installed, line by line, from the metadata's own text: each line must be a fact of
/// it or of the request; nothing may meet what the lines alone say; and but for any one of their facts something would.
/// </summary>
public sealed partial class RpmExplanationChecker
{
    private readonly RpmMetadata _metadata;
    private readonly RpmAsked _asked;
    private readonly RpmClauses _clauses;
    private readonly RpmPrintedPackages _printed;
    private readonly List<(string What, List<int[]> Clauses)> _facts = [];

    public RpmExplanationChecker(RpmMetadata metadata, RpmAsked asked)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(asked);
        (_metadata, _asked) = (metadata, asked);
        _clauses = new RpmClauses(metadata, asked.Admits);
        _printed = new RpmPrintedPackages(metadata, asked);
    }

    /// <summary>What is wrong, a line each.</summary>
    public IReadOnlyList<string> Check(IEnumerable<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var problems = new List<string>();
        foreach (var line in lines)
        {
            if (Wrong(line) is { } problem)
            {
                problems.Add($"{problem}: {line}");
            }
        }

        if (CanHold(_facts.Select(f => f.Clauses)))
        {
            problems.Add("what the lines say can be met");
        }
        else
        {
            problems.AddRange(_facts.Where(left => !CanHold(_facts.Where(f => f != left).Select(f => f.Clauses))).Select(f => $"is not needed: {f.What}"));
        }

        return problems;
    }

    private bool CanHold(IEnumerable<List<int[]>> facts) => Satisfiability.CanHold([.. facts.SelectMany(c => c), .. _clauses.Definitions]);

    private string? Wrong(string line) =>
        Needs().Match(line) is { Success: true } needs ? WrongNeed(needs)
        : Asked().Match(line) is { Success: true } asked ? WrongRoot(asked)
        : Unknown().Match(line) is { Success: true } unknown ? WrongUnknown(unknown.Groups["name"].Value)
        : Refused().Match(line) is { Success: true } refused ? WrongRefusal(refused)
        : Clash().Match(line) is { Success: true } clash ? WrongClash(clash)
        : BaseHas().Match(line) is { Success: true } has ? WrongBase(has)
        : OnlyOne().Match(line) is { Success: true } one ? WrongOnlyOne(one.Groups["name"].Value)
        : "not a form that is known";

    private string? WrongRoot(Match match)
    {
        var name = match.Groups["name"].Value;
        var candidates = _asked.Candidates(_metadata, name);
        _facts.Add((name, [[.. candidates.Select(_clauses.Of)]]));
        var others = candidates.Where(p => p.Name != RpmNeed.Parse(name).Name.Split(':')[0]).ToHashSet();
        return !_asked.Install.Contains(name) ? "not asked for"
            : _printed.IsList(match.Groups["there"].Value, others) ? null : "these do not stand in for it";
    }

    private string? WrongUnknown(string name)
    {
        _facts.Add((name, [[]]));
        return !_asked.Install.Contains(name) ? "not asked for" : _metadata.Speaking(name).Any() || _metadata.WithObsoletesOf(name).Count > 0 ? "there is one" : null;
    }

    /// <summary>What is asked for itself is kept out, or is there in other versions only.</summary>
    private string? WrongRefusal(Match match)
    {
        var name = match.Groups["name"].Value;
        _facts.Add((name, [[.. _asked.Candidates(_metadata, name).Select(_clauses.Of)]]));
        var named = _metadata.Named(RpmNeed.Parse(name).Name.Split(':')[0]).ToHashSet();
        var all = _asked.AllCandidates(_metadata, name).ToHashSet();
        bool IsListOf(IEnumerable<RpmStanza> packages) => _printed.IsList(match.Groups["there"].Value, [.. packages]);
        var isTrue = _asked.Candidates(_metadata, name).Count == 0 && (match.Groups["only"].Success ? all.Count == 0 && IsListOf(named)
            : match.Groups["stream"].Success ? IsListOf(all.Where(p => _asked.Refusal(p) == "stream"))
            : match.Groups["pinned"].Success ? IsListOf(all.Where(p => _asked.Refusal(p) == "pinned"))
            : match.Groups["foreign"].Success ? IsListOf(all) && all.All(_asked.IsForeign)
            : match.Groups["excluded"].Success ? all.Any(p => p.Name == match.Groups["excluded"].Value && _asked.Refusal(p) == "excluded")
            : IsListOf(all.Where(p => !_asked.IsForeign(p))) && all.Any(p => _asked.Holds.Any(h => h.Name == p.Name && h.Pattern == match.Groups["pattern"].Value)));
        return !_asked.Install.Contains(name) ? "not asked for" : isTrue ? null : "that does not keep it out";
    }

    private string? WrongNeed(Match match)
    {
        if (_printed.Subjects(match.Groups["who"].Value, p => p.Requires, match.Groups["rest"].Value) is not { } found)
        {
            return "not exactly these packages need that";
        }

        var met = new HashSet<RpmStanza>();
        foreach (var (package, need) in found.Needs)
        {
            _facts.Add(($"{package} needs {need}", [[-_clauses.Of(package), _clauses.Met(need)]]));
            met.UnionWith(_metadata.Playing(need));
        }

        return _printed.WrongRemedy(found.Behind, [.. found.Needs.Select(n => n.Need)], met);
    }

    private string? WrongClash(Match match)
    {
        var isConflict = match.Groups["conflict"].Success;
        if (_printed.Subjects(match.Groups["who"].Value, p => isConflict ? p.Conflicts : p.Obsoletes, match.Groups["rest"].Value) is not { } found)
        {
            return "not exactly these packages say that";
        }

        foreach (var (package, need) in found.Needs)
        {
            _facts.Add(($"{package} is against {need}", isConflict ? [[-_clauses.Of(package), -_clauses.Offended(need, package)]]
                : [.. _metadata.Named(need.Name).Where(p => p.Name != package.Name && _asked.Admits(p) && need.Overlaps(RpmNeed.Of(p.Name, "=", p.Version)))
                    .Select(p => new[] { -_clauses.Of(package), -_clauses.Of(p) })]));
        }

        var provides = Provides().Match(found.Behind);
        var met = found.Needs.SelectMany(n => _metadata.Playing(n.Need)).Where(_asked.Admits).ToHashSet();
        return found.Behind == "" ? null : !provides.Success || !_printed.IsPartOf(provides.Groups["there"].Value, met) ? "what is named does not provide it" : null;
    }

    private string? WrongBase(Match match)
    {
        var package = _asked.Base.FirstOrDefault(p => _printed.Label(p) + " " + p.Version == match.Groups["package"].Value);
        if (package is null)
        {
            return "the base has no such package";
        }

        _facts.Add((match.Value, [[_clauses.Of(package)]]));
        if (match.Groups["fixed"].Success)
        {
            AddOnlyOne(package.Name);
        }

        return null;
    }

    private string? WrongOnlyOne(string name)
    {
        AddOnlyOne(name);
        return _facts[^1].Clauses.Count == 0 ? "there are no two that exclude each other" : null;
    }

    private void AddOnlyOne(string name)
    {
        var all = _metadata.Named(name).Where(_asked.Admits).ToList();
        var pairs = all.SelectMany((one, i) => all.Skip(i + 1).Where(other => RpmPrintedPackages.AreOfOneWidth(one, other))
            .Select(other => new[] { -_clauses.Of(one), -_clauses.Of(other) })).ToList();
        _facts.Add(($"one version of {name}", pairs));
    }

    [GeneratedRegex("^`(?<name>[^`]+)` is asked for(?:, which (?<there>.*) (?:obsoletes?|provides?))?$")]
    private static partial Regex Asked();

    [GeneratedRegex("^no repository has a package `(?<name>[^`]+)`$")]
    private static partial Regex Unknown();

    [GeneratedRegex("^`(?<name>[^`]+)` is asked for, but (?:(?<only>there is only (?<there>.*))|(?<stream>(?<there>.*) (?:is|are) of module streams that are not enabled)"
        + "|(?<foreign>(?<there>.*) (?:is|are) of no architecture that is asked for)|the recipe excludes `(?<excluded>[^`]+)`"
        + "|(?<pinned>a pin forbids (?<there>.*))"
        + "|the recipe holds it at `(?<pattern>[^`]+)` .*; there is only (?<there>.*))$")]
    private static partial Regex Refused();

    [GeneratedRegex("^(?<who>[^`]+?) needs? (?<rest>.*)$")]
    private static partial Regex Needs();

    [GeneratedRegex("^(?<who>[^`]+?) (?:(?<conflict>conflicts? with)|obsoletes?) (?<rest>.*)$")]
    private static partial Regex Clash();

    [GeneratedRegex("^, which (?<there>.*) provides?$")]
    private static partial Regex Provides();

    [GeneratedRegex(@"^\S+ has (?<package>\S+ \S+?)(?<fixed>, and a package of the base cannot change)?$")]
    private static partial Regex BaseHas();

    [GeneratedRegex("^only one version of (?<name>.+) can be installed$")]
    private static partial Regex OnlyOne();
}
