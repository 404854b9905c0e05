using System.Runtime.InteropServices;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>
/// Rich dependencies. A term that must hold becomes clauses of its owner; a part that somebody may choose gets a variable; a condition
/// gets a derived variable, which is true exactly when the condition is, and an owner's duties under it are those of a derived variable
/// too. Terms nest no deeper than their reader allows.
/// </summary>
internal sealed partial class RpmEncoder
{
    /// <summary>Whether an <c>or</c> or a condition was met whose parts are more than packages: it may hold where none of them was chosen.</summary>
    public bool HasNestedAlternatives { get; private set; }

    /// <summary>Answers of <see cref="TruthOf"/> for a condition that cannot come true.</summary>
    private const int Never = -1;
    private readonly Dictionary<RpmTerm, int> _truths = [];

    /// <summary>The owner needs the term to hold.</summary>
    private void Require(CdclSolver solver, int owner, RpmTerm term, int fact)
    {
        switch (term.Operator)
        {
            case RpmOperator.And:
                foreach (var operand in _universe.Operands(term))
                {
                    Require(solver, owner, operand, fact);
                }

                break;
            case RpmOperator.If or RpmOperator.Unless when term.Count == 3 || term.Operator == RpmOperator.If:
                var (then, condition, other) = Branches(term);
                When(solver, owner, condition, RpmThen.Require, then, fact);
                if (other is { } otherwise)
                {
                    RequireAny(solver, owner, [condition, otherwise], fact);
                }

                break;
            case RpmOperator.Unless:
                Require(solver, owner, _universe.Operands(term)[0], fact);
                Forbid(solver, owner, _universe.Operands(term)[1], fact);
                break;
            case RpmOperator.Or:
                RequireAny(solver, owner, _universe.Operands(term), fact);
                break;
            default:
                RequireAny(solver, owner, [term], fact);
                break;
        }
    }

    /// <summary>The owner would like the term to hold.</summary>
    private void Wish(CdclSolver solver, int owner, RpmTerm term)
    {
        if (term.Operator == RpmOperator.If && term.Count == 2)
        {
            When(solver, owner, _universe.Operands(term)[1], RpmThen.Wish, _universe.Operands(term)[0], 0);
        }
        else if (TakeAlternatives(solver, owner, term.Operator == RpmOperator.Or ? _universe.Operands(term) : [term], 0, out _) && _clause.Count > 1)
        {
            Requirements.Add(owner, AsVariables(), RequirementKind.Wish);
        }
    }

    /// <summary>Under the condition the owner needs, forbids or wishes the term.</summary>
    private void When(CdclSolver solver, int owner, RpmTerm condition, RpmThen then, RpmTerm term, int fact)
    {
        var truth = TruthOf(solver, owner, condition, fact);
        if (truth != Never)
        {
            Derive(solver, new RpmNode(RpmNodeKind.When, _nodes[owner].Package, term, fact, owner, truth, then));
        }
    }

    private void Derive(CdclSolver solver, RpmNode when)
    {
        var node = NewNode(solver, when);
        Requirements.Derive(node, Requirements.IsDerived(when.Owner) ? Requirements.VictimOf(when.Owner) : when.Owner);
        if (when.Owner == when.Condition)
        {
            _ = solver.AddClause([Literal.Not(when.Owner), Literal.Of(node)], when.Fact);
        }
        else
        {
            _ = solver.AddClause([Literal.Not(when.Owner), Literal.Not(when.Condition), Literal.Of(node)], when.Fact);
        }
    }

    private void ExpandNode(CdclSolver solver, int variable, RpmNode node)
    {
        switch (node.Kind)
        {
            case RpmNodeKind.Term:
                Require(solver, variable, node.Term, node.Fact);
                break;
            case RpmNodeKind.Truth:
                AddSupport(solver, variable, node.Term);
                break;
            case RpmNodeKind.Supplement:
                Requirements.Add(variable, [node.Condition], RequirementKind.Support);
                Requirements.Add(variable, AsVariables(solver, VersionsWanted(node)), RequirementKind.Wish);
                break;
            default:
                Requirements.Add(variable, [node.Owner], RequirementKind.Support);
                Requirements.Add(variable, [node.Condition], RequirementKind.Support);
                Fulfil(solver, variable, node);
                break;
        }
    }

    private void Fulfil(CdclSolver solver, int variable, RpmNode node)
    {
        switch (node.Then)
        {
            case RpmThen.Require:
                Require(solver, variable, node.Term, node.Fact);
                break;
            case RpmThen.Forbid:
                Forbid(solver, variable, node.Term, node.Fact);
                break;
            case RpmThen.Decide:
                Decide(solver, variable, node.Truth, node.Term, node.Fact);
                break;
            default:
                Wish(solver, variable, node.Term);
                break;
        }
    }

    private void RequireAny(CdclSolver solver, int owner, ReadOnlySpan<RpmTerm> terms, int fact)
    {
        if (TakeAlternatives(solver, owner, terms, fact, out var kind))
        {
            _ = solver.AddClause(CollectionsMarshal.AsSpan(_clause), fact);
            Requirements.Add(owner, AsVariables(), kind);
        }
    }

    /// <summary>Fills the clause: the owner implies one of the terms. A term that is no package's gets a variable of its own.</summary>
    /// <returns>False if the owner's own package or rpm itself meets it.</returns>
    private bool TakeAlternatives(CdclSolver solver, int owner, ReadOnlySpan<RpmTerm> terms, int fact, out RequirementKind kind)
    {
        _clause.Clear();
        _clause.Add(Literal.Not(owner));
        var name = default(StringId?);
        kind = RequirementKind.Versions;
        return AddAlternatives(solver, owner, terms, fact, ref name, ref kind);
    }

    private bool AddAlternatives(
        CdclSolver solver, int owner, ReadOnlySpan<RpmTerm> terms, int fact, ref StringId? name, ref RequirementKind kind)
    {
        var package = _nodes[owner].Package;
        foreach (var term in terms)
        {
            if (term.Operator == RpmOperator.Or)
            {
                if (!AddAlternatives(solver, owner, _universe.Operands(term), fact, ref name, ref kind))
                {
                    return false;
                }

                continue;
            }

            if (term.Operator == RpmOperator.Relation && Matching.IsOfRpm(_universe.Relation(term.Relation)))
            {
                return false;
            }

            if (!RpmCandidates.IsOfOnePackage(term))
            {
                kind = RequirementKind.Alternatives;
                HasNestedAlternatives = true;
                AddOnce(Literal.Of(NewNode(solver, new RpmNode(RpmNodeKind.Term, package, term, fact))));
                continue;
            }

            foreach (var candidate in Candidates.Of(term))
            {
                if (candidate == package && owner != Request)
                {
                    return false;
                }

                AddOnce(Literal.Of(VariableOf(candidate, solver)));
                kind = name is null || name == _universe.Names[candidate.Value] ? kind : RequirementKind.Alternatives;
                name = _universe.Names[candidate.Value];
            }
        }

        return true;
    }

    private void AddOnce(int literal)
    {
        // Only the operands of an `or` can bring one twice.
        if (_clause.Count == 1 || !_clause.Contains(literal))
        {
            _clause.Add(literal);
        }
    }

    private void RequireOneOf(CdclSolver solver, int owner, ReadOnlySpan<PackageId> candidates, RequirementKind kind, int fact)
    {
        _clause.Clear();
        _clause.Add(Literal.Not(owner));
        foreach (var candidate in candidates)
        {
            _clause.Add(Literal.Of(VariableOf(candidate, solver)));
        }

        _ = solver.AddClause(CollectionsMarshal.AsSpan(_clause), fact);
        Requirements.Add(owner, AsVariables(), kind);
    }

    private int[] AsVariables(CdclSolver solver, List<PackageId> packages) => [.. packages.Select(p => VariableOf(p, solver))];

    /// <summary>The clause without its owner, as variables; the clause was copied before.</summary>
    private Span<int> AsVariables()
    {
        var variables = CollectionsMarshal.AsSpan(_clause)[1..];
        foreach (ref var entry in variables)
        {
            entry = Literal.Variable(entry);
        }

        return variables;
    }

    /// <summary>
    /// <c>then if condition else other</c>. <c>a unless b else c</c> says <c>c if b else a</c>.
    /// </summary>
    private (RpmTerm Then, RpmTerm Condition, RpmTerm? Otherwise) Branches(RpmTerm term)
    {
        var operands = _universe.Operands(term);
        return term.Operator == RpmOperator.If
            ? (operands[0], operands[1], operands.Length > 2 ? operands[2] : null)
            : (operands[2], operands[1], operands[0]);
    }
}
