namespace EzTemplates.Solver;

/// <summary>Growing one assignment without learning.</summary>
internal sealed partial class CdclSolver
{
    /// <summary>
    /// Makes a literal true beside all that is decided, and decides what that requires. Learns nothing: where it does not fit, all is
    /// as before.
    /// </summary>
    public bool TryExtend(int literal, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        if (!IsPropagated())
        {
            return false;
        }

        var level = Level;
        var decision = _values[literal] == 0 ? literal : DecisionPolicy.Again;
        while (decision != DecisionPolicy.Done)
        {
            if (decision != DecisionPolicy.Again)
            {
                Decide(decision);
            }

            if (Propagate() != 0 || _values[literal] < 0)
            {
                Return(level);
                return false;
            }

            decision = _policy.Next(this);
        }

        return true;
    }

    /// <summary>
    /// Follows up what the last attempt left behind, which is more than nothing where it made unit clauses: below a decision all must be
    /// propagated. If that breaks the assignment, all decisions are taken back.
    /// </summary>
    private bool IsPropagated()
    {
        while (Propagate() is var conflict and not 0)
        {
            if (Level == 0)
            {
                _unsatisfiable = true;
                _finalConflict = conflict;
            }

            Return(0);
            if (_unsatisfiable)
            {
                return false;
            }
        }

        return true;
    }
}
