using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>Finds the packages that a term or a recipe's request speaks of, best first. What a relation finds is kept.</summary>
internal sealed class RpmCandidates
{
    private readonly RpmUniverse _universe;
    private readonly RpmMatching _matching;
    private readonly RpmPolicy _policy;
    private readonly Dictionary<int, PackageId[]> _ofRelation = [];

    public RpmCandidates(RpmUniverse universe, RpmMatching matching, RpmPolicy policy)
    {
        _universe = universe;
        _matching = matching;
        _policy = policy;
    }

    /// <summary>Whether one package alone meets the term: a relation, or relations joined by with, without, or inside these.</summary>
    public static bool IsOfOnePackage(RpmTerm term) => term.Operator is RpmOperator.Relation or RpmOperator.With or RpmOperator.Without;

    /// <summary>Packages that may be chosen and meet a term of one package, best first.</summary>
    public ReadOnlySpan<PackageId> Of(RpmTerm term)
    {
        if (term.Operator != RpmOperator.Relation)
        {
            var found = Meeting(term).FindAll(_policy.Admits);
            return Sorted(found, StringId.Empty);
        }

        if (!_ofRelation.TryGetValue(term.First, out var known))
        {
            _ofRelation.Add(term.First, known = OfRelation(term.Relation));
        }

        return known;
    }

    /// <summary>As <see cref="Of(RpmTerm)"/>, but with what policy does not admit: for explanations.</summary>
    public List<PackageId> AllOf(RpmTerm term) => Meeting(term);

    /// <summary>
    /// Candidates of a recipe's package, best first: those of the name and those that obsolete one of these; where no package has the
    /// name, those that provide it.
    /// </summary>
    public List<PackageId> Of(PackageRequest request) => [.. All(request, _policy.Admits)];

    public List<PackageId> AllOf(PackageRequest request) => [.. All(request, _ => true)];

    /// <summary>Packages that the package's Obsoletes speak of and that may be chosen; never the package itself.</summary>
    public List<PackageId> Obsoleted(PackageId package, RpmRelation relation)
    {
        var found = new List<PackageId>();
        if (_universe.Names[package.Value] == relation.Name)
        {
            return found;
        }

        foreach (var other in _policy.Named(relation.Name))
        {
            if (_matching.HasVersion(other, relation) && _policy.Admits(other))
            {
                found.Add(other);
            }
        }

        return found;
    }

    private PackageId[] OfRelation(RpmRelationId id)
    {
        var relation = _universe.Relation(id);
        var found = Meeting(relation).FindAll(_policy.Admits);
        return found.Count == 0 ? [] : Sorted(found, relation.Name);
    }

    private List<PackageId> Meeting(RpmTerm term)
    {
        switch (term.Operator)
        {
            case RpmOperator.Relation:
                return Meeting(_universe.Relation(term.Relation));
            case RpmOperator.Or:
                var either = new List<PackageId>();
                foreach (var operand in _universe.Operands(term))
                {
                    either.AddRange(Meeting(operand));
                }

                return [.. either.Distinct()];
            case RpmOperator.With or RpmOperator.Without:
                var operands = _universe.Operands(term);
                var all = Meeting(operands[0]);
                for (var i = 1; i < operands.Length; i++)
                {
                    var others = Meeting(operands[i]).ToHashSet();
                    _ = all.RemoveAll(p => others.Contains(p) != (term.Operator == RpmOperator.With));
                }

                return all;
            default:
                throw new InvalidOperationException($"no one package meets a term of `{term.Operator}`");
        }
    }

    /// <summary>Ascending, none twice.</summary>
    private List<PackageId> Meeting(RpmRelation relation)
    {
        var found = new List<PackageId>();
        foreach (var (package, provided) in _universe.Providers(relation.Name))
        {
            if ((found.Count == 0 || found[^1] != package) && _matching.Overlaps(relation, _universe.Relation(provided)))
            {
                found.Add(package);
            }
        }

        return found;
    }

    private PackageId[] All(PackageRequest request, Func<PackageId, bool> admits)
    {
        if (_universe.Find(request.Name) is not { } name)
        {
            return [];
        }

        bool IsMeant(PackageId package) =>
            (request.Architecture == "" || _universe.Text(_universe.Architectures[package.Value]) == request.Architecture) && admits(package);
        var named = _policy.Named(name).Where(p => _matching.HasVersion(p, request.Relation, request.Version)).ToList();
        var obsoleters = request.Relation == VersionRelation.Any ? _universe.Obsoleters(name).ToArray() : [];
        var own = named.Where(IsMeant).ToArray();
        Array.Sort(own, _policy);
        var meant = obsoleters.Where(o => IsMeant(o) && IsObsoleter(o, named, name)).ToArray();
        Array.Sort(meant, (x, y) =>
        {
            // Who obsoletes even the newest comes before who obsoletes old ones only.
            var order = own.Length == 0 ? 0 : _matching.Obsoletes(y, own[0]).CompareTo(_matching.Obsoletes(x, own[0]));
            return order != 0 ? order : _policy.Compare(x, y);
        });
        if (meant.Length + own.Length > 0 || !_policy.Named(name).All(_policy.IsOfOtherArchitecture))
        {
            return [.. meant, .. own];
        }

        var providers = new List<PackageId>();
        foreach (var (package, provided) in _universe.Providers(name))
        {
            var has = _universe.Relation(provided);
            if (IsMeant(package) && !providers.Contains(package) && (request.Relation == VersionRelation.Any || has.Relation == VersionRelation.Any
                || RpmVersionOrder.Overlaps(
                    request.Relation, System.Text.Encoding.UTF8.GetBytes(request.Version), has.Relation, _universe.Bytes(has.Version))))
            {
                providers.Add(package);
            }
        }

        return Sorted(providers, name);
    }

    private bool IsObsoleter(PackageId package, List<PackageId> named, StringId name)
    {
        if (named.Count > 0)
        {
            return named.Exists(p => _matching.Obsoletes(package, p));
        }

        foreach (var (kind, term) in _universe.Dependencies(package))
        {
            if (kind == RpmDependencyKind.Obsoletes && term.Operator == RpmOperator.Relation && _universe.Relation(term.Relation).Name == name)
            {
                return _universe.Names[package.Value] != name;
            }
        }

        return false;
    }

    /// <summary>Who provides the newest version of what is wanted comes first, who provides none last.</summary>
    private int CompareProvided(PackageId x, PackageId y, StringId wanted)
    {
        var (a, b) = (Provided(_policy.BestOfName(x), wanted), Provided(_policy.BestOfName(y), wanted));
        return a.IsEmpty || b.IsEmpty ? a.IsEmpty.CompareTo(b.IsEmpty) : RpmVersionOrder.Compare(_universe.Bytes(b), _universe.Bytes(a));
    }

    private StringId Provided(PackageId package, StringId wanted)
    {
        foreach (var id in _universe.Provides(package))
        {
            if (_universe.Relation(id) is { Relation: VersionRelation.Equal } has && has.Name == wanted)
            {
                return has.Version;
            }
        }

        return StringId.Empty;
    }

    /// <summary>Packages of the wanted name first; what another candidate obsoletes last.</summary>
    private PackageId[] Sorted(List<PackageId> found, StringId wanted)
    {
        var sorted = found.ToArray();
        if (sorted.Length < 2)
        {
            return sorted;
        }

        Array.Sort(sorted, (x, y) =>
        {
            var order = (_universe.Names[y.Value] == wanted).CompareTo(_universe.Names[x.Value] == wanted);
            order = order != 0 || _universe.Names[x.Value] == _universe.Names[y.Value] ? order : CompareProvided(x, y, wanted);
            return order != 0 ? order : _policy.Compare(x, y);
        });
        if (_universe.Names[sorted[0].Value] == _universe.Names[sorted[^1].Value])
        {
            return sorted;
        }

        var all = sorted.ToHashSet();
        bool IsObsoleted(PackageId package)
        {
            foreach (var obsoleter in _universe.Obsoleters(_universe.Names[package.Value]))
            {
                if (all.Contains(obsoleter) && _matching.Obsoletes(obsoleter, package))
                {
                    return true;
                }
            }

            return false;
        }

        var last = sorted.Where(IsObsoleted).ToHashSet();
        return last.Count == 0 ? sorted : [.. sorted.Where(p => !last.Contains(p)), .. sorted.Where(last.Contains)];
    }
}
