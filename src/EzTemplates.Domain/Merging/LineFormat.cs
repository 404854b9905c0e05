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
        var mine = Ranges(merged.Where(record => !next.ContainsKey(record.Key)));
        mine.Sort((one, other) => one.Start.CompareTo(other.Start));

        // Of all that begin no later, the one that reaches the furthest: if any of them meets a range, that one does.
        var furthest = new List<Range>(mine.Count);
        foreach (var range in mine)
        {
            furthest.Add(furthest.Count > 0 && furthest[^1].End > range.End ? furthest[^1] : range);
        }

        foreach (var added in Ranges(merged.Where(record => !own.ContainsKey(record.Key))))
        {
            var before = BeginningBefore(mine, added.End);
            if (before > 0 && furthest[before - 1] is var met && met.End > added.Start)
            {
                conflicts.Add(new MergeConflict(
                    $"the range `{TreePath.Display(added.Line)}` of the new version meets the environment's own `{TreePath.Display(met.Line)}`",
                    $"usermod {removal} {met.Start}-{met.End - 1} {TreePath.Display(met.Line.Split(':')[0])}"));
            }
        }
    }

    private static int BeginningBefore(List<Range> sorted, ulong end)
    {
        var (low, high) = (0, sorted.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = sorted[middle].Start < end ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static List<Range> Ranges(IEnumerable<StateRecord> records) =>
        [.. records.Select(record => (Line: record.Text, Parsed: TryParse(record.Text))).Where(range => range.Parsed is not null).Select(range => new Range(range.Line, range.Parsed!.Value.Start, range.Parsed.Value.End))];

    private static (ulong Start, ulong End)? TryParse(string line) =>
        line.Split(':') is [{ Length: > 0 }, var first, var length]
        && uint.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var start)
        && uint.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? (start, (ulong)start + count)
            : null;

    private readonly record struct Range(string Line, ulong Start, ulong End);
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
