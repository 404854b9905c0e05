namespace EzTemplates.Solver;

/// <summary>What follows from what is decided.</summary>
internal sealed partial class CdclSolver
{
    private readonly List<int[]> _groupMembers = [[]];
    private readonly List<int> _groupFacts = [0];
    private readonly List<(int Owner, int[] Members, int Fact)> _exclusions = [];
    private readonly Dictionary<int, List<int>> _exclusionsOf = [];

    /// <summary>At most one of the variables is true. A variable is in one group at most; the pairs are never written out as clauses.</summary>
    public void AddExclusiveGroup(int[] members, int fact)
    {
        foreach (var member in members)
        {
            _groups[member] = _groupMembers.Count;
        }

        _groupMembers.Add(members);
        _groupFacts.Add(fact);
    }

    /// <summary>
    /// The owner excludes each member but itself. Many owners may share one list, so that thousands of variables of which each excludes
    /// all others need no clause for each pair. To be called when the owner is expanded.
    /// </summary>
    public void AddExclusion(int owner, int[] members, int fact)
    {
        _ = _exclusionsOf.TryAdd(owner, []);
        _exclusionsOf[owner].Add(_exclusions.Count);
        _exclusions.Add((owner, members, fact));
        foreach (var member in members)
        {
            if (member != owner && _values[Literal.Of(member)] > 0)
            {
                _ = AddClause([Literal.Not(owner), Literal.Not(member)], fact);
                return;
            }
        }
    }

    /// <returns>A clause that is false, or 0.</returns>
    private int Propagate()
    {
        while (_pendingConflict == 0 && _propagated < _trailCount)
        {
            if ((++_steps & 1023) == 0)
            {
                _cancellation.ThrowIfCancellationRequested();
            }

            var literal = _trail[_propagated++];
            if (Literal.IsPositive(literal))
            {
                var variable = Literal.Variable(literal);
                if (!_expanded[variable])
                {
                    Expand(variable);
                }

                if (_groups[variable] != 0 && _pendingConflict == 0)
                {
                    ExcludeOthers(variable);
                }

                if (_exclusions.Count > 0 && _exclusionsOf.TryGetValue(variable, out var lists))
                {
                    ExcludeMembers(lists);
                }
            }

            if (_pendingConflict == 0)
            {
                _pendingConflict = VisitWatches(literal ^ 1);
            }
        }

        var conflict = _pendingConflict;
        _pendingConflict = 0;
        return conflict;
    }

    private void ExcludeOthers(int variable)
    {
        foreach (var member in _groupMembers[_groups[variable]])
        {
            var value = _values[Literal.Of(member)];
            if (member == variable || value < 0)
            {
                continue;
            }

            if (value > 0)
            {
                _pendingConflict = PairClause(variable, member);
                return;
            }

            Assign(Literal.Not(member), ~variable);
        }
    }

    private void ExcludeMembers(List<int> lists)
    {
        foreach (var number in lists)
        {
            var (owner, members, fact) = _exclusions[number];
            foreach (var member in members)
            {
                var value = _values[Literal.Of(member)];
                if (member == owner || value < 0 || _pendingConflict != 0)
                {
                    continue;
                }

                if (value > 0)
                {
                    _pendingConflict = _clauses.Add([Literal.Not(owner), Literal.Not(member)], fact);
                }
                else
                {
                    Assign(Literal.Not(member), FirstExclusionReason - number);
                }
            }
        }
    }

    /// <summary>The clause that a group implies for two members, written out where a reason or conflict needs it; nothing watches it.</summary>
    private int PairClause(int one, int other) =>
        _clauses.Add([Literal.Not(one), Literal.Not(other)], _groupFacts[_groups[one]]);

    /// <returns>A clause that the literal's falsehood makes false, or 0.</returns>
    private int VisitWatches(int falsified)
    {
        var cells = _clauses.Cells;
        var values = _values;
        var previous = -1;
        var clause = _watches[falsified];
        while (clause != 0)
        {
            var first = clause + ClauseArena.Header;
            var slot = cells[first] == falsified ? 0 : 1;
            var next = cells[clause + slot];
            var other = cells[first + (slot ^ 1)];
            if (values[other] <= 0)
            {
                var end = first + cells[first - 1];
                var replacement = first + 2;
                while (replacement < end && values[cells[replacement]] < 0)
                {
                    replacement++;
                }

                if (replacement < end)
                {
                    var literal = cells[replacement];
                    cells[replacement] = falsified;
                    cells[first + slot] = literal;
                    _ = previous < 0 ? _watches[falsified] = next : cells[previous] = next;
                    cells[clause + slot] = _watches[literal];
                    _watches[literal] = clause;
                    clause = next;
                    continue;
                }

                if (values[other] < 0)
                {
                    return clause;
                }

                Assign(other, clause);
            }

            previous = clause + slot;
            clause = next;
        }

        return 0;
    }
}
