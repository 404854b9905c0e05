namespace EzTemplates.Solver;

/// <summary>
/// Finds more facts that a core cannot do without from one that is known: an assignment under which only that fact is false is changed
/// in one variable; if then only another fact is false, the core needs that one as well (Belov and Marques-Silva, "Accelerating MUS
/// extraction with recursive model rotation"). So a chain of any length needs one search, not one for each link.
/// </summary>
internal sealed class ModelRotation
{
    private readonly List<(int Fact, int[] Literals)> _clauses;
    private readonly Dictionary<int, List<int>> _occurrences = [];
    private readonly HashSet<int> _model;
    private readonly HashSet<int> _false = [];
    private readonly int[] _trueLiterals;

    /// <param name="model">The variables that are true; all others are false.</param>
    public ModelRotation(List<(int Fact, int[] Literals)> clauses, HashSet<int> model)
    {
        _clauses = clauses;
        _model = model;
        _trueLiterals = new int[clauses.Count];
        for (var i = 0; i < clauses.Count; i++)
        {
            foreach (var literal in clauses[i].Literals)
            {
                _ = _occurrences.TryAdd(literal, []);
                _occurrences[literal].Add(i);
                _trueLiterals[i] += Holds(literal) ? 1 : 0;
            }

            if (_trueLiterals[i] == 0)
            {
                _ = _false.Add(i);
            }
        }
    }

    /// <param name="fact">The one that alone is false.</param>
    /// <param name="needed">Takes what is found.</param>
    public void Mark(int fact, HashSet<int> needed)
    {
        for (int? next = fact; next is not null;)
        {
            next = Rotate(needed);
        }
    }

    /// <returns>The fact that alone is false now, or null where no change leads to a new one.</returns>
    private int? Rotate(HashSet<int> needed)
    {
        foreach (var clause in _false.ToList())
        {
            foreach (var literal in _clauses[clause].Literals)
            {
                Flip(Literal.Variable(literal));
                if (OnlyFalse() is { } other && needed.Add(other))
                {
                    return other;
                }

                Flip(Literal.Variable(literal));
            }
        }

        return null;
    }

    private int? OnlyFalse()
    {
        int? only = null;
        foreach (var clause in _false)
        {
            if (only is not null && only != _clauses[clause].Fact)
            {
                return null;
            }

            only = _clauses[clause].Fact;
        }

        return only;
    }

    private void Flip(int variable)
    {
        var (before, after) = Holds(Literal.Of(variable)) ? (Literal.Of(variable), Literal.Not(variable)) : (Literal.Not(variable), Literal.Of(variable));
        _ = Literal.IsPositive(after) ? _model.Add(variable) : _model.Remove(variable);
        foreach (var clause in _occurrences.GetValueOrDefault(before, []))
        {
            if (--_trueLiterals[clause] == 0)
            {
                _ = _false.Add(clause);
            }
        }

        foreach (var clause in _occurrences.GetValueOrDefault(after, []))
        {
            if (_trueLiterals[clause]++ == 0)
            {
                _ = _false.Remove(clause);
            }
        }
    }

    private bool Holds(int literal) => _model.Contains(Literal.Variable(literal)) == Literal.IsPositive(literal);
}
