using System.CommandLine;
using EzTemplates.Cli.Output;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Commands;

internal static class LockCommand
{
    public static Command Make()
    {
        var recipes = RecipeArguments.Many();
        var command = new Command("lock", "Solve a recipe against today's snapshot, keeping what its lock has, and write the lock beside it.")
        {
            recipes, SharedOptions.Locked, SharedOptions.Offline, SharedOptions.Mirror, SharedOptions.DryRun,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            using var workspace = parsed.OpenWorkspaceToRead(cancel);
            var report = await LockRecipes.RunAsync(workspace, parsed.GetRequiredValue(recipes), cancel).ConfigureAwait(false);
            parsed.Print(report, workspace.Options.DryRun ? ReportText.PlanOf(report) : ReportText.Of(report));
            return ExitCodes.Ok;
        });
        return command.WithExample("ez lock recipes/nginx.yaml");
    }
}
