namespace EzTemplates.Testing;

/// <summary>
/// Whether clauses can hold together: unit clauses first, then by trying. For the few facts of an explanation; made without learning or
/// any other art, so that nobody need trust it.
/// </summary>
internal static class Satisfiability
{
    /// <param name="clauses">Literals from 1 on; a negative one is true where its variable is not.</param>
    public static bool CanHold(IReadOnlyList<int[]> clauses)
    {
        var variables = clauses.SelectMany(c => c).Select(Math.Abs).DefaultIfEmpty().Max();
        return CanHold(clauses, new sbyte[variables + 1]);
    }

    private static bool CanHold(IReadOnlyList<int[]> clauses, sbyte[] values)
    {
        int[]? open;
        bool isForced;
        do
        {
            (open, isForced) = (null, false);
            foreach (var clause in clauses)
            {
                if (Array.Exists(clause, l => Holds(values, l)))
                {
                    continue;
                }

                var left = Array.FindAll(clause, l => values[Math.Abs(l)] == 0).Distinct().ToArray();
                if (left.Length == 0)
                {
                    return false;
                }

                if (left.Length == 1)
                {
                    values[Math.Abs(left[0])] = (sbyte)Math.Sign(left[0]);
                    isForced = true;
                }

                open ??= left.Length > 1 ? left : null;
            }
        }
        while (isForced);
        return open is null || CanHold(clauses, With(values, open[0])) || CanHold(clauses, With(values, -open[0]));
    }

    private static bool Holds(sbyte[] values, int literal) => values[Math.Abs(literal)] == Math.Sign(literal);

    private static sbyte[] With(sbyte[] values, int literal)
    {
        var more = (sbyte[])values.Clone();
        more[Math.Abs(literal)] = (sbyte)Math.Sign(literal);
        return more;
    }
}
