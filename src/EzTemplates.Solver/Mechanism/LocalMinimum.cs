namespace EzTemplates.Solver;

/// <summary>
/// Makes a solution smaller by forbidding one chosen variable at a time and solving again with what was learned; each success
/// starts over from the smaller one. Ends where no single ban helps: a local minimum, not a proven one.
/// </summary>
internal static class LocalMinimum
{
    /// <summary>Bounds the work where nearly everything has an alternative.</summary>
    private const int MostAttempts = 400;

    /// <param name="reduced">The irreducible form of what the solver found last.</param>
    public static int[] Find(CdclSolver solver, RequirementTable requirements, int[] solution, Func<int[]> reduced, CancellationToken cancellation)
    {
        var banned = new List<int>();
        var tried = new HashSet<int>();
        var attempts = 0;
        for (var progress = true; progress;)
        {
            progress = false;
            foreach (var variable in WithAlternatives(requirements, solution))
            {
                cancellation.ThrowIfCancellationRequested();
                if (attempts == MostAttempts || !tried.Add(variable))
                {
                    continue;
                }

                attempts++;
                banned.Add(Literal.Not(variable));
                var status = solver.Search(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(banned), cancellation);
                var smaller = status == SearchStatus.Satisfied ? reduced() : solution;
                if (smaller.Length < solution.Length)
                {
                    solution = smaller;
                    progress = true;
                    break;
                }

                banned.RemoveAt(banned.Count - 1);
            }
        }

        return solution;
    }

    /// <summary>Members that were chosen where there was another way, earliest decided first.</summary>
    private static List<int> WithAlternatives(RequirementTable requirements, int[] solution)
    {
        var members = solution.ToHashSet();
        var chosen = new List<int>();
        foreach (var owner in solution)
        {
            var (first, count) = requirements.OwnedBy(owner);
            for (var i = first; i < first + count; i++)
            {
                if (requirements[i].Kind == RequirementKind.Alternatives)
                {
                    foreach (var candidate in requirements.Candidates(requirements[i]))
                    {
                        if (members.Contains(candidate))
                        {
                            chosen.Add(candidate);
                        }
                    }
                }
            }
        }

        return [.. chosen.Distinct()];
    }
}
