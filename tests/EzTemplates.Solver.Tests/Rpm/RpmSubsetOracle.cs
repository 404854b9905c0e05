using System.Numerics;
using EzTemplates.Domain;

namespace EzTemplates.Solver.Tests;

/// <summary>
/// rpm's rules over bit sets, as plainly as can be: terms are evaluated as they stand, every package is looked at for each of them.
/// </summary>
internal sealed class RpmSubsetOracle
{
    private readonly RpmUniverse _universe;
    private readonly RpmRequest _request;
    private readonly int _count;
    private readonly uint _admitted;

    public RpmSubsetOracle(RpmUniverse universe, RpmRequest request)
    {
        _universe = universe;
        _request = request;
        _count = universe.PackageCount;
        Fixed = request.Fixed.Aggregate(0u, (set, p) => set | (1u << p.Value));
        _admitted = Fixed;
        for (var i = 0; i < _count; i++)
        {
            _admitted |= request.Exclude.Contains(Name(i)) ? 0 : 1u << i;
        }
    }

    public uint Fixed { get; }

    /// <returns>How many packages the smallest valid set adds; -1 if there is none.</returns>
    public int Smallest()
    {
        var best = -1;
        for (var set = 0u; set < 1u << _count; set++)
        {
            if ((set & Fixed) == Fixed && (best < 0 || BitOperations.PopCount(set & ~Fixed) < best) && IsValid(set))
            {
                best = BitOperations.PopCount(set & ~Fixed);
            }
        }

        return best;
    }

    public bool IsValid(uint set)
    {
        if ((set & ~_admitted) != 0 || !_request.Install.All(r => HasRoot(r, set)))
        {
            return false;
        }

        for (var i = 0; i < _count; i++)
        {
            if (IsIn(set, i) && !IsContent(i, set))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a proper part of the set that holds what is fixed is valid too.</summary>
    public bool HasValidPart(uint set)
    {
        var free = set & ~Fixed;
        for (var part = (free - 1) & free; free != 0; part = (part - 1) & free)
        {
            if (IsValid(part | Fixed))
            {
                return true;
            }

            if (part == 0)
            {
                break;
            }
        }

        return false;
    }

    /// <summary>
    /// Whether no single package can be added that one of the set recommends, or that supplements the set, and that is not there. One that
    /// takes away the ground it stands on, as what is recommended by a package that is there only as long as it is not, need not come.
    /// </summary>
    public bool FollowsWhatItCan(uint set)
    {
        for (var i = 0; i < _count; i++)
        {
            var more = set | (1u << i);
            if (more != set && IsValid(more) && IsWanted(i, set, more) && !CanLose(more, i))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the package may be gone after taking out, part after part, what the rest neither needs nor wants.</summary>
    private bool CanLose(uint set, int package)
    {
        var free = set & ~Fixed;
        for (var part = free; part != 0; part = (part - 1) & free)
        {
            var rest = set & ~part;
            if (IsValid(rest) && !Enumerable.Range(0, _count).Any(i => IsIn(part, i) && IsWanted(i, rest, set))
                && (IsIn(part, package) || CanLose(rest, package)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the rest recommends the package or is supplemented by it, as things are in the whole set.</summary>
    private bool IsWanted(int package, uint rest, uint set) =>
        IsRecommended(package, rest, set) || (Supplements(package, rest) && Supplements(package, set) && !HasName(package, rest));

    private bool IsRecommended(int package, uint rest, uint set)
    {
        for (var i = 0; i < _count; i++)
        {
            foreach (var (kind, term) in IsIn(rest & ~Fixed, i) ? _universe.Dependencies(new PackageId(i)) : [])
            {
                if (kind == RpmDependencyKind.Recommends && !Holds(term, set & ~(1u << package)) && Holds(term, set))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private bool Supplements(int package, uint set)
    {
        foreach (var (kind, term) in _universe.Dependencies(new PackageId(package)))
        {
            if (kind == RpmDependencyKind.Supplements && Holds(term, set))
            {
                return true;
            }
        }

        return false;
    }

    private bool HasName(int package, uint set) => Enumerable.Range(0, _count).Any(i => IsIn(set, i) && Name(i) == Name(package));

    private bool HasRoot(PackageRequest request, uint set)
    {
        var named = Enumerable.Range(0, _count).Where(i => Name(i) == request.Name).ToList();
        bool Candidate(int i) => named.Count == 0 ? Provides(i, request.Name) || ObsoletesName(i, request.Name)
            : named.Contains(i) || named.Exists(n => Obsoletes(i, n));
        return Enumerable.Range(0, _count).Any(i => IsIn(set, i) && Candidate(i));
    }

    private bool IsContent(int package, uint set)
    {
        foreach (var (kind, term) in _universe.Dependencies(new PackageId(package)))
        {
            if ((kind is RpmDependencyKind.Requires or RpmDependencyKind.PreRequires && !Holds(term, set) && (!IsIn(Fixed, package) || Holds(term, Fixed)))
                || (kind == RpmDependencyKind.Conflicts && Offends(term, set, package)))
            {
                return false;
            }
        }

        for (var i = 0; i < _count; i++)
        {
            if (i != package && IsIn(set, i) && (Obsoletes(package, i) || (Name(i) == Name(package) && SharesColour(i, package))))
            {
                return false;
            }
        }

        return true;
    }

    private bool SharesColour(int one, int other)
    {
        var (a, b) = (Architecture(one), Architecture(other));
        return a == b || a == "noarch" || b == "noarch";
    }

    /// <summary>Whether the term holds in the set.</summary>
    private bool Holds(RpmTerm term, uint set)
    {
        if (term.Operator is RpmOperator.Relation or RpmOperator.With or RpmOperator.Without)
        {
            return Enumerable.Range(0, _count).Any(i => IsIn(set, i) && MeetsAlone(term, i));
        }

        var operands = _universe.Operands(term).ToArray();
        return term.Operator switch
        {
            RpmOperator.And => operands.All(o => Holds(o, set)),
            RpmOperator.Or => operands.Any(o => Holds(o, set)),
            RpmOperator.If => Holds(operands[1], set) ? Holds(operands[0], set) : operands.Length < 3 || Holds(operands[2], set),
            _ => Holds(operands[1], set) ? operands.Length > 2 && Holds(operands[2], set) : Holds(operands[0], set),
        };
    }

    /// <summary>Whether the set has what the package's Conflicts speaks of; the package itself is not meant.</summary>
    private bool Offends(RpmTerm term, uint set, int package)
    {
        if (term.Operator is RpmOperator.Relation or RpmOperator.With or RpmOperator.Without)
        {
            return Holds(term, set & ~(1u << package) & _admitted);
        }

        var operands = _universe.Operands(term).ToArray();
        return term.Operator switch
        {
            RpmOperator.Or => operands.Any(o => Offends(o, set, package)),
            RpmOperator.And => operands.All(o => Holds(o, set)),
            RpmOperator.If => Holds(operands[1], set) ? Offends(operands[0], set, package) : operands.Length < 3 || Holds(operands[2], set),
            _ when operands.Length > 2 => Holds(operands[1], set) ? Offends(operands[2], set, package) : Holds(operands[0], set),
            _ => Holds(operands[0], set) && !Holds(operands[1], set),
        };
    }

    private bool MeetsAlone(RpmTerm term, int package)
    {
        if (term.Operator == RpmOperator.Relation)
        {
            var wanted = _universe.Relation(term.Relation);
            foreach (var id in _universe.Provides(new PackageId(package)))
            {
                var has = _universe.Relation(id);
                if (has.Name == wanted.Name && RpmVersionOrder.Overlaps(
                    wanted.Relation, _universe.Bytes(wanted.Version), has.Relation, _universe.Bytes(has.Version)))
                {
                    return true;
                }
            }

            return false;
        }

        var operands = _universe.Operands(term).ToArray();
        return term.Operator switch
        {
            RpmOperator.Or => operands.Any(o => MeetsAlone(o, package)),
            RpmOperator.With => operands.All(o => MeetsAlone(o, package)),
            _ => MeetsAlone(operands[0], package) && !MeetsAlone(operands[1], package),
        };
    }

    private bool Provides(int package, string name) =>
        _universe.Provides(new PackageId(package)).ToArray().Any(id => _universe.Text(_universe.Relation(id).Name) == name);

    private bool ObsoletesName(int package, string name) => Obsoleted(package).Any(r => _universe.Text(r.Name) == name) && Name(package) != name;

    private bool Obsoletes(int package, int other) => Name(package) != Name(other) && Obsoleted(package).Any(r =>
        _universe.Text(r.Name) == Name(other) && RpmVersionOrder.Overlaps(
            r.Relation, _universe.Bytes(r.Version), VersionRelation.Equal, _universe.Bytes(_universe.Versions[other])));

    private IEnumerable<RpmRelation> Obsoleted(int package) =>
        _universe.Dependencies(new PackageId(package)).ToArray().Where(d => d.Kind == RpmDependencyKind.Obsoletes).Select(d => _universe.Relation(d.Term.Relation));

    private string Name(int package) => _universe.Text(_universe.Names[package]);

    private string Architecture(int package) => _universe.Text(_universe.Architectures[package]);

    private static bool IsIn(uint set, int package) => (set & (1u << package)) != 0;
}
