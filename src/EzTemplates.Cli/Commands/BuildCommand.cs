using System.CommandLine;
using EzTemplates.Cli.Output;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Commands;

internal static class BuildCommand
{
    public static Command Make()
    {
        var recipes = RecipeArguments.Many();
        var command = new Command("build", "Build the template version that a recipe's lock describes: fetch, ingest, compose, configure, commit.")
        {
            recipes, SharedOptions.Locked, SharedOptions.Offline, SharedOptions.Mirror, SharedOptions.DryRun,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            using var workspace = parsed.OpenWorkspace(cancel);
            var report = await BuildRecipes.RunAsync(workspace, parsed.GetRequiredValue(recipes), cancel).ConfigureAwait(false);
            parsed.Print(report, ReportText.Of(report));
            return ExitCodes.Ok;
        });
        return command.WithExample("ez build recipes/debian-12.yaml");
    }
}
