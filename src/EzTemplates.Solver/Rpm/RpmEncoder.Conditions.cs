using System.Runtime.InteropServices;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>Derived variables: what is true because of what is chosen, and what that brings about.</summary>
internal sealed partial class RpmEncoder
{
    private readonly HashSet<PackageId> _supplementing = [];

    /// <summary>A variable that is true when the term is; <see cref="Never"/> where nothing can make it so.</summary>
    /// <param name="owner">Who asks: as long as it is not true, nobody does.</param>
    private int TruthOf(CdclSolver solver, int owner, RpmTerm term, int fact)
    {
        if (RpmCandidates.IsOfOnePackage(term))
        {
            var candidates = Candidates.Of(term);
            if (candidates.Length < 2)
            {
                return candidates.IsEmpty ? Never : VariableOf(candidates[0], solver);
            }
        }

        if (_truths.TryGetValue(term, out var known))
        {
            return known;
        }

        var truth = NewNode(solver, new RpmNode(RpmNodeKind.Truth, _nodes[owner].Package, term, fact));
        Requirements.Derive(truth, truth);
        return _truths[term] = Define(solver, truth, owner, term, fact) ? truth : Never;
    }

    /// <summary>Makes the variable follow from its term.</summary>
    /// <returns>False where the term cannot hold.</returns>
    private bool Define(CdclSolver solver, int truth, int owner, RpmTerm term, int fact)
    {
        switch (term.Operator)
        {
            case RpmOperator.And:
                var clause = new List<int> { Literal.Of(truth) };
                foreach (var operand in _universe.Operands(term))
                {
                    var part = TruthOf(solver, owner, operand, fact);
                    if (part == Never)
                    {
                        return false;
                    }

                    clause.Add(Literal.Not(part));
                }

                solver.AddDefinition([.. clause.Distinct()], 0);
                return true;
            case RpmOperator.Or:
                var any = false;
                foreach (var operand in _universe.Operands(term))
                {
                    any |= Follow(solver, truth, TruthOf(solver, owner, operand, fact));
                }

                return any;
            case RpmOperator.If or RpmOperator.Unless:
                // Not for the request, whose are the conditions of Supplements: one that holds as long as something is absent is not followed.
                return owner != Request && DefineBranches(solver, truth, owner, term, fact);
            default:
                foreach (var candidate in Candidates.Of(term))
                {
                    _ = Follow(solver, truth, VariableOf(candidate, solver));
                }

                return true;
        }
    }

    private static bool Follow(CdclSolver solver, int truth, int cause)
    {
        if (cause != Never)
        {
            solver.AddDefinition([Literal.Not(cause), Literal.Of(truth)], 0);
        }

        return cause != Never;
    }

    /// <summary>
    /// A condition that is itself conditional can come true when something goes: what it depends on is pinned. And it holds where
    /// nothing is chosen, so that somebody must decide that it does.
    /// </summary>
    private bool DefineBranches(CdclSolver solver, int truth, int owner, RpmTerm term, int fact)
    {
        var operands = _universe.Operands(term);
        var isIf = term.Operator == RpmOperator.If;
        RpmTerm? third = operands.Length > 2 ? operands[2] : null;
        var whenTrue = isIf ? operands[0] : third;
        var whenFalse = isIf ? third : operands[0];
        _ = Pinned.Add(truth);
        HasNestedAlternatives = true;
        var condition = TruthOf(solver, owner, operands[1], fact);
        if (condition != Never)
        {
            Pin(condition, operands[1]);
            if (whenTrue is { } inner && TruthOf(solver, owner, inner, fact) is var first and not Never)
            {
                solver.AddDefinition([.. new[] { Literal.Of(truth), Literal.Not(condition), Literal.Not(first) }.Distinct()], 0);
            }
        }

        var under = whenFalse is { } otherwise ? TruthOf(solver, owner, otherwise, fact) : owner;
        if (under != Never && (isIf || whenFalse is not null))
        {
            Derive(solver, new RpmNode(RpmNodeKind.When, _nodes[owner].Package, operands[1], fact, owner, under, RpmThen.Decide, truth));
        }

        return true;
    }

    private void Decide(CdclSolver solver, int owner, int truth, RpmTerm term, int fact)
    {
        if (TakeAlternatives(solver, owner, [term], fact, out _))
        {
            _clause.Insert(1, Literal.Of(truth));
            _ = solver.AddClause(CollectionsMarshal.AsSpan(_clause), fact);
            Requirements.Add(owner, AsVariables(), RequirementKind.Alternatives);
        }
    }

    private void Pin(int variable, RpmTerm term)
    {
        _ = Pinned.Add(variable);
        if (RpmCandidates.IsOfOnePackage(term))
        {
            foreach (var candidate in Candidates.Of(term))
            {
                _ = Pinned.Add(_variables[candidate.Value]);
            }

            return;
        }

        foreach (var operand in _universe.Operands(term))
        {
            Pin(_truths.GetValueOrDefault(operand, variable), operand);
        }
    }

    /// <summary>What makes a truth's term true, for what comes after the search.</summary>
    private void AddSupport(CdclSolver solver, int truth, RpmTerm term)
    {
        switch (term.Operator)
        {
            case RpmOperator.And:
                foreach (var operand in _universe.Operands(term))
                {
                    Requirements.Add(truth, [TruthOf(solver, truth, operand, _nodes[truth].Fact)], RequirementKind.Support);
                }

                break;
            case RpmOperator.Or:
                var parts = new List<int>();
                foreach (var operand in _universe.Operands(term))
                {
                    parts.Add(TruthOf(solver, truth, operand, _nodes[truth].Fact));
                }

                Requirements.Add(truth, [.. parts.Where(p => p != Never).Distinct()], RequirementKind.Support);
                break;
            case RpmOperator.If or RpmOperator.Unless:
                break;
            default:
                var variables = new List<int>();
                foreach (var candidate in Candidates.Of(term))
                {
                    variables.Add(VariableOf(candidate, solver));
                }

                Requirements.Add(truth, [.. variables], RequirementKind.Support);
                break;
        }
    }

    /// <summary>A group's conditional member is followed where it can be, once one of the packages is there.</summary>
    private void AddConditionalRoot(CdclSolver solver, RpmRoot root)
    {
        foreach (var package in root.Condition!)
        {
            Supplement(solver, root.Candidates[0], default, VariableOf(package, solver));
        }
    }

    /// <param name="term">Of the package's Supplements; default where a group wants it, in whichever version.</param>
    private void Supplement(CdclSolver solver, PackageId package, RpmTerm term, int truth)
    {
        var node = NewNode(solver, new RpmNode(RpmNodeKind.Supplement, package, term, 0, 0, truth));
        Requirements.Derive(node, node);
        solver.AddDefinition([Literal.Not(truth), Literal.Of(node)], 0);
    }

    /// <summary>Packages that want to be there when this one is.</summary>
    private void AddSupplementers(CdclSolver solver, PackageId package)
    {
        foreach (var provided in _universe.Provides(package))
        {
            foreach (var other in _universe.Supplementers(_universe.Relation(provided).Name))
            {
                if (!Policy.Admits(other) || !_supplementing.Add(other))
                {
                    continue;
                }

                foreach (var (kind, term) in _universe.Dependencies(other))
                {
                    if (kind == RpmDependencyKind.Supplements && TruthOf(solver, Request, term, 0) is var truth and not Never)
                    {
                        Supplement(solver, other, term, truth);
                    }
                }
            }
        }
    }

    /// <summary>The best first of those versions that supplement the same; a newer one that no longer does is not wanted.</summary>
    private List<PackageId> VersionsWanted(RpmNode supplement)
    {
        var versions = Policy.Named(_universe.Names[supplement.Package.Value])
            .Where(p => Policy.Admits(p) && (supplement.Term == default || DoesSupplement(p, supplement.Term))).ToList();
        versions.Sort(Policy);
        return versions;
    }

    private bool DoesSupplement(PackageId package, RpmTerm term)
    {
        foreach (var (kind, other) in _universe.Dependencies(package))
        {
            if (kind == RpmDependencyKind.Supplements && AreSame(term, other))
            {
                return true;
            }
        }

        return false;
    }

    private bool AreSame(RpmTerm one, RpmTerm other)
    {
        if (one.Operator == RpmOperator.Relation || one.Operator != other.Operator || one.Count != other.Count)
        {
            return one == other;
        }

        var parts = _universe.Operands(one);
        var others = _universe.Operands(other);
        for (var i = 0; i < parts.Length; i++)
        {
            if (!AreSame(parts[i], others[i]))
            {
                return false;
            }
        }

        return true;
    }
}
