using System.Globalization;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Output;

/// <summary>The reports of <c>ez store</c> as lines for a person.</summary>
internal static class CareText
{
    public static IEnumerable<string> PlanOf(GarbageReport plan)
    {
        foreach (var version in plan.Versions)
        {
            yield return version.Removed ? $"- {version.Version}" : $"  {version.Version}: kept ({string.Join("; ", version.KeptBy)})";
        }

        foreach (var held in plan.Held)
        {
            yield return $"  manifest {held.Manifest[..12]}: kept ({held.KeptBy})";
        }

        foreach (var line in Table.Lines(
            ["REMOVE", "COUNT", "SIZE"],
            plan.Removals.Select(row => new[] { row.Kind, row.Count.ToString(CultureInfo.InvariantCulture), Amount.Bytes(row.Bytes) })))
        {
            yield return line;
        }

        if (plan.NeededArchives > 0)
        {
            yield return $"{Amount.Count(plan.NeededArchives, "archive")} of them {(plan.NeededArchives == 1 ? "is" : "are")} named by kept locks: the quota of archives is smaller than that";
        }
    }

    public static IEnumerable<string> Of(GarbageReport report) =>
        [report.Outcome == "planned" ? $"would free {Amount.Bytes(report.PlannedBytes)}" : $"freed {Amount.Bytes(report.FreedBytes)}"];

    public static IEnumerable<string> Of(RemovedTemplates report) =>
    [
        .. report.Versions.Select(version => $"{version}: {report.Outcome}"),
        .. report.Outcome == "removed" ? ["ez store gc frees what only they needed"] : Array.Empty<string>(),
    ];

    public static IEnumerable<string> Of(UseReport report) =>
    [
        .. Table.Lines(
            ["", "UNIQUE", "SHARED"],
            [
                .. report.Templates.SelectMany(template => report.Versions
                    .Where(version => version.Name.StartsWith(template.Name + "@", StringComparison.Ordinal))
                    .Select(version => Row("  " + version.Name, version))
                    .Prepend(Row("template " + template.Name, template))),
                .. report.Versions.Where(version => version.Name.StartsWith("manifest ", StringComparison.Ordinal)).Select(version => Row(version.Name, version)),
                .. report.Environments.Select(environment => new[] { "environment " + environment.Name, Amount.Bytes(environment.Unique), "" }),
                .. Single("shared by versions", report.Shared),
                .. Single("unused", report.Unused),
                .. Single("archives", report.Archives),
                .. Single("metadata", report.Metadata),
                .. Single("catalog", report.Catalog),
                .. Single("other", report.Other),
                .. Single("total", report.Total),
            ]),
        report.Freed is { } freed ? $"ez store gc would free {Amount.Bytes(freed)}" : $"what gc would free cannot be told: {report.FreedUnknown}",
    ];

    public static IEnumerable<string> Of(WhyStoredReport report) => report.Things.SelectMany(thing => new[]
    {
        $"{thing.Kind} {thing.Digest}",
        $"  {thing.Path}, {Amount.Bytes(thing.Bytes)} on disk",
    }
        .Concat(thing.Uses.Select(use => $"  {(use.Kind == "package" ? "made by package" : use.Kind)} {use.Name}{(use.Detail == "" ? "" : $": {use.Detail}")}"))
        .Append(thing.Kept ? "  kept" : "  not kept: goes with the next gc"));

    public static IEnumerable<string> Of(CheckReport report) =>
    [
        $"read {Amount.Count(report.Objects, "object")} ({Amount.Bytes(report.Bytes)}), {Amount.Count(report.Contents, "package")}, "
            + $"{Amount.Count(report.Manifests, "manifest")}, {Amount.Count(report.Trees, "tree")}, {Amount.Count(report.Images, "image")}, "
            + $"{(report.Copies == 0 ? "" : Amount.Count(report.Copies, "copy", "copies") + ", ")}{Amount.Count(report.Versions, "version")}",
        .. report.Faults.SelectMany(FaultLines),
        Summary(report),
    ];

    private static IEnumerable<string> FaultLines(FaultRow fault)
    {
        yield return $"{fault.Outcome}: {fault.Thing} {fault.Path}: {fault.What}";
        if (fault.Hits.Count > 0)
        {
            yield return $"  hits {string.Join(", ", fault.Hits)}";
        }

        if (fault.Detail is { } why)
        {
            yield return $"  {why}";
        }
    }

    private static string Summary(CheckReport report)
    {
        var bad = report.Faults.Count(fault => fault.Outcome != "repaired");
        return report.Faults.Count == 0 ? "nothing is damaged"
            : bad == 0 ? $"{Amount.Count(report.Faults.Count, "damaged thing")}, all repaired"
            : report.Faults.All(fault => fault.Outcome == "found") ? $"{Amount.Count(bad, "damaged thing")}; ez store check --repair makes them anew"
            : $"{Amount.Count(bad, "damaged thing")} could not be repaired, {report.Faults.Count - bad} repaired";
    }

    private static string[][] Single(string name, long bytes) => [[name, Amount.Bytes(bytes), ""]];

    private static string[] Row(string name, UseRow use) => [name, Amount.Bytes(use.Unique), Amount.Bytes(use.Shared)];
}
