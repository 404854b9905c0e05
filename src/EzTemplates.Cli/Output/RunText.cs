using EzTemplates.Operations;

namespace EzTemplates.Cli.Output;

/// <summary>Reports of throw-away environments and of views as lines for a person.</summary>
internal static class RunText
{
    public static IEnumerable<string> Of(RunPlanReport plan) =>
    [
        $"would run in {plan.Template}{(plan.Manifest is null ? ", which is still to be made" : "")}; what it writes "
            + plan.Area switch
            {
                "kept" => $"stays in the environment `{plan.Keep}`",
                "disk" => "is kept on disk until it ends",
                _ => "is kept in memory until it ends",
            },
    ];

    public static IEnumerable<string> Of(UnmountReport report) =>
        [report.Unmounted ? $"{report.Environment}: unmounted" : $"{report.Environment}: was not mounted"];
}
