namespace EzTemplates.Cli.Output;

/// <summary>
/// Columns padded to their widest cell, two spaces apart. On a terminal that is too narrow the widest columns are cut, each cell that
/// lost something ending in <c>…</c>; a file and a pipe get all of it.
/// </summary>
internal static class Table
{
    private const int Gap = 2;
    private const int Narrowest = 6;

    public static IEnumerable<string> Lines(string[] head, IEnumerable<string[]> rows) => Lines(head, rows, Screen.Width);

    /// <param name="most">Columns that a line may have; null: any number.</param>
    public static IEnumerable<string> Lines(string[] head, IEnumerable<string[]> rows, int? most)
    {
        var all = rows.Select(row => Array.ConvertAll(row, PrintableLine.Of)).Prepend(head).ToList();
        var widths = Enumerable.Range(0, head.Length).Select(column => all.Max(row => row[column].Length)).ToArray();
        if (most is { } screen)
        {
            Fit(widths, screen - (Gap * (widths.Length - 1)));
        }

        return all.Select((row, number) =>
        {
            var line = string.Join(new string(' ', Gap), row.Select((cell, column) => Cut(cell, widths[column]).PadRight(widths[column]))).TrimEnd();
            return number == 0 ? Screen.PaintOutput(Ink.Bold, line) : line;
        });
    }

    /// <summary>Takes from the widest until all fit, or none can give more.</summary>
    private static void Fit(int[] widths, int most)
    {
        while (widths.Sum() > most && widths.Max() is > Narrowest and var widest)
        {
            widths[Array.IndexOf(widths, widest)]--;
        }
    }

    private static string Cut(string cell, int width) => cell.Length <= width ? cell : cell[..(width - 1)] + "…";
}
