using System.CommandLine;
using EzTemplates.Cli.Output;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Commands;

internal static class UpdateCommand
{
    public static Command Make()
    {
        var recipes = RecipeArguments.Many();
        var only = new Option<string[]>("--only") { Description = "Update this package and what it then needs (repeatable); the rest stays as locked.", HelpName = "PACKAGE", Arity = ArgumentArity.OneOrMore };
        var command = new Command("update", "Lock recipes at the newest allowed packages and build what changed; an OS takes its applications along. Touches no environment.")
        {
            recipes, only, SharedOptions.Offline, SharedOptions.Mirror, SharedOptions.DryRun,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            using var workspace = parsed.OpenWorkspace(cancel);
            var report = await UpdateTemplates.RunAsync(workspace, parsed.GetRequiredValue(recipes), parsed.GetValue(only) ?? [], cancel).ConfigureAwait(false);
            parsed.Print(report, ReportText.Of(report));
            return ExitCodes.Ok;
        });
        return command.WithExample("ez update recipes/debian-12.yaml");
    }
}
