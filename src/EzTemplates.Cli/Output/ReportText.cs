using System.Globalization;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Output;

/// <summary>Reports as lines for a person.</summary>
internal static class ReportText
{
    private const int MostChanges = 20;

    public static IEnumerable<string> Of(LocksReport report) => report.Locks.SelectMany(Lines);

    /// <summary>With the cause of every change.</summary>
    public static IEnumerable<string> PlanOf(LocksReport report) => report.Locks.SelectMany(held =>
        Lines(held with { Changes = [] }).Concat(held.Changes.Zip(held.Causes, (change, cause) => $"  {change}: {cause}")));

    public static IEnumerable<string> Of(BuildsReport report) => report.Builds.Select(Line).Append(Times(report.Steps));

    public static IEnumerable<string> Of(UpReport report) =>
    [
        .. report.Locks.Where(l => l.Changed).SelectMany(Lines),
        .. report.Builds.Select(Line),
        Times(report.Steps),
        $"environment `{report.Environment}` is {report.Action}, on {report.Version}",
        $"enter it with: {report.Enter}",
    ];

    public static IEnumerable<string> Of(UpdateReport report) =>
    [
        .. report.Locks.SelectMany(Lines),
        .. report.Builds.Where(b => b.Outcome != "present").Select(Line),
        .. report.Failures.SelectMany(f => new[] { $"{f.Template} stays as it is: {f.Reason}", f.Hint is null ? "" : $"hint: {f.Hint}" }.Where(l => l != "")),
        Times(report.Steps),
        .. report.Movable.Select(m => $"{m.Environment} could move from {m.From} to {m.To}: ez upgrade {m.Environment}"),
    ];

    public static IEnumerable<string> Of(WhyReport report) => report.Answers.SelectMany(a => new[]
    {
        $"{a.Package} {a.PackageVersion} in {a.Template}@{a.Version}:",
        $"  {a.Chain[0]} ({(a.Cause == "essential" ? "essential" : "in the recipe")}){string.Concat(a.Chain.Skip(1).Select(name => $" -> {name}"))}",
    });

    public static IEnumerable<string> Of(TemplatesReport report) => report.Templates.Count == 0
        ? ["no template yet; ez build RECIPE makes one"]
        : Table.Lines(
            ["TEMPLATE", "KIND", "BASE", "PACKAGES", "FILES", "SIZE", "CONFIGURED", "COMMITTED"],
            report.Templates.Select(t => new[]
            {
                $"{t.Template}@{t.Version}", t.Kind, t.Base ?? "-", Number(t.Packages), Number(t.Files), Amount.Bytes(t.Bytes), t.Configured ? "yes" : "no", Day(t.Committed),
            }));

    public static IEnumerable<string> Of(TemplateReport report)
    {
        var t = report.Version;
        return
        [
            $"{t.Template}@{t.Version} ({t.Kind}{(t.Base is null ? "" : $" on {t.Base}")})",
            $"  configured: {(t.Configured ? "yes" : "no")}",
            $"  manifest:   {report.Manifest}",
            $"  lock:       {report.LockDigest}",
            $"  committed:  {Day(t.Committed)}",
            $"  {Amount.Count(t.Packages, "package")}, {Amount.Count(t.Files, "file")}, {Amount.Bytes(t.Bytes)}",
            .. report.InstanceData.Select(data => $"  each environment's own: {data.Path}, made by {data.Made}"),
            "",
            .. Table.Lines(
                ["PACKAGE", "VERSION", "ARCH", "SOURCE", "BECAUSE OF"],
                report.Packages.Select(p => new[] { p.Name, p.Version, p.Architecture, p.Source, p.Reason })),
        ];
    }

    public static IEnumerable<string> Of(EnvironmentsReport report) => report.Environments.Count == 0
        ? ["no environment yet; ez env create NAME --template TEMPLATE makes one"]
        : Table.Lines(
            ["ENVIRONMENT", "TEMPLATE", "MOUNTED", "MAPPINGS", "CREATED"],
            report.Environments.Select(e => new[] { e.Name, e.Version, e.Mounted ? "yes" : "no", Number(e.Mappings), Day(e.Created) }));

    public static IEnumerable<string> Of(EnvironmentReport report) =>
    [
        $"{report.Environment.Name} on {report.Environment.Version}",
        $"  manifest:  {report.Manifest}",
        $"  view:      {report.View}",
            $"  layer:     {report.Layer}",
        $"  root:      {report.Root}{(report.Environment.Mounted ? "" : " (not mounted)")}",
        $"  private:   {Amount.Bytes(report.PrivateBytes)}",
        $"  processes: {(report.Processes.Count == 0 ? "none" : string.Join(' ', report.Processes))}",
        "",
        .. Table.Lines(
            ["N", "WHEN", "WHO", "ACTION", "FROM", "TO"],
            report.History.Select(m => new[] { Number(m.Number), Day(m.At), m.By, m.Action, m.From ?? "-", m.To })),
    ];

    public static IEnumerable<string> Of(EnvironmentChangesReport report) => report.Changes.SelectMany(change => (IEnumerable<string>)[Line(change), .. PathLines(change)]);

    private static string Line(EnvironmentChange c) =>
        $"{c.Environment}: " + c switch
        {
            { Outcome: "unchanged" } => $"unchanged, on {c.To}",
            { Outcome: "busy" } => $"busy, stays on {c.From}",
            { From: null, To: null } => c.Outcome,
            { From: null } => $"{c.Outcome} on {c.To}",
            { PrivateBytes: { } bytes } => $"planned: its removal, with {Amount.Bytes(bytes)} of private files; it is on {c.From}",
            { To: null } => $"{c.Outcome}, was on {c.From}",
            _ => $"{c.Outcome} from {c.From} to {c.To}",
        } + (c.Detail is null ? "" : $" ({PrintableLine.OfLines(c.Detail)})");

    /// <summary>What becomes of private paths; of many that just stay, the first.</summary>
    private static IEnumerable<string> PathLines(EnvironmentChange change)
    {
        var paths = change.Paths ?? [];
        var kept = paths.Where(path => path.Action == "keep").Skip(MostChanges).ToHashSet(ReferenceEqualityComparer.Instance);
        var shown = paths.Where(path => !kept.Contains(path)).Select(path => new[] { path.Path, path.Action, path.Detail ?? "" }).ToList();
        foreach (var line in shown.Count == 0 ? [] : Table.Lines(["PATH", "ACTION", "DETAIL"], shown))
        {
            yield return "  " + line;
        }

        if (kept.Count > 0)
        {
            yield return $"  and {kept.Count} more that are kept, and hide what the new version has there";
        }

        if (change.Kept is > 0 and var others)
        {
            yield return $"  {Amount.Count(others, "other private path")} kept as {(others == 1 ? "it is" : "they are")}";
        }
    }

    private static IEnumerable<string> Lines(LockSummary held)
    {
        yield return $"{held.Template}@{held.Version}: {(held.Changed ? "locked" : "lock unchanged")}, {Amount.Count(held.Packages, "package")}";
        foreach (var change in held.Changes.Take(MostChanges))
        {
            yield return "  " + change;
        }

        if (held.Changes.Count > MostChanges)
        {
            yield return $"  and {held.Changes.Count - MostChanges} more";
        }
    }

    private static string Line(BuildSummary built) => built.Outcome != "present"
        ? $"{built.Template}@{built.Version}: {Amount.Count(built.Packages, "package")}, {Amount.Count(built.Files, "file")}; "
            + $"{(built.Outcome == "planned" ? "to download" : "downloaded")} {Amount.Bytes(built.DownloadedBytes)}, new in the store {Amount.Bytes(built.NewBytes)}, shared {Amount.Bytes(built.SharedBytes)}"
        : $"{built.Template}@{built.Version}: built already";

    private static string Times(IReadOnlyList<StepTime> steps) =>
        string.Join(", ", steps.Select(s => $"{s.Step} {Amount.Seconds(TimeSpan.FromSeconds(s.Seconds))}"));

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
