using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>What the packages of a running system may do: stay, be updated, be obsoleted.</summary>
internal sealed class RpmSystem
{
    private readonly RpmUniverse _universe;
    private readonly RpmRequest _request;
    private readonly RpmMatching _matching;
    private readonly RpmPolicy _policy;
    private readonly RpmCandidates _candidates;
    private readonly IReadOnlyList<RpmRoot> _roots;

    public RpmSystem(
        RpmUniverse universe, RpmRequest request, RpmMatching matching, RpmPolicy policy, RpmCandidates candidates, IReadOnlyList<RpmRoot> roots)
    {
        _universe = universe;
        _request = request;
        _matching = matching;
        _policy = policy;
        _candidates = candidates;
        _roots = roots;
        Removed = [.. request.Installed.Where(p => request.Remove.Any(r => IsMeant(r, p)))];
    }

    /// <summary>Installed packages that the request takes away.</summary>
    public IReadOnlyList<PackageId> Removed { get; }

    /// <summary>Whether both are installed, so that what is between them is not the request's to mend.</summary>
    public bool AreBoth(PackageId one, PackageId other) => !_request.Repair && _policy.IsInstalled(one) && _policy.IsInstalled(other);

    /// <summary>Whether the requirement of an installed package, or of the base's, was not met before.</summary>
    public bool WasBroken(PackageId package, RpmTerm term) => (_policy.IsFixed(package) || (!_request.Repair && _policy.IsInstalled(package))) && !Held(term);

    /// <summary>
    /// What satisfies that the package stays, best first: itself, newer ones of its name, ones that obsolete it; and where the request
    /// asks for another version of it outright, that one. Empty where it is to go.
    /// </summary>
    public List<PackageId> WaysToKeep(PackageId package)
    {
        if (Removed.Contains(package))
        {
            return [];
        }

        var name = _universe.Names[package.Value];
        var ways = _policy.Named(name).Where(p => p != package && _policy.Admits(p) && IsUpdate(p, package)).ToList();
        ways.Sort(_policy);
        foreach (var obsoleter in _universe.Obsoleters(name))
        {
            if (_policy.Admits(obsoleter) && _matching.Obsoletes(obsoleter, package))
            {
                ways.Add(obsoleter);
            }
        }

        var isUpdated = _request.Update.Renews(_universe.Text(name));
        var advised = _request.Update == UpdateScope.SecurityOnly ? ways.TakeWhile(_policy.IsPreferred).Count() : 0;
        ways.Insert(isUpdated ? ways.Count : advised, package);
        foreach (var root in _roots.Where(r => r.Candidates.Count > 0 && r.Candidates.TrueForAll(c => Replaces(c, package))))
        {
            ways.AddRange(root.Candidates.Where(c => !ways.Contains(c)));
        }

        return ways;
    }

    private bool Replaces(PackageId candidate, PackageId package) =>
        _universe.Names[candidate.Value] == _universe.Names[package.Value] || _matching.Obsoletes(candidate, package);

    /// <summary>Newer, and of an architecture that the name may change to: none, but to and from noarch.</summary>
    private bool IsUpdate(PackageId candidate, PackageId package) =>
        _matching.CompareVersions(candidate, package) > 0
        && (_universe.Architectures[candidate.Value] == _universe.Architectures[package.Value]
            || _matching.IsNoarch(candidate) || _matching.IsNoarch(package));

    private bool IsMeant(PackageRequest request, PackageId package)
    {
        if (_universe.Find(request.Name) is not { } name)
        {
            return false;
        }

        return _universe.Names[package.Value] == name && _matching.HasVersion(package, request.Relation, request.Version);
    }

    private bool WasThere(PackageId package) => _policy.IsInstalled(package) || _policy.IsFixed(package);

    /// <summary>Whether a term was true of what was there before.</summary>
    private bool Held(RpmTerm term)
    {
        if (RpmCandidates.IsOfOnePackage(term))
        {
            return term.Operator == RpmOperator.Relation && _matching.IsOfRpm(_universe.Relation(term.Relation))
                || _candidates.AllOf(term).Exists(WasThere);
        }

        var operands = _universe.Operands(term);
        bool Holds(int number, ReadOnlySpan<RpmTerm> all) => number < all.Length && Held(all[number]);
        switch (term.Operator)
        {
            case RpmOperator.And or RpmOperator.Or:
                foreach (var operand in operands)
                {
                    if (Held(operand) == (term.Operator == RpmOperator.Or))
                    {
                        return term.Operator == RpmOperator.Or;
                    }
                }

                return term.Operator == RpmOperator.And;
            case RpmOperator.If:
                return Holds(1, operands) ? Holds(0, operands) : operands.Length < 3 || Holds(2, operands);
            default:
                return Holds(1, operands) ? Holds(2, operands) : Holds(0, operands);
        }
    }
}
