namespace EzTemplates.Solver;

/// <summary>What a conflict teaches, and which clauses an unsatisfiable search stands on.</summary>
internal sealed partial class CdclSolver
{
    private readonly List<int> _learned = [];
    private readonly List<int> _touched = [];
    private readonly List<int> _antecedents = [];
    private readonly List<int[]> _derivations = [];
    private int _finalConflict;

    /// <summary>Reasons: a clause; 0 for a decision; <c>~variable</c> of the same group; from here down, an exclusion's number.</summary>
    private const int FirstExclusionReason = -(1 << 30);

    /// <summary>Whether derivations are kept, so that <see cref="Core"/> can answer. Costs memory; set before the first search.</summary>
    public bool Traces { get; init; }

    /// <summary>Original clauses that are unsatisfiable together: what the derivation of the last conflict used. Needs <see cref="Traces"/>.</summary>
    public List<(int Fact, int[] Literals)> Core()
    {
        var core = new List<(int Fact, int[] Literals)>();
        var visited = new HashSet<int>();
        var pending = new Stack<int>();
        pending.Push(_finalConflict);
        while (pending.TryPop(out var clause))
        {
            if (clause == 0 || !visited.Add(clause))
            {
                continue;
            }

            foreach (var literal in _clauses.Literals(clause).ToArray())
            {
                var variable = Literal.Variable(literal);
                if (_values[literal] < 0 && _levels[variable] == 0)
                {
                    pending.Push(ReasonClause(variable));
                }
            }

            var fact = _clauses.Fact(clause);
            if (fact >= 0)
            {
                core.Add((fact, _clauses.Literals(clause).ToArray()));
                continue;
            }

            foreach (var antecedent in _derivations[~fact])
            {
                pending.Push(antecedent);
            }
        }

        return core;
    }

    /// <summary>Derives the first-UIP clause, takes back the levels it does not need, and asserts it.</summary>
    private void Learn(int conflict)
    {
        // A clause made late may be false by literals of lower levels only: first go back to where it became false.
        var highest = 0;
        foreach (var literal in _clauses.Literals(conflict))
        {
            highest = Math.Max(highest, _levels[Literal.Variable(literal)]);
        }

        Return(highest);
        if (highest == 0)
        {
            _unsatisfiable = true;
            _finalConflict = conflict;
            return;
        }

        var asserted = Resolve(conflict);
        var back = 0;
        foreach (var literal in _learned)
        {
            back = Math.Max(back, _levels[Literal.Variable(literal)]);
        }

        _learned.Insert(0, asserted);
        var fact = -1;
        if (Traces)
        {
            _derivations.Add([.. _antecedents]);
            fact = ~(_derivations.Count - 1);
        }

        Return(back);
        _ = AddClause(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_learned), fact);
    }

    /// <summary>Resolves backwards along the trail until one literal of the current level is left; returns it negated, the others in <c>_learned</c>.</summary>
    private int Resolve(int conflict)
    {
        _learned.Clear();
        _touched.Clear();
        _antecedents.Clear();
        var open = 0;
        var position = _trailCount - 1;
        var clause = conflict;
        var pivot = -1;
        while (true)
        {
            if (Traces)
            {
                _antecedents.Add(clause);
            }

            foreach (var literal in _clauses.Literals(clause))
            {
                var variable = Literal.Variable(literal);
                if (variable == pivot || _seen[variable] || _levels[variable] == 0)
                {
                    continue;
                }

                _seen[variable] = true;
                _touched.Add(variable);
                if (_levels[variable] == Level)
                {
                    open++;
                }
                else
                {
                    _learned.Add(literal);
                }
            }

            while (!_seen[Literal.Variable(_trail[position])])
            {
                position--;
            }

            var uip = _trail[position--];
            pivot = Literal.Variable(uip);
            if (--open == 0)
            {
                _ = _learned.RemoveAll(IsImpliedByOthers);
                foreach (var variable in _touched)
                {
                    _seen[variable] = false;
                }

                return uip ^ 1;
            }

            clause = ReasonClause(pivot);
        }
    }

    /// <summary>
    /// Whether a learned literal follows from the others: every other literal of its reason is among them, or false whatever is decided.
    /// </summary>
    private bool IsImpliedByOthers(int literal)
    {
        var variable = Literal.Variable(literal);
        if (_reasons[variable] == 0)
        {
            return false;
        }

        var reason = ReasonClause(variable);
        foreach (var other in _clauses.Literals(reason))
        {
            var cause = Literal.Variable(other);
            if (cause != variable && !_seen[cause] && _levels[cause] != 0)
            {
                return false;
            }
        }

        if (Traces)
        {
            _antecedents.Add(reason);
        }

        return true;
    }

    private int ExclusionClause(int number, int member) =>
        _clauses.Add([Literal.Not(_exclusions[number].Owner), Literal.Not(member)], _exclusions[number].Fact);

    private int ReasonClause(int variable)
    {
        var reason = _reasons[variable];
        if (reason < 0)
        {
            reason = reason <= FirstExclusionReason ? ExclusionClause(FirstExclusionReason - reason, variable) : PairClause(~reason, variable);
            _reasons[variable] = reason;
        }

        return reason;
    }
}
