using System.Runtime.CompilerServices;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>
/// Conflict-driven clause learning: two watched literals, first unique implication point, backjumping. Knows variables and clauses
/// only. Clauses come lazily from a <see cref="ClauseSource"/>; a variable that nothing decided counts as false in the answer.
/// There are no restarts: decisions follow a fixed order of preference, so a restart would only repeat them.
/// </summary>
internal sealed partial class CdclSolver
{
    private readonly ClauseSource _source;
    private readonly DecisionPolicy _policy;
    private readonly ClauseArena _clauses = new();
    private readonly List<int> _levelStarts = [];
    private readonly List<int> _units = [];
    private readonly List<int> _late = [];
    private sbyte[] _values = new sbyte[512];
    private int[] _watches = new int[512];
    private int[] _levels = new int[256];
    private int[] _reasons = new int[256];
    private int[] _groups = new int[256];
    private int[] _trail = new int[256];
    private bool[] _expanded = new bool[256];
    private bool[] _seen = new bool[256];
    private int _trailCount;
    private int _propagated;
    private int _pendingConflict;
    private bool _unsatisfiable;
    private int _steps;
    private CancellationToken _cancellation;

    public CdclSolver(ClauseSource source, DecisionPolicy policy)
    {
        _source = source;
        _policy = policy;
    }

    public int VariableCount { get; private set; }

    public int ConflictCount { get; private set; }

    /// <summary>
    /// Conflicts after which a search gives up. What is learned is kept, so this bounds memory too, and alike on every machine.
    /// With a hundredth of it all answers to the conformance data were the same.
    /// </summary>
    public int ConflictLimit { get; init; } = 100_000;

    /// <summary>Literals in the order in which they became true.</summary>
    public ReadOnlySpan<int> Trail => _trail.AsSpan(0, _trailCount);

    public int Level => _levelStarts.Count;

    public int NewVariable()
    {
        var variable = VariableCount++;
        if (variable == _levels.Length)
        {
            var size = 2 * variable;
            Array.Resize(ref _values, 2 * size);
            Array.Resize(ref _watches, 2 * size);
            Array.Resize(ref _levels, size);
            Array.Resize(ref _reasons, size);
            Array.Resize(ref _groups, size);
            Array.Resize(ref _trail, size);
            Array.Resize(ref _expanded, size);
            Array.Resize(ref _seen, size);
        }

        return variable;
    }

    /// <summary>1 true, -1 false, 0 undecided.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Value(int literal) => _values[literal];

    public bool IsTrue(int variable) => _values[Literal.Of(variable)] > 0;

    public bool IsExpanded(int variable) => _expanded[variable];

    /// <summary>Makes the clauses of a variable that is about to be decided, so that what refutes it does so before.</summary>
    public void Expand(int variable)
    {
        _expanded[variable] = true;
        _source.Expand(variable, this);
    }

    /// <summary>Adds a clause at any moment of the search; no literal twice.</summary>
    public int AddClause(ReadOnlySpan<int> literals, int fact)
    {
        var clause = _clauses.Add(literals, fact);
        var own = _clauses.Literals(clause);
        if (own.IsEmpty)
        {
            _pendingConflict = clause;
            return clause;
        }

        MoveBestFirst(own, 0);
        if (own.Length == 1)
        {
            _units.Add(clause);
        }
        else
        {
            MoveBestFirst(own, 1);
            Watch(clause, 0, own[0]);
            Watch(clause, 1, own[1]);
        }

        if (_values[own[0]] < 0)
        {
            _pendingConflict = _pendingConflict == 0 ? clause : _pendingConflict;
        }
        else if (_values[own[0]] == 0 && (own.Length == 1 || _values[own[1]] < 0))
        {
            Assign(own[0], clause);
        }

        return clause;
    }

    /// <summary>
    /// Adds a clause that need not hold the negation of the variable being expanded: one that defines another variable. What it implies
    /// may follow from decisions long made, and must then outlive later ones.
    /// </summary>
    public void AddDefinition(ReadOnlySpan<int> literals, int fact)
    {
        var clause = AddClause(literals, fact);
        foreach (var literal in _clauses.Literals(clause))
        {
            if (_values[literal] < 0)
            {
                _late.Add(clause);
                return;
            }
        }
    }

    /// <summary>
    /// Finds an assignment, deciding the assumptions first. May be called again with other assumptions; what was learned stays.
    /// </summary>
    public SearchStatus Search(ReadOnlySpan<int> assumptions, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        Return(0);
        var last = (long)ConflictCount + ConflictLimit;
        while (!_unsatisfiable)
        {
            var conflict = Propagate();
            if (conflict != 0)
            {
                ConflictCount++;
                cancellation.ThrowIfCancellationRequested();
                Learn(conflict);
                if (ConflictCount == last && !_unsatisfiable)
                {
                    return SearchStatus.GaveUp;
                }

                continue;
            }

            var decision = NextDecision(assumptions, out var refuted);
            if (refuted)
            {
                return SearchStatus.Refuted;
            }

            if (decision == DecisionPolicy.Done)
            {
                return SearchStatus.Satisfied;
            }

            if (decision != DecisionPolicy.Again)
            {
                Decide(decision);
                if ((Level & 63) == 0)
                {
                    cancellation.ThrowIfCancellationRequested();
                }
            }
        }

        return SearchStatus.Unsatisfiable;
    }

    /// <summary>Whether there is an assignment with the assumptions: a search whose answer cannot be done without.</summary>
    /// <exception cref="EzException">Unsolvable: it gave up.</exception>
    public bool IsSatisfiable(ReadOnlySpan<int> assumptions, CancellationToken cancellation) => Search(assumptions, cancellation) switch
    {
        SearchStatus.Satisfied => true,
        SearchStatus.GaveUp => throw new EzException(
            FailureKind.Unsolvable,
            $"gave up after {ConflictLimit:N0} dead ends of the search: neither a solution nor a reason why there is none was found",
            "name the package wanted in place of a choice between many that exclude each other, or exclude some of them"),
        _ => false,
    };

    /// <summary>Takes back every decision above a level.</summary>
    public void Return(int level)
    {
        if (Level <= level)
        {
            return;
        }

        var start = _levelStarts[level];
        for (var i = _trailCount - 1; i >= start; i--)
        {
            _values[_trail[i]] = 0;
            _values[_trail[i] ^ 1] = 0;
        }

        _trailCount = start;
        _propagated = start;
        _pendingConflict = 0;
        _levelStarts.RemoveRange(level, _levelStarts.Count - level);
        _policy.Returned(level);
        foreach (var unit in _units)
        {
            var literal = _clauses.Literals(unit)[0];
            if (_values[literal] == 0)
            {
                Assign(literal, unit);
            }
        }

        AssertLate();
    }

    /// <summary>
    /// A definition whose watched literal is still false was made after that became so: nothing else would visit it. Once both are
    /// open it is like any clause.
    /// </summary>
    private void AssertLate()
    {
        for (var i = _late.Count - 1; i >= 0; i--)
        {
            var own = _clauses.Literals(_late[i]);
            if (own.Length == 1 || (_values[own[0]] >= 0 && _values[own[1]] >= 0))
            {
                _late.RemoveAt(i);
                continue;
            }

            var open = _values[own[0]] >= 0 ? own[0] : own[1];
            if (_values[open] == 0)
            {
                Assign(open, _late[i]);
            }
            else if (_values[open] < 0)
            {
                _pendingConflict = _pendingConflict == 0 ? _late[i] : _pendingConflict;
            }
        }
    }

    private void Decide(int literal)
    {
        _policy.Entering(Level);
        _levelStarts.Add(_trailCount);
        Assign(literal, 0);
    }

    private int NextDecision(ReadOnlySpan<int> assumptions, out bool refuted)
    {
        refuted = false;
        foreach (var assumption in assumptions)
        {
            if (_values[assumption] < 0)
            {
                refuted = true;
                return DecisionPolicy.Done;
            }

            if (_values[assumption] == 0)
            {
                return assumption;
            }
        }

        return _policy.Next(this);
    }

    private void Assign(int literal, int reason)
    {
        _values[literal] = 1;
        _values[literal ^ 1] = -1;
        var variable = Literal.Variable(literal);
        _levels[variable] = Level;
        _reasons[variable] = reason;
        _trail[_trailCount++] = literal;
    }

    private void Watch(int clause, int slot, int literal)
    {
        _clauses.Cells[clause + slot] = _watches[literal];
        _watches[literal] = clause;
    }

    /// <summary>Brings the literal that stays unfalsified longest to a position: true, then undecided, then the latest falsified.</summary>
    private void MoveBestFirst(Span<int> literals, int position)
    {
        var best = position;
        var bestRank = Rank(literals[position]);
        for (var i = position + 1; i < literals.Length && bestRank < int.MaxValue; i++)
        {
            var rank = Rank(literals[i]);
            if (rank > bestRank)
            {
                (best, bestRank) = (i, rank);
            }
        }

        (literals[position], literals[best]) = (literals[best], literals[position]);
    }

    private int Rank(int literal) => _values[literal] switch
    {
        > 0 => int.MaxValue,
        0 => int.MaxValue - 1,
        _ => _levels[Literal.Variable(literal)],
    };
}
