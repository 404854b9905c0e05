using System.Globalization;

namespace EzTemplates.Domain.Merging;

/// <summary>A file of lines, each a record of its own: /etc/shells, statoverride, the interests of triggers, ucf's files.</summary>
/// <param name="kind">What a line stands for.</param>
/// <param name="keyOf">Null: the line is malformed.</param>
internal class LineFormat(string kind, Func<string, string?> keyOf) : StateFormat
{
    /// <summary>The line itself.</summary>
    public static LineFormat Whole(string kind) => new(kind, line => line);

    /// <summary>What comes after so many words.</summary>
    public static LineFormat KeyedByRest(string kind, int words) => new(kind, line =>
    {
        var parts = line.Split((char[])[' ', '\t'], words + 1, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return parts.Length == words + 1 ? parts[words] : null;
    });

    protected override IEnumerable<StateRecord> Split(string text)
    {
        var at = 0;
        var times = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var line in Lines(text))
        {
            at++;
            var key = line.StartsWith('#') || string.IsNullOrWhiteSpace(line) ? line : keyOf(line);
            if (key is null)
            {
                throw new MalformedStateException($"line {at} is no {kind}");
            }

            // A line that is nothing but its key may stand there again: it says nothing new.
            var time = key == line ? times[line] = times.GetValueOrDefault(line) + 1 : 1;
            yield return new StateRecord(time == 1 ? key : string.Create(CultureInfo.InvariantCulture, $"{key}\n{time}"), line);
        }
    }

    protected override string? Resolve(ThreeRecords record, List<MergeConflict> conflicts)
    {
        conflicts.Add(new MergeConflict($"{kind} `{TreePath.Display(record.Key)}` is {Shown(record.Private)} in the environment, and {Shown(record.Next)} in the new version"));
        return record.Private;
    }

    private static string Shown(string? line) => line is null ? "gone" : $"`{TreePath.Display(line)}`";
}

/// <summary>/var/lib/dpkg/triggers/Unincorp: a trigger and the packages that await it, as a set (deb-triggers(5)).</summary>
internal sealed class AwaitedTriggers() : LineFormat("trigger", line => line.Split(' ')[0])
{
    protected override string? Resolve(ThreeRecords record, List<MergeConflict> conflicts)
    {
        var packages = MemberSet.Merge(Rest(record.Old), Rest(record.Private), Rest(record.Next), " ");
        return packages.Length == 0 ? null : $"{record.Key} {packages}";
    }

    private static string? Rest(string? line) => line is null || line.IndexOf(' ', StringComparison.Ordinal) is not (>= 0 and var at) ? null : line[at..];
}

/// <summary>subuid(5), subgid(5): a name may have several ranges, and no two may meet.</summary>
/// <param name="removal">The option of usermod(8) that takes a range away.</param>
internal sealed class IdRanges(string removal) : LineFormat("range of ids", line => TryParse(line) is null ? null : line)
{
    protected override void Check(
        IReadOnlyList<StateRecord> merged, IReadOnlyDictionary<string, string> own, IReadOnlyDictionary<string, string> next, List<MergeConflict> conflicts)
    {
        var added = merged.Where(record => !own.ContainsKey(record.Key) && TryParse(record.Text) is not null);
        foreach (var record in added)
        {
            var (start, end) = TryParse(record.Text)!.Value;
            foreach (var mine in merged.Where(other => !next.ContainsKey(other.Key)))
            {
                if (TryParse(mine.Text) is { } range && range.Start < end && start < range.End)
                {
                    conflicts.Add(new MergeConflict(
                        $"the range `{TreePath.Display(record.Text)}` of the new version meets the environment's own `{TreePath.Display(mine.Text)}`",
                        $"usermod {removal} {range.Start}-{range.End - 1} {TreePath.Display(mine.Text.Split(':')[0])}"));
                }
            }
        }
    }

    private static (ulong Start, ulong End)? TryParse(string line) =>
        line.Split(':') is [{ Length: > 0 }, var first, var length]
        && uint.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var start)
        && uint.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? (start, (ulong)start + count)
            : null;
}

/// <summary>/var/lib/dpkg/diversions: three lines a record, of which the first, the diverted path, is the key.</summary>
internal sealed class Diversions : StateFormat
{
    protected override IEnumerable<StateRecord> Split(string text)
    {
        var lines = Lines(text);
        for (var i = 0; i < lines.Count; i += 3)
        {
            if (i + 2 >= lines.Count || lines[i].Length == 0 || lines[i + 1].Length == 0 || lines[i + 2].Length == 0)
            {
                throw new MalformedStateException($"no diversion of three lines begins at line {i + 1}");
            }

            yield return new StateRecord(lines[i], $"{lines[i]}\n{lines[i + 1]}\n{lines[i + 2]}");
        }
    }

    protected override string? Resolve(ThreeRecords record, List<MergeConflict> conflicts)
    {
        conflicts.Add(new MergeConflict($"the diversion of `{TreePath.Display(record.Key)}` is {Shown(record.Private)} in the environment, and {Shown(record.Next)} in the new version"));
        return record.Private;
    }

    private static string Shown(string? record) =>
        record?.Split('\n') is [_, var target, var package] ? $"to `{TreePath.Display(target)}` by `{TreePath.Display(package)}`" : "gone";
}
