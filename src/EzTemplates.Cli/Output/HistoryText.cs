using System.Globalization;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Output;

internal static class HistoryText
{
    public static IEnumerable<string> Of(HistoryReport report) => report.Rows.Count == 0
        ? ["nothing has happened yet"]
        : Table.Lines(
            ["WHEN", "WHO", "ACTION", "SUBJECT", "FROM", "TO", "OUTCOME"],
            report.Rows.Select(row => new[]
            {
                row.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                row.By.Split(' ')[0],
                row.Action,
                row.Subject,
                row.From ?? "-",
                row.To ?? "-",
                row.Outcome + (row.Message is { } why ? $": {why.Split('\n')[0]}" : ""),
            }));
}
