using System.CommandLine;
using EzTemplates.Cli.Output;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Commands;

internal static class UpdateCommand
{
    public static Command Make()
    {
        var recipes = RecipeArguments.Many();
        var command = new Command("update", "Lock recipes at the newest allowed packages and build what changed; an OS takes its applications along. Touches no environment.")
        {
            recipes, SharedOptions.Offline, SharedOptions.Mirror, SharedOptions.DryRun,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            using var workspace = parsed.OpenWorkspace(cancel);
            var report = await UpdateTemplates.RunAsync(workspace, parsed.GetRequiredValue(recipes), cancel).ConfigureAwait(false);
            parsed.Print(report, ReportText.Of(report));
            return ExitCodes.Ok;
        });
        return command.WithExample("ez update recipes/debian-12.yaml");
    }
}
