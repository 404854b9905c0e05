namespace EzTemplates.Solver;

/// <summary>
/// Decides in the order in which variables became true, which is breadth-first from the roots, and each one's requirements in the
/// table's order: a requirement that holds already is passed over, else its first candidate that is not refuted is assumed.
/// Requirements with nothing to choose but a version come first: so a second version of a library in another source does not
/// change which alternatives are "decided already". Wishes come last, after all that must hold.
/// </summary>
internal sealed class BreadthFirst : DecisionPolicy
{
    private readonly RequirementTable _requirements;
    private readonly CandidateChoice? _choice;
    private readonly List<Cursors> _saved = [];
    private Cursors _at;

    /// <param name="choice">Chooses among candidates; null takes the first.</param>
    public BreadthFirst(RequirementTable requirements, CandidateChoice? choice = null)
    {
        _requirements = requirements;
        _choice = choice;
    }

    /// <summary>
    /// Answers the candidate to assume, -1 if all are refuted, or -2 if it made clauses that must be propagated before it can say.
    /// </summary>
    internal delegate int CandidateChoice(CdclSolver solver, ReadOnlySpan<int> candidates);

    public override int Next(CdclSolver solver)
    {
        var decision = Advance(solver, ref _at.Versions, RequirementKind.Versions);
        decision = decision == Done ? Advance(solver, ref _at.Alternatives, RequirementKind.Alternatives) : decision;
        return decision == Done ? Advance(solver, ref _at.Wishes, RequirementKind.Wish) : decision;
    }

    public override void Entering(int level) => _saved.Add(_at);

    public override void Returned(int level)
    {
        _at = _saved[level];
        _saved.RemoveRange(level, _saved.Count - level);
    }

    private int Advance(CdclSolver solver, ref Cursor cursor, RequirementKind kind)
    {
        var trail = solver.Trail;
        for (; cursor.Trail < trail.Length; cursor = new Cursor(cursor.Trail + 1, 0))
        {
            var literal = trail[cursor.Trail];
            if (!Literal.IsPositive(literal))
            {
                continue;
            }

            var (first, count) = _requirements.OwnedBy(Literal.Variable(literal));
            for (; cursor.Requirement < count; cursor = new Cursor(cursor.Trail, cursor.Requirement + 1))
            {
                var requirement = _requirements[first + cursor.Requirement];
                if (requirement.Kind != kind || IsMet(solver, requirement))
                {
                    continue;
                }

                var candidates = _requirements.Candidates(requirement);
                var chosen = _choice is { } choose && kind != RequirementKind.Versions
                    ? choose(solver, candidates)
                    : FirstUnrefuted(solver, candidates);
                if (chosen != Done)
                {
                    return chosen == Again ? Again : Literal.Of(chosen);
                }
            }
        }

        return Done;
    }

    private bool IsMet(CdclSolver solver, Requirement requirement)
    {
        foreach (var candidate in _requirements.Candidates(requirement))
        {
            if (solver.IsTrue(candidate))
            {
                return true;
            }
        }

        return false;
    }

    private static int FirstUnrefuted(CdclSolver solver, ReadOnlySpan<int> candidates)
    {
        foreach (var candidate in candidates)
        {
            if (solver.Value(Literal.Of(candidate)) < 0)
            {
                continue;
            }

            if (!solver.IsExpanded(candidate))
            {
                var before = solver.Trail.Length;
                solver.Expand(candidate);
                if (solver.Trail.Length != before)
                {
                    return Again;
                }
            }

            return candidate;
        }

        return Done;
    }

    private readonly record struct Cursor(int Trail, int Requirement);

    private struct Cursors
    {
        public Cursor Versions;
        public Cursor Alternatives;
        public Cursor Wishes;
    }
}
