using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>Derived variables: what is true because of what is chosen, and what that brings about.</summary>
internal sealed partial class RpmEncoder
{
    private readonly HashSet<PackageId> _supplementing = [];

    /// <summary>A variable that is true when the term is; <see cref="Never"/> where nothing can make it so.</summary>
    private int TruthOf(CdclSolver solver, PackageId package, RpmTerm term, int fact)
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

        var truth = NewNode(solver, new RpmNode(RpmNodeKind.Truth, package, term, fact));
        Requirements.Derive(truth, truth);
        return _truths[term] = Define(solver, truth, package, term, fact) ? truth : Never;
    }

    /// <summary>Makes the variable follow from its term.</summary>
    /// <returns>False where the term cannot hold.</returns>
    private bool Define(CdclSolver solver, int truth, PackageId package, RpmTerm term, int fact)
    {
        switch (term.Operator)
        {
            case RpmOperator.And:
                var clause = new List<int> { Literal.Of(truth) };
                foreach (var operand in _universe.Operands(term))
                {
                    var part = TruthOf(solver, package, operand, fact);
                    if (part == Never)
                    {
                        return false;
                    }

                    clause.Add(Literal.Not(part));
                }

                _ = solver.AddClause([.. clause.Distinct()], fact);
                return true;
            case RpmOperator.Or:
                var any = false;
                foreach (var operand in _universe.Operands(term))
                {
                    any |= Follow(solver, truth, TruthOf(solver, package, operand, fact), fact);
                }

                return any;
            case RpmOperator.If or RpmOperator.Unless:
                DefineBranches(solver, truth, package, term, fact);
                return true;
            default:
                foreach (var candidate in Candidates.Of(term))
                {
                    _ = Follow(solver, truth, VariableOf(candidate, solver), fact);
                }

                return true;
        }
    }

    private static bool Follow(CdclSolver solver, int truth, int cause, int fact)
    {
        if (cause != Never)
        {
            _ = solver.AddClause([Literal.Not(cause), Literal.Of(truth)], fact);
        }

        return cause != Never;
    }

    /// <summary>
    /// A condition that is itself conditional can come true when something goes: what it depends on is pinned.
    /// </summary>
    private void DefineBranches(CdclSolver solver, int truth, PackageId package, RpmTerm term, int fact)
    {
        var operands = _universe.Operands(term);
        var isIf = term.Operator == RpmOperator.If;
        RpmTerm? third = operands.Length > 2 ? operands[2] : null;
        var whenTrue = isIf ? operands[0] : third;
        var whenFalse = isIf ? third : operands[0];
        var condition = TruthOf(solver, package, operands[1], fact);
        Pinned.Add(truth);
        if (condition != Never)
        {
            Pin(condition, operands[1]);
            if (whenTrue is { } inner && TruthOf(solver, package, inner, fact) is var first and not Never)
            {
                _ = solver.AddClause([.. new[] { Literal.Of(truth), Literal.Not(condition), Literal.Not(first) }.Distinct()], fact);
            }
        }

        var second = whenFalse is { } otherwise ? TruthOf(solver, package, otherwise, fact) : Never;
        if ((isIf && whenFalse is null) || second != Never)
        {
            var clause = new List<int> { Literal.Of(truth) };
            clause.AddRange(condition == Never ? [] : [Literal.Of(condition)]);
            clause.AddRange(second == Never ? [] : [Literal.Not(second)]);
            _ = solver.AddClause([.. clause.Distinct()], fact);
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
                    Requirements.Add(truth, [TruthOf(solver, _nodes[truth].Package, operand, _nodes[truth].Fact)], RequirementKind.Support);
                }

                break;
            case RpmOperator.Or:
                var parts = new List<int>();
                foreach (var operand in _universe.Operands(term))
                {
                    parts.Add(TruthOf(solver, _nodes[truth].Package, operand, _nodes[truth].Fact));
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
            Supplement(solver, root.Candidates[0], VariableOf(package, solver));
        }
    }

    private void Supplement(CdclSolver solver, PackageId package, int truth)
    {
        var node = NewNode(solver, new RpmNode(RpmNodeKind.Supplement, package, default, 0, 0, truth));
        Requirements.Derive(node, node);
        _ = solver.AddClause([Literal.Not(truth), Literal.Of(node)], 0);
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
                    if (kind == RpmDependencyKind.Supplements && TruthOf(solver, other, term, 0) is var truth and not Never)
                    {
                        Supplement(solver, other, truth);
                    }
                }
            }
        }
    }
}
