using EzTemplates.Domain;

namespace EzTemplates.Solver.Tests;

/// <summary>
/// Judges an explanation: each line's facts are what the metadata and the request say, and all of them together cannot hold, but without any one they can. Makes its
/// own clauses of the facts, from the terms as they stand.
/// </summary>
internal sealed class RpmExplanationJudge
{
    private readonly RpmUniverse _universe;
    private readonly RpmRequest _request;
    private readonly RpmEncoder _encoder;
    private readonly CdclSolver _solver = new(new Nothing(), new AllFalse());
    private readonly Dictionary<PackageId, int> _variables = [];

    private RpmExplanationJudge(RpmUniverse universe, RpmRequest request)
    {
        _universe = universe;
        _request = request;
        _encoder = new RpmEncoder(universe, request);
    }

    public static List<string> Judge(RpmUniverse universe, RpmRequest request, RpmExplanation explanation)
    {
        var problems = explanation.Lines.SelectMany(new RpmExplanationJudge(universe, request).Untrue).ToList();
        var facts = explanation.Lines.SelectMany(l => l.Facts).ToList();
        problems.AddRange(CanHold(universe, request, facts) ? ["the lines can hold together"] : []);
        problems.AddRange(facts.Where(f => !CanHold(universe, request, facts.Where(o => o != f))).Select(f => $"{f} can be left out"));
        return problems;
    }

    private static bool CanHold(RpmUniverse universe, RpmRequest request, IEnumerable<RpmFact> facts)
    {
        var judge = new RpmExplanationJudge(universe, request);
        foreach (var fact in facts)
        {
            judge.Assert(fact);
        }

        return judge._solver.Search([], CancellationToken.None) == SearchStatus.Satisfied;
    }

    /// <summary>What is not so about a line: a fact that is none, or a text that does not speak of it.</summary>
    private IEnumerable<string> Untrue(RpmLine line)
    {
        if (line.Facts.IsEmpty)
        {
            yield return $"`{line.Text}` tells nothing";
        }

        foreach (var fact in line.Facts)
        {
            var name = fact.Kind == RpmFactKind.Root ? _encoder.Roots[fact.Index].Asked.ToString() : _universe.Text(_universe.Names[fact.Package.Value]);
            var kind = fact.Kind switch
            {
                RpmFactKind.Requires => _universe.Dependencies(fact.Package)[fact.Index].Kind is RpmDependencyKind.Requires or RpmDependencyKind.PreRequires,
                RpmFactKind.Conflicts => _universe.Dependencies(fact.Package)[fact.Index].Kind == RpmDependencyKind.Conflicts,
                RpmFactKind.Obsoletes => _universe.Dependencies(fact.Package)[fact.Index].Kind == RpmDependencyKind.Obsoletes,
                RpmFactKind.Root => _request.Install.Contains(_encoder.Roots[fact.Index].Asked),
                RpmFactKind.Base => _request.Fixed.Contains(fact.Package),
                RpmFactKind.Installed => _request.Installed.Contains(fact.Package),
                _ => true,
            };
            if (!kind || !line.Text.Contains(name, StringComparison.Ordinal))
            {
                yield return $"`{line.Text}` does not tell {fact}";
            }

            if (fact.Kind is RpmFactKind.Requires or RpmFactKind.Conflicts or RpmFactKind.Obsoletes
                && NamesIn(_universe.Dependencies(fact.Package)[fact.Index].Term).FirstOrDefault(n => !line.Text.Contains(n, StringComparison.Ordinal)) is { } unsaid)
            {
                yield return $"`{line.Text}` does not speak of {unsaid}";
            }
        }
    }

    private IEnumerable<string> NamesIn(RpmTerm term) => term.Operator == RpmOperator.Relation
        ? [_universe.Text(_universe.Relation(term.Relation).Name)]
        : _universe.Operands(term).ToArray().SelectMany(NamesIn);

    private void Assert(RpmFact fact)
    {
        switch (fact.Kind)
        {
            case RpmFactKind.Root:
                Clause([.. _encoder.Roots[fact.Index].Candidates.Select(p => Literal.Of(Variable(p)))]);
                break;
            case RpmFactKind.Base:
                Clause(Literal.Of(Variable(fact.Package)));
                break;
            case RpmFactKind.Installed:
                Clause([.. _encoder.System.WaysToKeep(fact.Package).Select(p => Literal.Of(Variable(p)))]);
                break;
            case RpmFactKind.Removed:
                Clause(Literal.Not(Variable(fact.Package)));
                break;
            case RpmFactKind.Requires:
                Clause(Literal.Not(Variable(fact.Package)), Value(TermOf(fact)));
                break;
            case RpmFactKind.Conflicts:
                Clause(Literal.Not(Variable(fact.Package)), Offence(TermOf(fact), fact.Package) ^ 1);
                break;
            case RpmFactKind.Obsoletes:
                AssertObsoletes(fact);
                break;
            default:
                AssertOneVersion(fact);
                break;
        }
    }

    private void AssertObsoletes(RpmFact fact)
    {
        var relation = _universe.Relation(TermOf(fact).Relation);
        foreach (var other in Admitted().Where(o => _universe.Names[o.Value] == relation.Name && RpmVersionOrder.Overlaps(
            relation.Relation, _universe.Bytes(relation.Version), VersionRelation.Equal, _universe.Bytes(_universe.Versions[o.Value]))))
        {
            Clause(Literal.Not(Variable(fact.Package)), Literal.Not(Variable(other)));
        }
    }

    private void AssertOneVersion(RpmFact fact)
    {
        var same = Admitted().Where(o => _universe.Names[o.Value] == _universe.Names[fact.Package.Value]).ToList();
        foreach (var one in same)
        {
            foreach (var other in same.Where(o => o > one && SharesWidth(one, o)))
            {
                Clause(Literal.Not(Variable(one)), Literal.Not(Variable(other)));
            }
        }
    }

    private bool SharesWidth(PackageId one, PackageId other)
    {
        string Width(PackageId p) => _universe.Text(_universe.Architectures[p.Value]) switch { "x86_64" => "64", "noarch" => "", _ => "32" };
        return Width(one) == Width(other) || Width(one) == "" || Width(other) == "";
    }

    /// <summary>A literal that equals the term.</summary>
    private int Value(RpmTerm term)
    {
        if (RpmCandidates.IsOfOnePackage(term))
        {
            return Any([.. _encoder.Candidates.AllOf(term).Where(_encoder.Policy.Admits).Select(p => Literal.Of(Variable(p)))]);
        }

        var parts = _universe.Operands(term).ToArray().Select(Value).ToArray();
        return term.Operator switch
        {
            RpmOperator.Or => Any(parts),
            RpmOperator.And => All(parts),
            RpmOperator.If => All([Any([parts[1] ^ 1, parts[0]]), parts.Length > 2 ? Any([parts[1], parts[2]]) : All([])]),
            _ => parts.Length > 2 ? All([Any([parts[1] ^ 1, parts[2]]), Any([parts[1], parts[0]])]) : All([parts[0], parts[1] ^ 1]),
        };
    }

    private int Offence(RpmTerm term, PackageId self) => RpmCandidates.IsOfOnePackage(term)
        ? Any([.. _encoder.Candidates.AllOf(term).Where(p => p != self && _encoder.Policy.Admits(p)).Select(p => Literal.Of(Variable(p)))])
        : term.Operator == RpmOperator.Or ? Any([.. _universe.Operands(term).ToArray().Select(o => Offence(o, self))])
        : Value(term);

    private int Any(int[] literals)
    {
        var any = _solver.NewVariable();
        foreach (var literal in literals)
        {
            Clause(literal ^ 1, Literal.Of(any));
        }

        Clause([Literal.Not(any), .. literals]);
        return Literal.Of(any);
    }

    private int All(int[] literals) => Any([.. literals.Select(l => l ^ 1)]) ^ 1;

    private void Clause(params int[] literals)
    {
        var distinct = literals.Distinct().ToArray();
        if (!distinct.Any(l => distinct.Contains(l ^ 1)))
        {
            _ = _solver.AddClause(distinct, 0);
        }
    }

    private int Variable(PackageId package)
    {
        if (!_variables.TryGetValue(package, out var variable))
        {
            _variables.Add(package, variable = _solver.NewVariable());
        }

        return variable;
    }

    private IEnumerable<PackageId> Admitted() => Enumerable.Range(0, _universe.PackageCount).Select(i => new PackageId(i)).Where(_encoder.Policy.Admits);

    private RpmTerm TermOf(RpmFact fact) => _universe.Dependencies(fact.Package)[fact.Index].Term;

    private sealed class Nothing : ClauseSource
    {
        public override void Expand(int variable, CdclSolver solver)
        {
        }
    }

    private sealed class AllFalse : DecisionPolicy
    {
        public override int Next(CdclSolver solver)
        {
            for (var variable = 0; variable < solver.VariableCount; variable++)
            {
                if (solver.Value(Literal.Of(variable)) == 0)
                {
                    return Literal.Not(variable);
                }
            }

            return Done;
        }
    }
}
