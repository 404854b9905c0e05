using System.Text;

namespace EzTemplates.Formats;

/// <summary>What the writers of blocks have in common.</summary>
internal static class ColumnWriting
{
    /// <summary>Three columns: the sources, a line each; where each string starts, one more than there are; and the strings' bytes, in their order.</summary>
    public static void AddStrings(this List<Array> columns, IEnumerable<string> sources, StringPool strings, int[] numberAt)
    {
        columns.Add(Encoding.UTF8.GetBytes(string.Concat(sources.Select(source => source + "\n"))));
        var starts = new int[numberAt.Length + 1];
        var bytes = new byte[strings.ByteCount];
        for (var rank = 0; rank < numberAt.Length; rank++)
        {
            var text = strings[numberAt[rank]];
            text.CopyTo(bytes.AsSpan(starts[rank]));
            starts[rank + 1] = starts[rank] + text.Length;
        }

        columns.Add(starts);
        columns.Add(bytes);
    }

    /// <summary>Sorted by a number each, which leaves few rows to compare in full; of those that are the same, one.</summary>
    /// <param name="isSame">Of neighbours in the order.</param>
    public static T[] Sorted<T>(ReadOnlySpan<T> rows, Func<T, long> key, Comparison<T> compareEquals, Func<T, T, bool> isSame)
    {
        var sorted = rows.ToArray();
        var keys = Array.ConvertAll(sorted, row => key(row));
        Array.Sort(keys, sorted);
        for (int start = 0, end; start < sorted.Length; start = end)
        {
            for (end = start + 1; end < sorted.Length && keys[end] == keys[start]; end++)
            {
            }

            sorted.AsSpan(start..end).Sort(compareEquals);
        }

        var kept = 0;
        foreach (var row in sorted)
        {
            if (kept == 0 || !isSame(sorted[kept - 1], row))
            {
                sorted[kept++] = row;
            }
        }

        return sorted[..kept];
    }

    /// <summary>Where each row's part of another column starts; one more than there are rows.</summary>
    public static int[] Starts<T>(T[] rows, Func<T, int> count)
    {
        var starts = new int[rows.Length + 1];
        for (var i = 0; i < rows.Length; i++)
        {
            starts[i + 1] = starts[i] + count(rows[i]);
        }

        return starts;
    }

    /// <summary>Counts, each one place late, become starts.</summary>
    public static void Accumulate(int[] starts)
    {
        for (var i = 1; i < starts.Length; i++)
        {
            starts[i] += starts[i - 1];
        }
    }
}
