namespace EzTemplates.Solver;

/// <summary>All that facts say, of which a derivation may have used a part.</summary>
internal sealed partial class CdclSolver
{
    /// <summary>Of a group or an exclusion with more members than this, the pairs that were written out are taken for all.</summary>
    private const int MostPaired = 100;

    /// <summary>
    /// The original clauses of the facts that are meant, and of no fact; the pairs that their groups and exclusions stand for are
    /// written out for the variables that the others speak of.
    /// </summary>
    public List<(int Fact, int[] Literals)> ClausesOf(Predicate<int> isMeant)
    {
        var clauses = new List<(int Fact, int[] Literals)>();
        var spoken = new HashSet<int>();
        for (var clause = _clauses.Next(0); clause != 0; clause = _clauses.Next(clause))
        {
            var fact = _clauses.Fact(clause);
            if (fact == 0 || (fact > 0 && isMeant(fact)))
            {
                var literals = _clauses.Literals(clause).ToArray();
                clauses.Add((fact, literals));
                spoken.UnionWith(literals.Select(Literal.Variable));
            }
        }

        for (var group = 1; group < _groupMembers.Count; group++)
        {
            var members = isMeant(_groupFacts[group]) ? Array.FindAll(_groupMembers[group], spoken.Contains) : [];
            for (var i = 0; i < members.Length && members.Length <= MostPaired; i++)
            {
                AddPairs(clauses, members[i], members[(i + 1)..], _groupFacts[group]);
            }
        }

        foreach (var (owner, members, fact) in _exclusions.Where(e => isMeant(e.Fact)))
        {
            var others = Array.FindAll(members, m => m != owner && spoken.Contains(m));
            AddPairs(clauses, owner, others.Length <= MostPaired ? others : [], fact);
        }

        return clauses;
    }

    private static void AddPairs(List<(int Fact, int[] Literals)> clauses, int one, int[] others, int fact) =>
        clauses.AddRange(others.Select(other => (fact, new[] { Literal.Not(one), Literal.Not(other) })));
}
