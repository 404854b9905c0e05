namespace EzTemplates.Domain.Merging;

/// <summary>Lists in which the order says nothing: the members of a group, the owners of a question.</summary>
internal static class MemberSet
{
    /// <summary>The private order; what the new version added comes at the end, and what it took out goes.</summary>
    public static string Merge(string? old, string? own, string? next, string separator)
    {
        var (before, mine, after) = (Split(old, separator), Split(own, separator), Split(next, separator));
        var stay = mine.Where(member => after.Contains(member) || !before.Contains(member));
        return string.Join(separator, stay.Concat(after.Where(member => !before.Contains(member) && !mine.Contains(member))));
    }

    private static List<string> Split(string? text, string separator) =>
        [.. (text ?? "").Split(separator[0], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct()];
}
