using EzTemplates.Operations;

namespace EzTemplates.Cli.Output;

/// <summary>Differences as lines for a person.</summary>
internal static class DiffText
{
    public static IEnumerable<string> Of(EnvironmentDiffReport report)
    {
        foreach (var row in report.Changes)
        {
            yield return Line(row);
        }

        // Counted while the rows went by.
        var totals = report.Totals;
        yield return $"{report.Environment} against {report.Version}: {Counts(totals)}";
        if (totals.SameCopies > 0)
        {
            yield return $"and {Amount.Count(totals.SameCopies, "private copy", "private copies")} in which nothing differs ({Amount.Bytes(totals.SameCopyBytes)})";
        }

        if (totals.Packages.Count > 0)
        {
            yield return "of packages: " + string.Join(", ", totals.Packages.Select(p => $"{p.Key} {p.Value}"));
        }
    }

    public static IEnumerable<string> Of(ShadowsReport report) => report.Shadows.Count == 0
        ? [$"no private file of {report.Environment} hides a newer file of {report.Version}"]
        : Table.Lines(["PATH", "MADE ON", "PACKAGE"], report.Shadows.Select(s => new[] { s.Path, s.MadeOn, s.Package ?? "-" }));

    public static IEnumerable<string> Of(TemplateDiffReport report) =>
    [
        $"{report.From.Template}@{report.From.Version}: {Amount.Count(report.From.Packages, "package")}, {Amount.Count(report.From.Files, "file")}, {Amount.Bytes(report.From.Bytes)}",
        $"{report.To.Template}@{report.To.Version}: {Amount.Count(report.To.Packages, "package")}, {Amount.Count(report.To.Files, "file")}, {Amount.Bytes(report.To.Bytes)}",
        .. report.Packages.Select(Line),
        .. (report.Files ?? []).Select(Line),
        $"packages: {report.Packages.Count(p => p.From is null)} added, {report.Packages.Count(p => p.From is not null && p.To is not null)} changed, {report.Packages.Count(p => p.To is null)} removed",
        $"files: {Counts(report.Totals)}",
        $"contents: {Amount.Bytes(report.NewBytes)} only in the second, {Amount.Bytes(report.GoneBytes)} only in the first",
    ];

    private static string Line(PackageChangeRow package) => package switch
    {
        { From: null } => $"added     {package.Name} {package.To} ({package.Architecture})",
        { To: null } => $"removed   {package.Name} {package.From} ({package.Architecture})",
        _ => $"changed   {package.Name} {package.From} -> {package.To} ({package.Architecture})",
    };

    private static string Line(FileChangeRow row) =>
        $"{row.Change,-9} {row.Path}{(row.Parts.Count > 0 ? $" ({string.Join(", ", row.Parts)})" : "")}{(row.Package is { } package ? $" [{package}]" : "")}";

    private static string Counts(FileChangeTotals totals) =>
        $"{totals.Added} added, {totals.Changed} changed ({Amount.Bytes(totals.Bytes)}), {totals.Metadata} only in metadata, {totals.Removed} removed";
}
