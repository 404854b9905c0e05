namespace EzTemplates.Solver;

/// <summary>
/// Removes from a solution what nothing needs, latest decided first, until nothing can go. Trying to remove a variable takes with
/// it whatever then misses a requirement; it succeeds if the roots do not miss one, and no wish that was met and whose owner stays.
/// So circles that only need each other go too. A derived variable (a condition that holds) goes with its support, and with it what it
/// required; as long as it stands, what it requires is its victim's requirement.
/// </summary>
internal sealed partial class Irreducible
{
    private readonly RequirementTable _requirements;
    private readonly int[] _meets;
    private readonly int[] _meetsStart;
    private readonly int[] _metBy;
    private readonly bool[] _kept;
    private readonly bool[] _needed;
    private readonly int[] _order;
    private readonly List<int> _gone = [];
    private readonly List<int> _lost = [];
    private readonly Queue<int> _wanting = new();

    /// <param name="solution">True variables in the order in which they were decided.</param>
    private Irreducible(RequirementTable requirements, int[] solution, int variableCount)
    {
        _requirements = requirements;
        _order = solution;
        _kept = new bool[variableCount];
        _needed = new bool[variableCount];
        _goneBy = new int[variableCount];
        _goneAs = new int[variableCount];
        _metBy = new int[requirements.Count];
        _meetsStart = new int[variableCount + 1];
        foreach (var variable in solution)
        {
            _kept[variable] = true;
        }

        CountMet();
        for (var i = 0; i < variableCount; i++)
        {
            _meetsStart[i + 1] += _meetsStart[i];
        }

        _meets = new int[_meetsStart[variableCount]];
        FillMet((int[])_meetsStart.Clone());
    }

    /// <summary>What is left of the solution that a search has just found, in the order in which it was decided.</summary>
    /// <param name="isRoot">Variables that stay whatever happens.</param>
    public static int[] Reduce(CdclSolver solver, RequirementTable requirements, Func<int, bool> isRoot, CancellationToken cancellation)
    {
        var solution = new List<int>();
        foreach (var literal in solver.Trail)
        {
            if (Literal.IsPositive(literal))
            {
                solution.Add(Literal.Variable(literal));
            }
        }

        return Reduce(requirements, [.. solution], solver.VariableCount, isRoot, cancellation);
    }

    /// <summary>
    /// What was removed may have stood in the way of a wish: with the rest as it is, they are tried again. Each round meets more or is
    /// the last; the bound is for circles of wishes that undo each other.
    /// </summary>
    /// <param name="reduced">What is left of the solution that a search has just found.</param>
    public static int[] FollowMore(CdclSolver solver, int[] chosen, Func<int[]> reduced, CancellationToken cancellation)
    {
        const int mostRounds = 8;
        for (var (before, rounds) = (-1, 0); before != chosen.Length && rounds < mostRounds; rounds++)
        {
            before = chosen.Length;
            if (solver.Search(Array.ConvertAll(chosen, Literal.Of), cancellation) != SearchStatus.Satisfied)
            {
                break;
            }

            chosen = reduced();
        }

        return chosen;
    }

    /// <param name="isRoot">Variables that stay whatever happens.</param>
    /// <returns>What is left, in the order given.</returns>
    public static int[] Reduce(RequirementTable requirements, int[] solution, int variableCount, Func<int, bool> isRoot, CancellationToken cancellation)
    {
        var pruning = new Irreducible(requirements, solution, variableCount);
        var needed = pruning._needed;
        pruning.MarkSurelyNeeded(isRoot);
        bool changed;
        do
        {
            changed = false;
            for (var i = solution.Length - 1; i >= 0; i--)
            {
                if (pruning._kept[solution[i]] && !needed[solution[i]] && !requirements.IsDerived(solution[i]))
                {
                    cancellation.ThrowIfCancellationRequested();
                    changed |= pruning.TryRemove(solution[i], isRoot);
                }
            }
        }
        while (changed);
        return Array.FindAll(solution, v => pruning._kept[v]);
    }

    private void CountMet()
    {
        foreach (var variable in _order)
        {
            var (first, count) = _requirements.OwnedBy(variable);
            for (var i = first; i < first + count; i++)
            {
                foreach (var candidate in _requirements.Candidates(_requirements[i]))
                {
                    if (_kept[candidate])
                    {
                        _metBy[i]++;
                        _meetsStart[candidate + 1]++;
                    }
                }
            }
        }
    }

    private void FillMet(int[] next)
    {
        foreach (var variable in _order)
        {
            var (first, count) = _requirements.OwnedBy(variable);
            for (var i = first; i < first + count; i++)
            {
                foreach (var candidate in _requirements.Candidates(_requirements[i]))
                {
                    if (_kept[candidate])
                    {
                        _meets[next[candidate]++] = i;
                    }
                }
            }
        }
    }

    /// <summary>Marks what a root needs through requirements that one variable alone meets: most of any solution, not worth a try.</summary>
    private void MarkSurelyNeeded(Func<int, bool> isRoot)
    {
        var needed = _needed;
        var pending = new Stack<int>();
        foreach (var variable in _order)
        {
            if (isRoot(variable))
            {
                needed[variable] = true;
                pending.Push(variable);
            }
        }

        while (pending.TryPop(out var owner))
        {
            var (first, count) = _requirements.OwnedBy(owner);
            for (var i = first; i < first + count; i++)
            {
                if (_metBy[i] != 1)
                {
                    continue;
                }

                foreach (var candidate in _requirements.Candidates(_requirements[i]))
                {
                    if (_kept[candidate] && !needed[candidate])
                    {
                        needed[candidate] = true;
                        pending.Push(candidate);
                    }
                }
            }
        }
    }

    private bool TryRemove(int variable, Func<int, bool> isRoot)
    {
        _gone.Clear();
        _lost.Clear();
        _wanting.Clear();
        Remove(variable, Begun);
        var possible = true;
        for (var i = 0; possible && (i < _gone.Count || RemoveWanting()); i++)
        {
            // A derived variable's victim may be a root.
            possible = (_gone[i] == variable || !isRoot(_gone[i])) && Spread(_gone[i], isRoot);
        }

        foreach (var wish in _lost)
        {
            possible &= !_kept[_requirements[wish].Owner];
        }

        if (!possible)
        {
            Restore();
        }

        return possible;
    }

    /// <param name="by">A requirement that nothing meets any more, or why else.</param>
    private void Remove(int variable, int by)
    {
        _kept[variable] = false;
        _goneBy[variable] = by;
        _goneAs[variable] = _gone.Count;
        _gone.Add(variable);
    }

    /// <summary>Once all else is settled: the next condition that still holds and misses what it requires takes its victim with it.</summary>
    private bool RemoveWanting()
    {
        while (_wanting.TryDequeue(out var requirement))
        {
            var derived = _requirements[requirement].Owner;
            if (_kept[derived])
            {
                Remove(derived, requirement);
                if (_kept[_requirements.VictimOf(derived)])
                {
                    Remove(_requirements.VictimOf(derived), AsVictim);
                }

                return true;
            }
        }

        return false;
    }

    /// <returns>False once a root is hit; the counts of every requirement that <paramref name="gone"/> met are lowered either way.</returns>
    private bool Spread(int gone, Func<int, bool> isRoot)
    {
        var possible = true;
        for (var i = _meetsStart[gone]; i < _meetsStart[gone + 1]; i++)
        {
            var number = _meets[i];
            var requirement = _requirements[number];
            if (--_metBy[number] > 0 || !_kept[requirement.Owner])
            {
                continue;
            }

            if (requirement.Kind == RequirementKind.Wish)
            {
                _lost.Add(number);
            }
            else if (requirement.Kind != RequirementKind.Support && _requirements.IsDerived(requirement.Owner))
            {
                _wanting.Enqueue(number);
            }
            else if (!isRoot(requirement.Owner))
            {
                Remove(requirement.Owner, number);
            }
            else if (possible)
            {
                possible = false;
                MarkUnremovable(number);
            }
        }

        _spread = gone;
        return possible;
    }

    private int _spread;

    private void Restore()
    {
        var spreading = true;
        foreach (var variable in _gone)
        {
            _kept[variable] = true;
            for (var i = _meetsStart[variable]; spreading && i < _meetsStart[variable + 1]; i++)
            {
                _metBy[_meets[i]]++;
            }

            spreading &= variable != _spread;
        }
    }
}
