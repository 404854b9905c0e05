using System.CommandLine;
using EzTemplates.Cli.Output;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Commands;

internal static class UpCommand
{
    private static readonly Option<string?> Name = new("--name") { Description = "The environment's name (default: the recipe's).", HelpName = "NAME" };

    public static Command Make()
    {
        var recipe = RecipeArguments.One();
        var command = new Command("up", "Lock and build a recipe, and create or upgrade its environment.")
        {
            recipe, Name, SharedOptions.Locked, SharedOptions.Offline, SharedOptions.Mirror, SharedOptions.Wait, SharedOptions.DryRun,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            using var workspace = parsed.OpenWorkspace(cancel);
            var report = await UpRecipe.RunAsync(
                workspace,
                new UpRequest(parsed.GetRequiredValue(recipe), parsed.GetValue(Name), parsed.GetValue(SharedOptions.Wait)),
                cancel).ConfigureAwait(false);
            EzInvocation.Of(parsed)?.Remember([new EnvironmentChange(report.Environment, null, report.Version, report.Action)]);
            parsed.Print(report, ReportText.Of(report));
            return ExitCodes.Ok;
        });
        return command.WithExample("ez up recipes/nginx.yaml");
    }
}
