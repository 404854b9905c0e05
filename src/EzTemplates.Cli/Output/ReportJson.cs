using System.Text.Json;
using System.Text.Json.Serialization;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Output;

/// <summary>The shapes of <c>--json</c>: the report records, by source generation.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(LocksReport))]
[JsonSerializable(typeof(BuildsReport))]
[JsonSerializable(typeof(UpReport))]
[JsonSerializable(typeof(UpdateReport))]
[JsonSerializable(typeof(WhyReport))]
[JsonSerializable(typeof(TemplatesReport))]
[JsonSerializable(typeof(TemplateReport))]
[JsonSerializable(typeof(TemplatePathReport))]
[JsonSerializable(typeof(EnvironmentsReport))]
[JsonSerializable(typeof(EnvironmentReport))]
[JsonSerializable(typeof(PathReport))]
[JsonSerializable(typeof(RunPlanReport))]
[JsonSerializable(typeof(UnmountReport))]
[JsonSerializable(typeof(RuntimeReport))]
[JsonSerializable(typeof(EnvironmentChangesReport))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(VersionReport))]
[JsonSerializable(typeof(EnvironmentDiffReport))]
[JsonSerializable(typeof(ShadowsReport))]
[JsonSerializable(typeof(TemplateDiffReport))]
[JsonSerializable(typeof(HistoryReport))]
[JsonSerializable(typeof(RecipeReferenceReport))]
[JsonSerializable(typeof(ConfigReport))]
[JsonSerializable(typeof(GarbageReport))]
[JsonSerializable(typeof(RemovedTemplates))]
[JsonSerializable(typeof(UseReport))]
[JsonSerializable(typeof(WhyStoredReport))]
[JsonSerializable(typeof(CheckReport))]
[JsonSerializable(typeof(RepositoryCheckReport))]
[JsonSerializable(typeof(WhyNotReport))]
internal sealed partial class ReportJson : JsonSerializerContext;

internal static class ReportPrinting
{
    /// <summary>Prints a report: its text lines, or the record itself with <c>--json</c>.</summary>
    public static void Print<T>(this System.CommandLine.ParseResult parsed, T report, IEnumerable<string> text)
    {
        var output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(SharedOptions.Json))
        {
            JsonSerializer.Serialize(new TextStream(output), report, typeof(T), ReportJson.Default);
            output.WriteLine();
            return;
        }

        foreach (var line in text)
        {
            output.WriteLine(line);
        }
    }

    /// <summary>Prints what became of each environment, then what went wrong.</summary>
    /// <returns>0, or the highest exit code among the failures.</returns>
    public static int PrintChanges(this System.CommandLine.ParseResult parsed, EnvironmentChangesReport report)
    {
        EzInvocation.Of(parsed)?.Remember(report.Changes);
        parsed.Print(report, ReportText.Of(report));
        foreach (var failure in report.Failures)
        {
            FailureText.Write(failure, parsed.InvocationConfiguration.Error, SharedOptions.FailsInJson(parsed));
        }

        return report.IsInterrupted ? ExitCodes.Cancelled : report.Failures.Count == 0 ? ExitCodes.Ok : report.Failures.Max(ExitCodes.Of);
    }
}
