using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>Who plays a part in what the facts say.</summary>
internal sealed partial class RpmExplanation
{
    /// <summary>Packages that play a part in a term and may be chosen, and those that would but for policy.</summary>
    private void Collect(RpmTerm term, List<PackageId> admitted, List<PackageId> refused)
    {
        if (RpmCandidates.IsOfOnePackage(term))
        {
            foreach (var package in _encoder.Candidates.AllOf(term))
            {
                (_encoder.Policy.Admits(package) ? admitted : refused).Add(package);
            }

            return;
        }

        foreach (var operand in _universe.Operands(term))
        {
            Collect(operand, admitted, refused);
        }
    }

    /// <summary>Packages with a needed name in whatever version.</summary>
    private void CollectNear(RpmTerm term, List<PackageId> near)
    {
        if (term.Operator == RpmOperator.Relation)
        {
            foreach (var (package, _) in _universe.Providers(_universe.Relation(term.Relation).Name))
            {
                near.Add(package);
            }

            return;
        }

        foreach (var operand in _universe.Operands(term))
        {
            CollectNear(operand, near);
        }
    }

    /// <summary>Candidates of the core's dependencies that the recipe keeps out.</summary>
    private List<PackageId> Refused()
    {
        var refused = new List<PackageId>();
        foreach (var fact in _facts.Where(f => f.Kind == RpmFactKind.Requires))
        {
            Collect(TermOf(fact), [], refused);
        }

        foreach (var fact in _facts.Where(f => f.Kind == RpmFactKind.Root))
        {
            refused.AddRange(_encoder.Candidates.AllOf(_encoder.Roots[fact.Index].Asked).Where(p => !_encoder.Policy.Admits(p)));
        }

        return [.. refused.Distinct()];
    }

    /// <summary>What the core's dependencies need and no repository has in any version.</summary>
    private List<string> Missing()
    {
        var missing = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var fact in _facts.Where(f => f.Kind == RpmFactKind.Requires))
        {
            AddMissing(TermOf(fact), missing);
        }

        return [.. missing];
    }

    private void AddMissing(RpmTerm term, SortedSet<string> missing)
    {
        if (term.Operator == RpmOperator.Relation)
        {
            var relation = _universe.Relation(term.Relation);
            if (_universe.Providers(relation.Name).IsEmpty && !_encoder.Matching.IsOfRpm(relation))
            {
                _ = missing.Add(_universe.Text(relation.Name));
            }
        }
        else if (term.Operator is RpmOperator.And or RpmOperator.With)
        {
            foreach (var operand in _universe.Operands(term))
            {
                AddMissing(operand, missing);
            }
        }
    }
}
