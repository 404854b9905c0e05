namespace EzTemplates.Cli.Output;

/// <summary>Columns padded to their widest cell, two spaces apart; no lines and no colour, so that it can be piped.</summary>
internal static class Table
{
    public static IEnumerable<string> Lines(string[] head, IEnumerable<string[]> rows)
    {
        var all = rows.Prepend(head).ToList();
        var widths = Enumerable.Range(0, head.Length).Select(column => all.Max(row => row[column].Length)).ToArray();
        return all.Select(row => string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }
}
