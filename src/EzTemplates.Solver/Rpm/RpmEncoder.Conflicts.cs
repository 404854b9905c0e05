using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>What a package excludes: by its Conflicts, by its Obsoletes, by its name.</summary>
internal sealed partial class RpmEncoder
{
    /// <summary>From so many on, packages that exclude all that meet one term share the list of them.</summary>
    private const int ManyProviders = 100;
    private readonly Dictionary<RpmTerm, int[]> _membersMeant = [];

    /// <summary>The owner needs the term not to hold.</summary>
    private void Forbid(CdclSolver solver, int owner, RpmTerm term, int fact)
    {
        switch (term.Operator)
        {
            case RpmOperator.Or:
                foreach (var operand in _universe.Operands(term))
                {
                    Forbid(solver, owner, operand, fact);
                }

                break;
            case RpmOperator.And:
                ForbidAll(solver, owner, _universe.Operands(term), fact);
                break;
            case RpmOperator.If or RpmOperator.Unless when term.Count == 3 || term.Operator == RpmOperator.If:
                var (then, condition, other) = Branches(term);
                When(solver, owner, condition, RpmThen.Forbid, then, fact);
                if (other is { } otherwise)
                {
                    When(solver, owner, otherwise, RpmThen.Require, condition, fact);
                }
                else
                {
                    Require(solver, owner, condition, fact);
                }

                break;
            case RpmOperator.Unless:
                When(solver, owner, _universe.Operands(term)[0], RpmThen.Require, _universe.Operands(term)[1], fact);
                break;
            default:
                ForbidPackages(solver, owner, term, fact);
                break;
        }
    }

    /// <summary>Conflicts never mean the package itself; where a requirement rules out what the package is, the package cannot be.</summary>
    private void ForbidPackages(CdclSolver solver, int owner, RpmTerm term, int fact)
    {
        var package = _nodes[owner].Package;
        var candidates = Candidates.Of(term);
        if (candidates.Length > ManyProviders && _nodes[owner].Kind == RpmNodeKind.Package && _facts[fact].Kind == RpmFactKind.Conflicts && _request.Installed.IsEmpty)
        {
            solver.AddExclusion(owner, MembersMeant(term, candidates, solver), fact);
            return;
        }

        foreach (var other in candidates)
        {
            var variable = VariableOf(other, solver);
            if (variable == owner && _facts[fact].Kind != RpmFactKind.Conflicts)
            {
                _ = solver.AddClause([Literal.Not(owner)], fact);
            }
            else if ((other != package || _facts[fact].Kind != RpmFactKind.Conflicts) && !_system.AreBoth(package, other))
            {
                _ = solver.AddClause([Literal.Not(owner), Literal.Not(variable)], fact);
            }
        }
    }

    /// <summary>Not all at once: the first ones are a condition under which the last is forbidden.</summary>
    private void ForbidAll(CdclSolver solver, int owner, ReadOnlySpan<RpmTerm> terms, int fact)
    {
        var clause = new List<int> { Literal.Not(owner) };
        foreach (var term in terms)
        {
            var truth = TruthOf(solver, owner, term, fact);
            if (truth == Never)
            {
                return;
            }

            clause.Add(Literal.Not(truth));
        }

        _ = solver.AddClause([.. clause.Distinct()], fact);
    }

    private int[] MembersMeant(RpmTerm term, ReadOnlySpan<PackageId> candidates, CdclSolver solver)
    {
        if (!_membersMeant.TryGetValue(term, out var members))
        {
            members = new int[candidates.Length];
            for (var i = 0; i < members.Length; i++)
            {
                members[i] = VariableOf(candidates[i], solver);
            }

            _membersMeant.Add(term, members);
        }

        return members;
    }

    private void Obsolete(CdclSolver solver, int variable, PackageId package, RpmTerm term, int index)
    {
        var fact = -1;
        foreach (var other in Candidates.Obsoleted(package, _universe.Relation(term.Relation)))
        {
            if (!_system.AreBoth(package, other))
            {
                fact = fact < 0 ? NewFact(RpmFactKind.Obsoletes, package, index) : fact;
                _ = solver.AddClause([Literal.Not(variable), Literal.Not(VariableOf(other, solver))], fact);
            }
        }
    }

    /// <summary>Packages of the name that are in no group with this one and cannot stand beside it: noarch beside a second architecture.</summary>
    private void ExcludeNamesakes(CdclSolver solver, int variable, PackageId package)
    {
        foreach (var other in Policy.Named(_universe.Names[package.Value]))
        {
            if (GroupOf(other) != GroupOf(package) && Collide(package, other) && Policy.Admits(other))
            {
                var fact = NewFact(RpmFactKind.OneVersion, package, other.Value);
                _ = solver.AddClause([Literal.Not(variable), Literal.Not(VariableOf(other, solver))], fact);
            }
        }
    }

    /// <summary>Packages of one name and one group exclude each other; a package to be installed in several versions is its own.</summary>
    private int GroupOf(PackageId package) =>
        _request.InstallOnly && (_universe.Flags[package.Value] & RpmPackageFlags.InstallOnly) != 0 ? ~package.Value
        : !_request.Multilib || Matching.IsNoarch(package) ? 0
        : ArchitectureColour.Of(_universe.Bytes(_universe.Architectures[package.Value]));

    private bool Collide(PackageId one, PackageId other)
    {
        var (a, b) = (GroupOf(one), GroupOf(other));
        return a < 0 || b < 0
            ? _universe.Versions[one.Value] == _universe.Versions[other.Value] && _universe.Architectures[one.Value] == _universe.Architectures[other.Value]
            : a == b || a == 0 || b == 0;
    }
}
