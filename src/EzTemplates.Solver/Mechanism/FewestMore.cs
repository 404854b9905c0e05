namespace EzTemplates.Solver;

/// <summary>
/// Chooses the candidate that brings the fewest variables with it, as far as requirements with one way to meet them tell;
/// the first of equals. An estimate: real alternatives behind a candidate count nothing.
/// </summary>
internal sealed class FewestMore
{
    /// <summary>Beyond this many, more is not worth knowing.</summary>
    private const int Horizon = 400;
    private readonly RequirementTable _requirements;
    private readonly List<int> _brought = [];
    private int[] _stamps = new int[256];
    private int _stamp;

    public FewestMore(RequirementTable requirements) => _requirements = requirements;

    public int Choose(CdclSolver solver, ReadOnlySpan<int> candidates)
    {
        var best = DecisionPolicy.Done;
        var fewest = int.MaxValue;
        foreach (var candidate in candidates.ToArray())
        {
            if (solver.Value(Literal.Of(candidate)) < 0)
            {
                continue;
            }

            var before = solver.Trail.Length;
            var count = Count(solver, candidate, fewest);
            if (solver.Trail.Length != before)
            {
                return DecisionPolicy.Again;
            }

            if (count < fewest)
            {
                (best, fewest) = (candidate, count);
            }
        }

        return best;
    }

    private int Count(CdclSolver solver, int candidate, int enough)
    {
        _brought.Clear();
        _stamp++;
        Bring(candidate);
        for (var i = 0; i < _brought.Count && _brought.Count < Math.Min(enough, Horizon); i++)
        {
            var owner = _brought[i];
            if (!solver.IsExpanded(owner))
            {
                solver.Expand(owner);
            }

            var (first, count) = _requirements.OwnedBy(owner);
            for (var r = first; r < first + count; r++)
            {
                if (OnlyWay(solver, _requirements[r]) is var only and >= 0)
                {
                    Bring(only);
                }
            }
        }

        return _brought.Count;
    }

    private int OnlyWay(CdclSolver solver, Requirement requirement)
    {
        if (requirement.Kind == RequirementKind.Wish)
        {
            return -1;
        }

        var only = -1;
        foreach (var candidate in _requirements.Candidates(requirement))
        {
            var value = solver.Value(Literal.Of(candidate));
            if (value > 0 || (candidate < _stamps.Length && _stamps[candidate] == _stamp))
            {
                return -1;
            }

            if (value < 0)
            {
                continue;
            }

            if (only >= 0 && requirement.Kind == RequirementKind.Alternatives)
            {
                return -1;
            }

            only = only < 0 ? candidate : only;
        }

        return only;
    }

    private void Bring(int variable)
    {
        if (variable >= _stamps.Length)
        {
            Array.Resize(ref _stamps, Math.Max(variable + 1, 2 * _stamps.Length));
        }

        if (_stamps[variable] != _stamp)
        {
            _stamps[variable] = _stamp;
            _brought.Add(variable);
        }
    }
}
