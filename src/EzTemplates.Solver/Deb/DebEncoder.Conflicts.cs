using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>What a package excludes.</summary>
internal sealed partial class DebEncoder
{
    /// <summary>From so many on, packages that exclude all providers of one name share the list of them.</summary>
    private const int ManyProviders = 100;
    private readonly Dictionary<DependencyAlternative, int[]> _membersMeant = [];

    private void AddConflict(CdclSolver solver, int variable, int index, PackageDependency dependency)
    {
        if (ExcludesMany(_packages[variable], dependency))
        {
            solver.AddExclusion(variable, MembersMeant(_universe.AlternativesOf(dependency)[0], solver), NewFact(DebFactKind.Conflicts, _packages[variable], index));
            return;
        }

        _candidates.CollectMeant(_packages[variable], dependency);
        if (_candidates.Found.Count == 0)
        {
            return;
        }

        var fact = NewFact(DebFactKind.Conflicts, _packages[variable], index);
        foreach (var other in _candidates.Found)
        {
            _ = solver.AddClause([Literal.Not(variable), Literal.Not(VariableOf(other, solver))], fact);
        }
    }

    /// <summary>Of its own name there is nothing but itself, which a shared list leaves out by itself.</summary>
    private bool ExcludesMany(PackageId owner, PackageDependency dependency) =>
        dependency.AlternativeCount == 1
        && _universe.Providers(_universe.AlternativesOf(dependency)[0].Name).Length > ManyProviders
        && _universe.Named(_universe.Names[owner.Value]).Length == 1;

    private int[] MembersMeant(DependencyAlternative alternative, CdclSolver solver)
    {
        if (!_membersMeant.TryGetValue(alternative, out var members))
        {
            _candidates.CollectMeant(alternative);
            PackageId[] found = [.. _candidates.Found];
            members = _membersMeant[alternative] = Array.ConvertAll(found, package => VariableOf(package, solver));
        }

        return members;
    }

    private void ExcludeOtherArchitectures(CdclSolver solver, int variable, PackageId package)
    {
        foreach (var other in _universe.Named(_universe.Names[package.Value]))
        {
            if (Matching.ArchitectureOf(other) != Matching.ArchitectureOf(package) && !Matching.AreSiblings(package, other) && Policy.Admits(other))
            {
                var fact = NewFact(DebFactKind.Siblings, package, other.Value);
                _ = solver.AddClause([Literal.Not(variable), Literal.Not(VariableOf(other, solver))], fact);
            }
        }
    }
}
