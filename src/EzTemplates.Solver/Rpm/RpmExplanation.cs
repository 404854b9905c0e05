using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>A sentence of an explanation and the facts that it tells.</summary>
internal sealed record RpmLine(string Text, ImmutableArray<RpmFact> Facts);

/// <summary>Tells a minimal core as a derivation: what was asked, what that needs, breadth-first, and what stands in the way.</summary>
internal sealed partial class RpmExplanation
{
    private readonly RpmUniverse _universe;
    private readonly RpmRequest _request;
    private readonly RpmEncoder _encoder;
    private readonly RpmWords _words;
    private readonly List<RpmFact> _facts;
    private readonly List<RpmLine> _lines = [];
    private readonly HashSet<StringId> _reached = [];
    private readonly Queue<StringId> _queue = new();

    private RpmExplanation(RpmUniverse universe, RpmRequest request, RpmEncoder encoder, ImmutableArray<int> core)
    {
        _universe = universe;
        _request = request;
        _encoder = encoder;
        _words = new RpmWords(universe, encoder.Policy);
        _facts = [.. core.Where(f => f != 0).Select(encoder.Fact)];
    }

    public IReadOnlyList<RpmLine> Lines => _lines;

    public Conflict Conflict { get; private set; } = null!;

    public static RpmExplanation Explain(
        RpmUniverse universe, RpmRequest request, RpmEncoder encoder, ImmutableArray<int> core, CancellationToken cancellation)
    {
        var explanation = new RpmExplanation(universe, request, encoder, core);
        explanation.TellRoots();
        explanation.TellDependencies();
        explanation.TellObstacles();
        var hint = new RpmHint(universe, request, encoder, cancellation).Find(explanation._facts, explanation.Refused(), explanation.Missing());
        explanation.Conflict = new Conflict([.. explanation._lines.Select(l => l.Text)], hint, null);
        return explanation;
    }

    private void TellRoots()
    {
        foreach (var fact in _facts.Where(f => f.Kind == RpmFactKind.Root))
        {
            var root = _encoder.Roots[fact.Index];
            var member = root.Member == "" ? "" : $", and `{root.Member}` is one of its members";
            Add($"`{root.Asked}` is asked for{member}{StandIns(root)}", fact);
            Reach(root.Candidates);
        }
    }

    /// <summary>Who comes where no candidate has the name that was asked for.</summary>
    private string StandIns(RpmRoot root)
    {
        var name = root.Member == "" ? root.Asked.Name : root.Member;
        var others = root.Candidates.FindAll(p => _universe.Text(_universe.Names[p.Value]) != name);
        if (others.Count == 0)
        {
            return "";
        }

        var obsoletes = _universe.Find(name) is { } id && others.TrueForAll(p => _universe.Obsoleters(id).Contains(p));
        return $", which {_words.List(others)} {(obsoletes ? "obsolete" : "provide")}{(others.Count == 1 ? "s" : "")}";
    }

    private void TellDependencies()
    {
        var left = new Dictionary<StringId, List<RpmFact>>();
        foreach (var fact in _facts.Where(f => f.Kind == RpmFactKind.Requires))
        {
            _ = left.TryAdd(NameOf(fact), []);
            left[NameOf(fact)].Add(fact);
        }

        while (left.Count > 0)
        {
            // A core is connected, but do not rely on it for an end.
            var name = _queue.TryDequeue(out var reached) ? reached : left.Keys.First();
            if (left.Remove(name, out var facts))
            {
                foreach (var same in facts.GroupBy(Need))
                {
                    TellDependency([.. same], same.Key);
                }
            }
        }
    }

    /// <summary>One line for all versions of a package that need the same, each perhaps in its own version.</summary>
    private void TellDependency(List<RpmFact> facts, string need)
    {
        var admitted = new List<PackageId>();
        var refused = new List<PackageId>();
        foreach (var fact in facts)
        {
            Collect(TermOf(fact), admitted, refused);
        }

        admitted = [.. admitted.Distinct().Order(_encoder.Policy)];
        refused = [.. refused.Distinct().Except(admitted).Order(_encoder.Policy)];
        Reach(admitted);
        var isOne = facts.TrueForAll(f => f.Package == facts[0].Package);
        var text = facts.Count == 1 ? _words.Term(TermOf(facts[0])) : need;
        Add($"{Versions(facts)} need{(isOne ? "s" : "")} {text}{Remedy(facts, text, admitted, refused)}", [.. facts]);
    }

    /// <summary>What there is to meet the dependency, where its own words do not say so.</summary>
    private string Remedy(List<RpmFact> facts, string need, List<PackageId> admitted, List<PackageId> refused)
    {
        var refusals = string.Concat(Refusals(refused));
        if (admitted.Count > 0)
        {
            var named = admitted.TrueForAll(p => _universe.Text(_universe.Names[p.Value]) == need);
            return (named ? "" : $" (there is {_words.List(admitted)})") + refusals;
        }

        if (refusals.Length > 0)
        {
            return refusals;
        }

        if (refused.Count > 0)
        {
            return $", which only {_words.List(refused)} {(refused.Count == 1 ? "has" : "have")}, of an architecture that {(refused.TrueForAll(_encoder.Policy.IsOfOtherArchitecture) ? "is not asked for" : "gives way to a better one")}";
        }

        var near = new List<PackageId>();
        foreach (var fact in facts)
        {
            CollectNear(TermOf(fact), near);
        }

        near = [.. near.Distinct().Where(p => !_encoder.Policy.IsOfOtherArchitecture(p)).Order(_encoder.Policy)];
        return near.Count == 0 ? ", which no repository has" : $", but there is only {_words.List(near)}";
    }

    private IEnumerable<string> Refusals(List<PackageId> refused)
    {
        var policy = _encoder.Policy;
        // What no architecture of the recipe's could run is no loss, whatever else keeps it out.
        foreach (var group in refused.Where(p => !policy.Admits(p) && !policy.IsOfOtherArchitecture(p) && !policy.IsInferior(p)).GroupBy(Refusal).Where(g => g.Key != default))
        {
            yield return $"; {group.Key.Before}{_words.List([.. group])}{group.Key.After}";
        }
    }

    /// <summary>What stands before and after the packages that are kept out for one reason; default where another text says it.</summary>
    private (string Before, string After) Refusal(PackageId package)
    {
        var policy = _encoder.Policy;
        return policy.IsExcluded(package) ? ("the recipe excludes ", "")
            : policy.HeldBack(package) is { } hold ? ($"the recipe holds `{hold.Package}` at `{hold.VersionPattern}` ({hold.Reason}), which rules out ", "")
            : policy.IsForbiddenByPin(package) ? ("a pin forbids ", "")
            : policy.IsForbidden(package) ? ("the source of ", " has a negative priority")
            : policy.IsHiddenByModules(package) ? ("the module stream of ", " is not enabled")
            : policy.IsHiddenByPriority(package) ? ("a repository of higher priority hides ", "")
            : default;
    }

    private void TellObstacles()
    {
        var onlyOne = _facts.Where(f => f.Kind == RpmFactKind.OneVersion).ToList();
        foreach (var fact in _facts.Where(f => f.Kind == RpmFactKind.Base))
        {
            var mine = onlyOne.FindAll(f => NameOf(f) == NameOf(fact));
            _ = onlyOne.RemoveAll(mine.Contains);
            Add($"{_request.BaseName} has {_words.Package(fact.Package)}{(mine.Count > 0 ? ", and a package of the base cannot change" : "")}", [fact, .. mine]);
        }

        foreach (var fact in _facts.Where(f => f.Kind is RpmFactKind.Installed))
        {
            var ways = _encoder.System.WaysToKeep(fact.Package).FindAll(p => p != fact.Package);
            Add($"{_words.Package(fact.Package)} is installed{(ways.Count == 0 ? " and has no update" : $"; it may give way to {_words.List(ways)}")}", fact);
        }

        foreach (var fact in _facts.Where(f => f.Kind == RpmFactKind.Removed))
        {
            Add($"{_words.Package(fact.Package)} is to be removed", fact);
        }

        foreach (var same in _facts.Where(f => f.Kind is RpmFactKind.Conflicts or RpmFactKind.Obsoletes).GroupBy(f => (f.Kind, NameOf(f), Need(f))))
        {
            TellClash([.. same], same.Key.Item3);
        }

        foreach (var same in onlyOne.GroupBy(NameOf))
        {
            Add($"only one version of {_universe.Text(same.Key)} can be installed", [.. same]);
        }
    }

    private void TellClash(List<RpmFact> facts, string need)
    {
        var term = TermOf(facts[0]);
        var text = facts.Count == 1 ? _words.Term(term) : need;
        if (facts[0].Kind == RpmFactKind.Obsoletes)
        {
            Add($"{Versions(facts)} obsolete{(facts.Count == 1 ? "s" : "")} {text}", [.. facts]);
            return;
        }

        var met = new List<PackageId>();
        foreach (var fact in facts)
        {
            Collect(TermOf(fact), met, []);
        }

        var own = facts.Select(f => f.Package).ToHashSet();
        var others = met.Distinct().Where(p => !own.Contains(p) && !IsNamedFirst(text, _universe.Text(_universe.Names[p.Value]))
            && (_reached.Contains(_universe.Names[p.Value]) || _encoder.Policy.IsFixed(p) || _encoder.Policy.IsInstalled(p))).Order(_encoder.Policy).ToList();
        var because = others.Count == 0 ? "" : $", which {_words.List(others)} provide{(others.Count == 1 ? "s" : "")}";
        Add($"{Versions(facts)} conflict{(facts.Count == 1 ? "s" : "")} with {text}{because}", [.. facts]);
    }

    private static bool IsNamedFirst(string text, string name) =>
        text.StartsWith(name, StringComparison.Ordinal) && (text.Length == name.Length || text[name.Length] == ' ');

    private void Reach(IEnumerable<PackageId> packages)
    {
        foreach (var package in packages)
        {
            if (_reached.Add(_universe.Names[package.Value]))
            {
                _queue.Enqueue(_universe.Names[package.Value]);
            }
        }
    }

    private void Add(string text, params RpmFact[] facts) => _lines.Add(new RpmLine(text, [.. facts]));

    private RpmTerm TermOf(RpmFact fact) => _universe.Dependencies(fact.Package)[fact.Index].Term;

    private StringId NameOf(RpmFact fact) => _universe.Names[fact.Package.Value];
}
