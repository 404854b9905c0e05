using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>Tells a minimal core as a derivation: what was asked, what that needs, breadth-first, and what stands in the way.</summary>
internal sealed class DebExplanation
{
    private readonly PackageUniverse _universe;
    private readonly DebRequest _request;
    private readonly DebEncoder _encoder;
    private readonly DebWords _words;
    private readonly List<DebFact> _facts;
    private readonly List<string> _lines = [];
    private readonly HashSet<StringId> _reached = [];
    private readonly Queue<StringId> _queue = new();

    private DebExplanation(PackageUniverse universe, DebRequest request, DebEncoder encoder, ImmutableArray<int> core)
    {
        _universe = universe;
        _request = request;
        _encoder = encoder;
        _words = new DebWords(universe, encoder.Matching);
        _facts = [.. core.Where(f => f != 0).Select(encoder.Fact)];
    }

    public static Conflict Explain(
        PackageUniverse universe, DebRequest request, DebEncoder encoder, ImmutableArray<int> core, CancellationToken cancellation)
    {
        var explanation = new DebExplanation(universe, request, encoder, core);
        explanation.TellRoots();
        explanation.TellDependencies();
        explanation.TellObstacles();
        var hint = new DebHint(universe, request, explanation._facts, cancellation).Find(explanation.Refused(), explanation.Missing());
        return new Conflict([.. explanation._lines], hint, null);
    }

    private void TellRoots()
    {
        foreach (var fact in _facts.Where(f => f.Kind == DebFactKind.Root))
        {
            var wanted = _request.Install[fact.Index];
            _encoder.Candidates.Collect(wanted);
            _lines.Add($"`{wanted}` is asked for" + ProvidedBy(wanted.Name));
            Reach(_encoder.Candidates.Found);
        }

        foreach (var fact in _facts.Where(f => f.Kind == DebFactKind.Exactly))
        {
            _lines.Add($"{_words.Package(fact.Package)} is asked for");
            Reach([fact.Package]);
        }

        foreach (var fact in _facts.Where(f => f.Kind == DebFactKind.Essential))
        {
            _lines.Add($"{_words.Name(fact.Package)} is essential");
            Reach([fact.Package]);
        }
    }

    private void TellDependencies()
    {
        var left = new Dictionary<StringId, List<DebFact>>();
        foreach (var fact in _facts.Where(f => f.Kind == DebFactKind.Depends))
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
                foreach (var same in facts.GroupBy(Needs))
                {
                    TellDependency([.. same]);
                }
            }
        }
    }

    /// <summary>One line for all versions of a package that need the same.</summary>
    private void TellDependency(List<DebFact> facts)
    {
        var fact = facts[0];
        var dependency = _universe.Dependencies(fact.Package)[fact.Index];
        _ = _encoder.Candidates.Collect(fact.Package, dependency);
        var admitted = _encoder.Candidates.Found.ToList();
        Reach(admitted);
        var versions = string.Join(", ", facts.Select(f => _words.Version(f.Package)).Distinct());
        var needed = admitted.Count == 0 ? _words.AlternativesOf(fact.Package, dependency) : _words.Alternatives(dependency);
        _lines.Add($"{_words.Name(fact.Package)} {versions} needs {needed}{Remedy(fact, dependency, admitted)}");
    }

    /// <summary>What there is to meet the dependency, where its own words do not say so.</summary>
    private string Remedy(DebFact fact, PackageDependency dependency, List<PackageId> admitted)
    {
        _encoder.Candidates.CollectAll(fact.Package, dependency);
        var refused = string.Concat(_encoder.Candidates.Found.Select(Refusal));
        if (admitted.Count == 0)
        {
            return refused.Length > 0 ? refused : Near(dependency);
        }

        var named = true;
        foreach (var alternative in _universe.AlternativesOf(dependency))
        {
            named &= alternative.Relation == VersionRelation.Any
                && admitted.Exists(p => _universe.Names[p.Value] == alternative.Name);
        }

        return (named ? "" : $" (there is {_words.List(admitted)})") + refused;
    }

    private string Near(PackageDependency dependency)
    {
        var near = new List<PackageId>();
        foreach (var alternative in _universe.AlternativesOf(dependency))
        {
            near.AddRange(_universe.Named(alternative.Name));
            near.AddRange(_universe.Providers(alternative.Name));
        }

        return near.Count == 0 ? ", which no repository has" : $", but there is only {_words.List([.. near.Distinct()])}";
    }

    private string Refusal(PackageId package) =>
        _encoder.Policy.IsFixed(package) ? ""
        : _encoder.Policy.IsExcluded(package) ? $"; the recipe excludes {_words.Package(package)}"
        : _encoder.Policy.HeldBack(package) is { } hold ? $"; the recipe holds `{hold.Package}` at `{hold.VersionPattern}` ({hold.Reason}), which rules out {_words.Package(package)}"
        : _encoder.Policy.IsForbidden(package) ? $"; {_words.Package(package)} has priority {_encoder.Policy.PriorityOf(package)}, which forbids it"
        : "";

    private void TellObstacles()
    {
        var onlyOne = _facts.Where(f => f.Kind == DebFactKind.OneVersion).Select(NameOf).ToHashSet();
        foreach (var fact in _facts.Where(f => f.Kind == DebFactKind.Base))
        {
            var alone = onlyOne.Remove(NameOf(fact)) ? ", and a package of the base cannot change" : "";
            _lines.Add($"{_request.BaseName} has {_words.Package(fact.Package)}{alone}");
        }

        foreach (var fact in _facts.Where(f => f.Kind == DebFactKind.Conflicts))
        {
            TellConflict(fact);
        }

        foreach (var fact in _facts.Where(f => f.Kind == DebFactKind.OneVersion && onlyOne.Remove(NameOf(f))))
        {
            _lines.Add($"only one version of {_words.Name(fact.Package)} can be installed");
        }

        foreach (var fact in _facts.Where(f => f.Kind == DebFactKind.Siblings))
        {
            _lines.Add($"{_words.Package(fact.Package)} and {_words.Package(new PackageId(fact.Index))} cannot be installed together");
        }
    }

    private void TellConflict(DebFact fact)
    {
        var dependency = _universe.Dependencies(fact.Package)[fact.Index];
        _encoder.Candidates.CollectMeant(fact.Package, dependency);
        var met = _encoder.Candidates.Found.Where(p => _reached.Contains(_universe.Names[p.Value]) || _encoder.Policy.IsFixed(p)).ToList();
        var wanted = _universe.AlternativesOf(dependency)[0].Name;
        var providers = met.FindAll(p => _universe.Names[p.Value] != wanted);
        var verb = dependency.Kind == DependencyKind.Breaks ? "breaks" : "conflicts with";
        var because = providers.Count == 0 ? "" : $", which {_words.List(providers)} provide{(providers.Count == 1 ? "s" : "")}";
        _lines.Add($"{_words.Package(fact.Package)} {verb} {_words.Alternatives(dependency)}{because}");
    }

    private string ProvidedBy(string name) =>
        _universe.Find(name) is { } id && _universe.Named(id).IsEmpty
            ? $", which {_words.List(_encoder.Candidates.Found)} provide{(_encoder.Candidates.Found.Count == 1 ? "s" : "")}" : "";

    /// <summary>Candidates of the core's dependencies that the recipe keeps out.</summary>
    private List<PackageId> Refused()
    {
        var refused = new List<PackageId>();
        foreach (var fact in _facts.Where(f => f.Kind == DebFactKind.Depends))
        {
            _encoder.Candidates.CollectAll(fact.Package, _universe.Dependencies(fact.Package)[fact.Index]);
            refused.AddRange(_encoder.Candidates.Found.Where(p => !_encoder.Policy.Admits(p)));
        }

        foreach (var fact in _facts.Where(f => f.Kind == DebFactKind.Root))
        {
            _encoder.Candidates.Collect(_request.Install[fact.Index], false);
            refused.AddRange(_encoder.Candidates.Found.Where(p => !_encoder.Policy.Admits(p)));
        }

        return [.. refused.Distinct()];
    }

    /// <summary>The first names of the core's dependencies that nothing at all meets.</summary>
    private List<string> Missing()
    {
        var missing = new List<string>();
        foreach (var fact in _facts.Where(f => f.Kind == DebFactKind.Depends))
        {
            var dependency = _universe.Dependencies(fact.Package)[fact.Index];
            _encoder.Candidates.CollectAll(fact.Package, dependency);
            if (_encoder.Candidates.Found.Count == 0)
            {
                missing.Add(_words.FirstAlternativeOf(fact.Package, dependency));
            }
        }

        return [.. missing.Distinct()];
    }

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

    private StringId NameOf(DebFact fact) => _universe.Names[fact.Package.Value];

    private string Needs(DebFact fact) => _words.Name(fact.Package) + '\n' + _words.Alternatives(_universe.Dependencies(fact.Package)[fact.Index]);
}
