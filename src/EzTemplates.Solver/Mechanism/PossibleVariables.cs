namespace EzTemplates.Solver;

/// <summary>
/// Finds which of many variables can be true in some assignment. Most fit into a few large assignments, each grown by one
/// variable after the other; what fits into none is searched for alone, with all that was learned before.
/// </summary>
internal sealed class PossibleVariables
{
    private readonly CdclSolver _solver;
    private readonly List<int> _impossible = [];
    private readonly List<int> _undecided = [];
    private bool[] _possible;

    private PossibleVariables(CdclSolver solver)
    {
        _solver = solver;
        _possible = new bool[solver.VariableCount];
    }

    /// <returns>Those that cannot, and those of which the search could not tell; each in the order given.</returns>
    public static (List<int> Impossible, List<int> Undecided) Sort(CdclSolver solver, IReadOnlyList<int> variables, CancellationToken cancellation)
    {
        var sweep = new PossibleVariables(solver);
        var left = sweep.Grow(variables, cancellation);

        // A round that finds fewer than this costs more than the searches it saves.
        for (var before = variables.Count; left.Count > 0 && (before - left.Count) * 8 > left.Count;)
        {
            before = left.Count;
            left = sweep.Grow(left, cancellation);
        }

        sweep.SearchEach(left, cancellation);
        return (sweep._impossible, sweep._undecided);
    }

    /// <returns>Variables that did not fit into the assignment and are still unknown.</returns>
    private List<int> Grow(IReadOnlyList<int> variables, CancellationToken cancellation)
    {
        _solver.Return(0);
        var unfit = new List<int>();
        var marked = 0;
        foreach (var variable in variables)
        {
            if (IsPossible(variable))
            {
                continue;
            }

            if (_solver.TryExtend(Literal.Of(variable), cancellation))
            {
                marked = Mark(marked);
            }
            else
            {
                unfit.Add(variable);
                marked = Math.Min(marked, _solver.Trail.Length);
            }
        }

        return unfit.FindAll(v => !IsPossible(v));
    }

    private void SearchEach(List<int> variables, CancellationToken cancellation)
    {
        Span<int> assumption = stackalloc int[1];
        foreach (var variable in variables)
        {
            if (IsPossible(variable))
            {
                continue;
            }

            assumption[0] = Literal.Of(variable);
            var status = _solver.Search(assumption, cancellation);
            if (status == SearchStatus.Satisfied)
            {
                _ = Mark(0);
            }
            else
            {
                (status == SearchStatus.GaveUp ? _undecided : _impossible).Add(variable);
            }
        }
    }

    /// <summary>Marks what the trail says from a place on.</summary>
    private int Mark(int from)
    {
        if (_possible.Length < _solver.VariableCount)
        {
            Array.Resize(ref _possible, Math.Max(_solver.VariableCount, 2 * _possible.Length));
        }

        foreach (var literal in _solver.Trail[from..])
        {
            _possible[Literal.Variable(literal)] |= Literal.IsPositive(literal);
        }

        return _solver.Trail.Length;
    }

    private bool IsPossible(int variable) => variable < _possible.Length && _possible[variable];
}
