using EzTemplates.Domain;

namespace EzTemplates.Testing;

/// <summary>
/// Judges a set of packages of a large universe by rpm's rules: what is required is there, nothing that is forbidden is, one package of
/// a name for each width. Looks only at what the set's own packages say.
/// </summary>
public sealed class RpmRules
{
    private readonly RpmUniverse _universe;
    private readonly HashSet<PackageId> _set;
    private readonly Dictionary<StringId, List<(PackageId Package, RpmRelation Has)>> _provided = [];

    public RpmRules(RpmUniverse universe, IEnumerable<PackageId> set)
    {
        _universe = universe;
        _set = [.. set];
        foreach (var package in _set)
        {
            foreach (var id in universe.Provides(package))
            {
                var has = universe.Relation(id);
                _ = _provided.TryAdd(has.Name, []);
                _provided[has.Name].Add((package, has));
            }
        }
    }

    public List<string> Problems()
    {
        var problems = new List<string>();
        foreach (var package in _set)
        {
            foreach (var (kind, term) in _universe.Dependencies(package))
            {
                if (kind is RpmDependencyKind.Requires or RpmDependencyKind.PreRequires && !Holds(term))
                {
                    problems.Add($"{_universe.Describe(package)} misses something it requires");
                }
                else if (kind == RpmDependencyKind.Conflicts && Offends(term, package))
                {
                    problems.Add($"{_universe.Describe(package)} is in conflict");
                }
                else if (kind == RpmDependencyKind.Obsoletes)
                {
                    problems.AddRange(Obsoleted(package, _universe.Relation(term.Relation)).Select(o => $"{_universe.Describe(package)} obsoletes {_universe.Describe(o)}"));
                }
            }
        }

        problems.AddRange(_set.GroupBy(p => (_universe.Names[p.Value], _universe.Architectures[p.Value]))
            .Where(g => g.Count() > 1 && g.Any(p => (_universe.Flags[p.Value] & RpmPackageFlags.InstallOnly) == 0)).Select(g => $"two of {_universe.Describe(g.First())}"));
        return problems;
    }

    public bool Has(string name) => _universe.Find(name) is { } id && (_provided.ContainsKey(id) || _set.Any(p => _universe.Obsoleters(id).Contains(p)));

    public bool Holds(RpmTerm term)
    {
        if (term.Operator is RpmOperator.Relation or RpmOperator.With or RpmOperator.Without)
        {
            return Meeting(term).Count > 0;
        }

        var operands = _universe.Operands(term).ToArray();
        return term.Operator switch
        {
            RpmOperator.And => operands.All(Holds),
            RpmOperator.Or => operands.Any(Holds),
            RpmOperator.If => Holds(operands[1]) ? Holds(operands[0]) : operands.Length < 3 || Holds(operands[2]),
            _ => Holds(operands[1]) ? operands.Length > 2 && Holds(operands[2]) : Holds(operands[0]),
        };
    }

    private bool Offends(RpmTerm term, PackageId self)
    {
        var operands = term.Operator == RpmOperator.Relation ? [] : _universe.Operands(term).ToArray();
        return term.Operator switch
        {
            RpmOperator.Or => operands.Any(o => Offends(o, self)),
            RpmOperator.And => operands.All(Holds),
            RpmOperator.If => Holds(operands[1]) ? Offends(operands[0], self) : operands.Length < 3 || Holds(operands[2]),
            RpmOperator.Unless => operands.Length > 2 ? (Holds(operands[1]) ? Offends(operands[2], self) : Holds(operands[0])) : Holds(operands[0]) && !Holds(operands[1]),
            _ => Meeting(term).Exists(p => p != self),
        };
    }

    /// <summary>Packages of the set each of which alone meets a term of names joined by or, with, without.</summary>
    public List<PackageId> Meeting(RpmTerm term)
    {
        if (term.Operator == RpmOperator.Relation)
        {
            var wanted = _universe.Relation(term.Relation);
            return wanted.Name.IsEmpty ? [] : [.. _provided.GetValueOrDefault(wanted.Name, []).Where(p => Overlap(wanted, p.Has)).Select(p => p.Package).Distinct(),
                .. _universe.Text(wanted.Name).StartsWith("rpmlib(", StringComparison.Ordinal) ? _set.Take(1) : []];
        }

        var operands = _universe.Operands(term).ToArray();
        var found = Meeting(operands[0]);
        foreach (var operand in operands.Skip(1))
        {
            var others = Meeting(operand);
            found = term.Operator switch
            {
                RpmOperator.Or => [.. found.Union(others)],
                RpmOperator.With => [.. found.Intersect(others)],
                _ => [.. found.Except(others)],
            };
        }

        return found;
    }

    private IEnumerable<PackageId> Obsoleted(PackageId package, RpmRelation relation) => _set.Where(o =>
        _universe.Names[o.Value] == relation.Name && _universe.Names[package.Value] != relation.Name
        && Overlap(relation, new RpmRelation(relation.Name, VersionRelation.Equal, _universe.Versions[o.Value])));

    private bool Overlap(RpmRelation one, RpmRelation other) =>
        RpmVersionOrder.Overlaps(one.Relation, _universe.Bytes(one.Version), other.Relation, _universe.Bytes(other.Version));
}
