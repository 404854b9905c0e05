using System.Runtime.InteropServices;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>
/// Turns rpm-md metadata into clauses and requirements, a package at a time, when the search first comes to it.
/// Variable 0 stands for the request and is true; it requires the roots. Other variables are packages, or parts of rich dependencies.
/// </summary>
internal sealed partial class RpmEncoder : ClauseSource
{
    public const int Request = 0;
    private readonly RpmUniverse _universe;
    private readonly RpmRequest _request;
    private readonly int[] _variables;
    private readonly List<RpmNode> _nodes = [default];
    private readonly List<RpmFact> _facts = [default];
    private readonly List<int> _clause = [];
    private readonly RpmSystem _system;

    public RpmEncoder(RpmUniverse universe, RpmRequest request)
    {
        _universe = universe;
        _request = request;
        _variables = new int[universe.PackageCount];
        Matching = new RpmMatching(universe);
        Policy = new RpmPolicy(universe, request, Matching);
        Candidates = new RpmCandidates(universe, Matching, Policy);
        Roots = RpmRoots.Of(universe, request, Candidates);
        _system = new RpmSystem(universe, request, Matching, Policy, Candidates, Roots);
        Leanings = new RpmLeanings(universe, this);
    }

    public RequirementTable Requirements { get; } = new();

    public RpmMatching Matching { get; }

    public RpmPolicy Policy { get; }

    public RpmCandidates Candidates { get; }

    public RpmLeanings Leanings { get; }

    /// <summary>What the request asks for, groups taken apart.</summary>
    public IReadOnlyList<RpmRoot> Roots { get; }

    public RpmSystem System => _system;

    /// <summary>The package of a variable, or null where it stands for something else.</summary>
    public PackageId? PackageOf(int variable) => _nodes[variable].Kind == RpmNodeKind.Package ? _nodes[variable].Package : null;

    /// <summary>
    /// Whom a chosen package is there for: the name of the package whose variable it is, whose dependency it is a part of, or with which
    /// a supplement goes; <c>root</c> for the request.
    /// </summary>
    public string NameOfOwner(int variable)
    {
        while (_nodes[variable].Kind is RpmNodeKind.Supplement or RpmNodeKind.Truth)
        {
            variable = _nodes[variable].Kind == RpmNodeKind.Supplement ? _nodes[variable].Condition : SupportOf(variable);
        }

        return variable == Request || (_nodes[variable].Kind == RpmNodeKind.When && _nodes[variable].Owner == Request)
            ? "root" : _universe.Text(_universe.Names[_nodes[variable].Package.Value]);
    }

    private int SupportOf(int truth)
    {
        var (first, count) = Requirements.OwnedBy(truth);
        return count == 0 ? Request : Requirements.Candidates(Requirements[first])[0];
    }

    public RpmFact Fact(int number) => _facts[number];

    public int FactCount => _facts.Count;

    /// <summary>The package's variable if it has one yet, else 0.</summary>
    public int KnownVariable(PackageId package) => _variables[package.Value];

    /// <summary>Variables that must not be taken out of a solution, since what is true without them may ask for more.</summary>
    public HashSet<int> Pinned { get; } = [];

    /// <summary>The module streams that bring the packages, as a recipe names them, in order.</summary>
    public List<string> StreamsOf(List<PackageId> packages)
    {
        var streams = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var package in packages)
        {
            foreach (var number in _universe.StreamsOf(package))
            {
                var stream = _universe.Streams[number];
                _ = streams.Add($"{_universe.Text(stream.Module)}:{_universe.Text(stream.Stream)}");
            }
        }

        return [.. streams];
    }

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
        }
        else if (_nodes[variable].Kind == RpmNodeKind.Package)
        {
            ExpandPackage(solver, variable, _nodes[variable].Package);
        }
        else
        {
            ExpandNode(solver, variable, _nodes[variable]);
        }
    }

    private void ExpandRequest(CdclSolver solver)
    {
        foreach (var package in _request.Fixed)
        {
            _ = solver.AddClause([Literal.Not(Request), Literal.Of(VariableOf(package, solver))], NewFact(RpmFactKind.Base, package, 0));
        }

        for (var i = 0; i < Roots.Count; i++)
        {
            if (Roots[i].Condition is null)
            {
                RequireOneOf(
                    solver, Request, CollectionsMarshal.AsSpan(Roots[i].Candidates), RequirementKind.Alternatives, NewFact(RpmFactKind.Root, default, i));
            }
            else
            {
                AddConditionalRoot(solver, Roots[i]);
            }
        }

        foreach (var package in _system.Removed)
        {
            _ = solver.AddClause([Literal.Not(Request), Literal.Not(VariableOf(package, solver))], NewFact(RpmFactKind.Removed, package, 0));
        }

        foreach (var package in _request.Installed)
        {
            KeepInstalled(solver, package);
        }
    }

    private void KeepInstalled(CdclSolver solver, PackageId package)
    {
        var ways = _system.WaysToKeep(package);
        if (ways.Count > 0 && _request.MayRemove)
        {
            Requirements.Add(Request, AsVariables(solver, ways), RequirementKind.Wish);
        }
        else if (ways.Count > 0)
        {
            RequireOneOf(solver, Request, CollectionsMarshal.AsSpan(ways), RequirementKind.Alternatives, NewFact(RpmFactKind.Installed, package, 0));
        }
    }

    private void ExpandPackage(CdclSolver solver, int variable, PackageId package)
    {
        var dependencies = _universe.Dependencies(package);
        var isFixed = Policy.IsFixed(package);
        for (var i = 0; i < dependencies.Length; i++)
        {
            var term = dependencies[i].Term;
            switch (dependencies[i].Kind)
            {
                case RpmDependencyKind.PreRequires or RpmDependencyKind.Requires when (!isFixed || IsConditional(term)) && !_system.WasBroken(package, term):
                    Require(solver, variable, term, NewFact(RpmFactKind.Requires, package, i));
                    break;
                case RpmDependencyKind.Recommends when !isFixed && _request.Recommends && !Policy.IsInstalled(package):
                    Wish(solver, variable, term);
                    break;
                case RpmDependencyKind.Conflicts:
                    Forbid(solver, variable, term, NewFact(RpmFactKind.Conflicts, package, i));
                    break;
                case RpmDependencyKind.Obsoletes when term.Operator == RpmOperator.Relation:
                    Obsolete(solver, variable, package, term, i);
                    break;
                default:
                    break;
            }
        }

        Leanings.Note(variable, dependencies);
        ExcludeNamesakes(solver, variable, package);
        if (_request.Recommends)
        {
            AddSupplementers(solver, package);
        }
    }

    /// <summary>Whether other packages can make the term false: any other term of the base's stays as true as it was.</summary>
    private bool IsConditional(RpmTerm term)
    {
        if (term.Operator is RpmOperator.If or RpmOperator.Unless)
        {
            return true;
        }

        foreach (var operand in term.Operator == RpmOperator.Relation ? [] : _universe.Operands(term))
        {
            if (IsConditional(operand))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The package's variable; made together with those of the other versions, of which one at most can be true.</summary>
    private int VariableOf(PackageId package, CdclSolver solver)
    {
        if (_variables[package.Value] != 0)
        {
            return _variables[package.Value];
        }

        var group = GroupOf(package);
        var members = new List<int>();
        foreach (var other in Policy.Named(_universe.Names[package.Value]))
        {
            if (other == package || (group >= 0 && GroupOf(other) == group && Policy.Admits(other)))
            {
                members.Add(_variables[other.Value] = NewNode(solver, new RpmNode(RpmNodeKind.Package, other)));
            }
        }

        if (members.Count > 1)
        {
            solver.AddExclusiveGroup([.. members], NewFact(RpmFactKind.OneVersion, package, -1));
        }

        return _variables[package.Value];
    }

    private int NewNode(CdclSolver solver, RpmNode node)
    {
        _nodes.Add(node);
        return solver.NewVariable();
    }

    private int NewFact(RpmFactKind kind, PackageId package, int index)
    {
        _facts.Add(new RpmFact(kind, package, index));
        return _facts.Count - 1;
    }
}
