using System.Globalization;
using System.Text;

namespace EzTemplates.Cli.Tests.Real;

/// <summary>A tree as lines to compare: owners by name, since their numbers follow the order in which scripts ran.</summary>
internal sealed class ComparedTree
{
    private static readonly string[] Accounts = ["/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow", "/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-"];

    public required Dictionary<string, string> Lines { get; init; }

    /// <param name="newest">What is younger counts as made at this time, in seconds; null: each time counts.</param>
    public static ComparedTree Read(string root, long? newest = null)
    {
        var seen = SeenTree.List(root);
        var (users, groups) = (Names(root, "etc/passwd"), Names(root, "etc/group"));
        var linked = seen.Rows.Values.Where(IsLinked).GroupBy(row => row.Inode, StringComparer.Ordinal)
            .ToDictionary(names => names.Key, names => " as " + names.Select(row => row.Row.Path).Min(StringComparer.Ordinal));
        return new ComparedTree
        {
            Lines = seen.Rows.ToDictionary(row => row.Key, row => Line(root, row.Value, newest, users, groups) + (IsLinked(row.Value) ? linked[row.Value.Inode] : "")),
        };
    }

    private static bool IsLinked(SeenRow seen) => seen is { Links: > 1, Row.IsFolder: false };

    /// <summary>The paths in which two trees differ, with what each says.</summary>
    public static IEnumerable<(string Path, string? Ours, string? Theirs)> Differences(ComparedTree ours, ComparedTree theirs) =>
        ours.Lines.Keys.Union(theirs.Lines.Keys).Order(StringComparer.Ordinal)
            .Select(path => (path, ours.Lines.GetValueOrDefault(path), theirs.Lines.GetValueOrDefault(path)))
            .Where(both => both.Item2 != both.Item3);

    /// <summary>All of a path but a folder's time, which is that of the last change in it.</summary>
    private static string Line(string root, SeenRow seen, long? newest, Dictionary<long, string> users, Dictionary<long, string> groups)
    {
        var row = seen.Row with { Uid = 0, Gid = 0, Mtime = seen.Row.IsFolder ? "" : Time(seen.Row.Mtime, newest) };
        if (Accounts.Contains(row.Path))
        {
            row = row with { Content = WithoutNumbers(File.ReadAllText(root + row.Path), users, groups) };
        }

        return $"{row} {(row.IsFolder ? 0 : seen.Links)} {seen.Xattrs} {users.GetValueOrDefault(seen.Row.Uid, "?")}:{groups.GetValueOrDefault(seen.Row.Gid, "?")}";
    }

    private static string Time(string nanoseconds, long? newest) =>
        newest is { } seconds && long.Parse(nanoseconds, CultureInfo.InvariantCulture) >= seconds * 1_000_000_000 ? "made" : nanoseconds;

    /// <summary>Of two names with one number the first counts, as for getpwuid(3).</summary>
    private static Dictionary<long, string> Names(string root, string file) => File.Exists(Path.Combine(root, file))
        ? File.ReadLines(Path.Combine(root, file)).Select(line => line.Split(':')).DistinctBy(row => row[2]).ToDictionary(row => long.Parse(row[2], CultureInfo.InvariantCulture), row => row[0])
        : [];

    private static string WithoutNumbers(string text, Dictionary<long, string> users, Dictionary<long, string> groups)
    {
        var told = new StringBuilder();
        foreach (var line in text.Split('\n').Order(StringComparer.Ordinal))
        {
            told.AppendJoin(':', line.Split(':').Select((field, i) => long.TryParse(field, CultureInfo.InvariantCulture, out var number) && i is 2 or 3
                ? i == 2 && line.Count(c => c == ':') > 3 ? users.GetValueOrDefault(number, field) : groups.GetValueOrDefault(number, field)
                : field)).Append('|');
        }

        return told.ToString();
    }
}
