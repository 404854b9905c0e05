namespace EzTemplates.Domain.Merging;

/// <summary>Lists in which the order says nothing: the members of a group, the owners of a question.</summary>
internal static class MemberSet
{
    /// <summary>The private order; what the new version added comes at the end, and what it took out goes.</summary>
    public static string Merge(string? old, string? own, string? next, string separator)
    {
        var (before, mine, after) = (Split(old, separator), Split(own, separator), Split(next, separator));
        var (known, present, wanted) = (Set(before), Set(mine), Set(after));
        var stay = mine.Where(member => wanted.Contains(member) || !known.Contains(member));
        return string.Join(separator, stay.Concat(after.Where(member => !known.Contains(member) && !present.Contains(member))));
    }

    private static HashSet<string> Set(List<string> members) => new(members, StringComparer.Ordinal);

    private static List<string> Split(string? text, string separator) =>
        [.. (text ?? "").Split(separator[0], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct()];
}
