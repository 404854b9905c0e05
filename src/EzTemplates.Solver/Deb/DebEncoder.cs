using System.Runtime.InteropServices;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>
/// Turns Debian's metadata into clauses and requirements, a package at a time, when the search first comes to it.
/// Variable 0 stands for the request and is true; it requires the roots.
/// </summary>
internal sealed partial class DebEncoder : ClauseSource
{
    public const int Request = 0;
    private readonly PackageUniverse _universe;
    private readonly DebRequest _request;
    private readonly int[] _variables;
    private readonly List<PackageId> _packages = [new PackageId(-1)];
    private readonly List<DebFact> _facts = [default];
    private readonly DebCandidates _candidates;
    private readonly List<int> _clause = [];
    private readonly List<PackageId> _siblings = [];
    private readonly DebWords _words;

    public DebEncoder(PackageUniverse universe, DebRequest request)
    {
        _universe = universe;
        _request = request;
        _variables = new int[universe.PackageCount];
        Matching = new DebMatching(universe, request.NativeArchitecture);
        Policy = new DebPolicy(universe, request, Matching);
        _words = new DebWords(universe, Matching);
        _candidates = new DebCandidates(universe, Matching, Policy);
    }

    public RequirementTable Requirements { get; } = new();

    public DebMatching Matching { get; }

    public DebPolicy Policy { get; }

    public DebCandidates Candidates => _candidates;

    public PackageId PackageOf(int variable) => _packages[variable];

    /// <summary>With the architecture where that is not the native one.</summary>
    public string NameOf(int variable) => _words.Name(_packages[variable]);

    /// <summary>Whether the request's requirement of that number is the recipe's own; the essential ones follow.</summary>
    public bool IsRecipeRoot(int requirement) => requirement < _request.Install.Length + _request.Exactly.Length;

    public DebFact Fact(int number) => _facts[number];

    /// <summary>Makes the request's variable and its one clause.</summary>
    public static void Start(CdclSolver solver)
    {
        _ = solver.NewVariable();
        _ = solver.AddClause([Literal.Of(Request)], 0);
    }

    public override void Expand(int variable, CdclSolver solver)
    {
        if (variable == Request)
        {
            ExpandRequest(solver);
            return;
        }

        var package = _packages[variable];
        var dependencies = _universe.Dependencies(package);
        var isFixed = Policy.IsFixed(package);
        for (var i = 0; i < dependencies.Length; i++)
        {
            switch (dependencies[i].Kind)
            {
                case DependencyKind.PreDepends or DependencyKind.Depends when !isFixed:
                    AddDependency(solver, variable, i, dependencies[i]);
                    break;
                case DependencyKind.Recommends when !isFixed && _request.Recommends:
                    AddWish(solver, variable, dependencies[i]);
                    break;
                case DependencyKind.Conflicts or DependencyKind.Breaks:
                    AddConflict(solver, variable, i, dependencies[i]);
                    break;
                default:
                    break;
            }
        }

        ExcludeOtherArchitectures(solver, variable, package);
    }

    private void ExpandRequest(CdclSolver solver)
    {
        foreach (var package in _request.Fixed)
        {
            _ = solver.AddClause([Literal.Not(Request), Literal.Of(VariableOf(package, solver))], NewFact(DebFactKind.Base, package, 0));
        }

        for (var i = 0; i < _request.Install.Length; i++)
        {
            _candidates.Collect(_request.Install[i]);
            Require(solver, Request, NewFact(DebFactKind.Root, default, i));
        }

        foreach (var package in _request.Exactly)
        {
            _candidates.CollectItself(package);
            Require(solver, Request, NewFact(DebFactKind.Exactly, package, 0));
        }

        if (!_request.IncludeEssential)
        {
            return;
        }

        foreach (var package in _candidates.EssentialNames())
        {
            _candidates.CollectEssential(package);
            Require(solver, Request, NewFact(DebFactKind.Essential, package, 0));
        }
    }

    private void AddDependency(CdclSolver solver, int variable, int index, PackageDependency dependency)
    {
        var package = _packages[variable];
        if (_candidates.Collect(package, dependency))
        {
            Require(solver, variable, NewFact(DebFactKind.Depends, package, index));
        }
    }

    /// <summary>What was collected becomes a clause and a requirement of the owner.</summary>
    private void Require(CdclSolver solver, int owner, int fact)
    {
        var kind = TakeCandidates(solver, owner) ? RequirementKind.Versions : RequirementKind.Alternatives;
        _ = solver.AddClause(CollectionsMarshal.AsSpan(_clause), fact);
        Requirements.Add(owner, AsVariables(), kind);
    }

    private void AddWish(CdclSolver solver, int variable, PackageDependency dependency)
    {
        if (_candidates.Collect(_packages[variable], dependency) && _candidates.Found.Count > 0)
        {
            _ = TakeCandidates(solver, variable);
            Requirements.Add(variable, AsVariables(), RequirementKind.Wish);
        }
    }

    /// <returns>Whether all candidates have one name.</returns>
    private bool TakeCandidates(CdclSolver solver, int owner)
    {
        _clause.Clear();
        _clause.Add(Literal.Not(owner));
        var oneName = true;
        var names = _universe.Names;
        foreach (var candidate in _candidates.Found)
        {
            _clause.Add(Literal.Of(VariableOf(candidate, solver)));
            oneName &= names[candidate.Value] == names[_candidates.Found[0].Value];
        }

        return oneName;
    }

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

    /// <summary>The package's variable; made together with those of the other versions, of which one at most can be true.</summary>
    public int VariableOf(PackageId package, CdclSolver solver)
    {
        if (_variables[package.Value] != 0)
        {
            return _variables[package.Value];
        }

        _siblings.Clear();
        var architecture = Matching.ArchitectureOf(package);
        foreach (var other in _universe.Named(_universe.Names[package.Value]))
        {
            if (other == package || (Matching.ArchitectureOf(other) == architecture && Policy.Admits(other)))
            {
                _variables[other.Value] = solver.NewVariable();
                _packages.Add(other);
                _siblings.Add(other);
            }
        }

        if (_siblings.Count > 1)
        {
            var members = new int[_siblings.Count];
            for (var i = 0; i < members.Length; i++)
            {
                members[i] = _variables[_siblings[i].Value];
            }

            solver.AddExclusiveGroup(members, NewFact(DebFactKind.OneVersion, package, 0));
        }

        return _variables[package.Value];
    }

    private int NewFact(DebFactKind kind, PackageId package, int index)
    {
        _facts.Add(new DebFact(kind, package, index));
        return _facts.Count - 1;
    }
}
