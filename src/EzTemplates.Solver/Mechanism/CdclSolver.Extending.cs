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
}
