namespace EzTemplates.Domain;

/// <summary>Finds what someone who mistyped a name may have meant.</summary>
public static class NearNames
{
    // A name this long is none that anyone mistyped, and the table below is that wide.
    private const int LongestName = 128;

    /// <summary>
    /// The nearest names, best first, at most <paramref name="most"/>: few edits away (a swap of neighbours is one), or, with three
    /// letters or more, names that begin with or hold the wanted one, or that it begins with. The order of <paramref name="known"/> does not matter.
    /// </summary>
    public static IReadOnlyList<string> Closest(string wanted, IEnumerable<string> known, int most = 3)
    {
        if (wanted.Length is 0 or > LongestName)
        {
            return [];
        }

        var edits = wanted.Length switch
        {
            <= 2 => 1,
            <= 6 => 2,
            _ => 3,
        };
        var table = new int[3 * (LongestName + 1)];
        var found = new List<(int Cost, string Name)>();
        foreach (var name in known)
        {
            if (name.Length <= LongestName && Cost(wanted, name, edits, table) is { } cost)
            {
                found.Add((cost, name));
            }
        }

        return [.. found
            .OrderBy(match => match.Cost)
            .ThenBy(match => Math.Abs(match.Name.Length - wanted.Length))
            .ThenBy(match => match.Name, StringComparer.Ordinal)
            .Select(match => match.Name)
            .Distinct(StringComparer.Ordinal)
            .Take(most)];
    }

    /// <summary>Ten for an edit; a shared beginning is worth less than two edits, containment less than three.</summary>
    private static int? Cost(string wanted, string name, int edits, int[] table)
    {
        int? cost = Math.Abs(wanted.Length - name.Length) <= edits && Distance(wanted, name, edits, table) is { } distance ? 10 * distance : null;

        // A misspelling in the first letter is rare.
        cost += name.Length > 0 && wanted[0] == name[0] ? 0 : 5;
        if (wanted.Length >= 3 && name.Length >= 3)
        {
            int? partly = name.StartsWith(wanted, StringComparison.Ordinal) ? 15
                : wanted.StartsWith(name, StringComparison.Ordinal) && name.Length * 2 >= wanted.Length ? 18
                : name.Contains(wanted, StringComparison.Ordinal) ? 26
                : null;
            return partly < (cost ?? int.MaxValue) ? partly : cost;
        }

        return cost;
    }

    /// <summary>Damerau-Levenshtein (optimal string alignment) within a limit; null beyond it.</summary>
    private static int? Distance(string a, string b, int limit, int[] table)
    {
        var width = LongestName + 1;
        var before = table.AsSpan(0, width);
        var last = table.AsSpan(width, width);
        var row = table.AsSpan(2 * width, width);
        for (var j = 0; j <= b.Length; j++)
        {
            last[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            var least = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = a[i - 1] == b[j - 1] ? 0 : 1;
                var cost = Math.Min(Math.Min(last[j], row[j - 1]) + 1, last[j - 1] + change);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    cost = Math.Min(cost, before[j - 2] + 1);
                }

                row[j] = cost;
                least = Math.Min(least, cost);
            }

            if (least > limit)
            {
                return null;
            }

            var oldest = before;
            before = last;
            last = row;
            row = oldest;
        }

        return last[b.Length] <= limit ? last[b.Length] : null;
    }
}
