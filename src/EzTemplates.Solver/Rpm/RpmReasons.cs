namespace EzTemplates.Solver;

/// <summary>Who first requires each package, breadth-first from the roots, dependencies in the header's order.</summary>
internal static class RpmReasons
{
    /// <returns>For each chosen variable <c>root</c> or a package's name; null where it is there for a condition that came true.</returns>
    public static string?[] Of(RpmEncoder encoder, int[] chosen, int variableCount)
    {
        var isChosen = new bool[variableCount];
        var derived = new List<int>();
        foreach (var variable in chosen)
        {
            isChosen[variable] = true;
            if (encoder.Requirements.IsDerived(variable))
            {
                derived.Add(variable);
            }
        }

        var reasons = new string?[variableCount];
        var queue = new Queue<int>();
        queue.Enqueue(RpmEncoder.Request);
        Spread(encoder, queue, isChosen, reasons);

        // What a condition brought: its owner is the reason, or for a supplement the package that it goes with.
        foreach (var variable in derived)
        {
            queue.Enqueue(variable);
            Spread(encoder, queue, isChosen, reasons);
        }

        return reasons;
    }

    private static void Spread(RpmEncoder encoder, Queue<int> queue, bool[] isChosen, string?[] reasons)
    {
        while (queue.TryDequeue(out var owner))
        {
            string? name = null;
            var (first, count) = encoder.Requirements.OwnedBy(owner);
            for (var i = first; i < first + count; i++)
            {
                var requirement = encoder.Requirements[i];
                foreach (var candidate in requirement.Kind == RequirementKind.Support ? [] : encoder.Requirements.Candidates(requirement))
                {
                    if (isChosen[candidate] && reasons[candidate] is null)
                    {
                        reasons[candidate] = name ??= encoder.NameOfOwner(owner);
                        queue.Enqueue(candidate);
                    }
                }
            }
        }
    }
}
