using System.CommandLine;
using EzTemplates.Cli.Output;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Commands;

internal static class WhyNotCommand
{
    private static readonly Option<string[]> Recipe = new("--recipe")
    {
        Description = "Ask only this recipe (repeatable; default: every recipe with a lock in . and ./recipes).",
        HelpName = "RECIPE",
        Arity = ArgumentArity.OneOrMore,
    };

    public static Command Make()
    {
        var package = new Argument<string>("PACKAGE") { Description = "A package's name, or `name=version`." };
        var command = new Command("why-not", "Say why a package, or that version of it, is not in a lock: what stands in its way, or that nothing asks for it.")
        {
            package, Recipe, SharedOptions.Offline, SharedOptions.Mirror,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            using var workspace = parsed.OpenWorkspaceToRead(cancel);
            var report = await ExplainAbsence.RunAsync(workspace, parsed.GetRequiredValue(package), parsed.GetValue(Recipe) ?? [], cancel).ConfigureAwait(false);
            parsed.Print(report, SolveText.Of(report));
            return ExitCodes.Ok;
        });
        return command.WithExample("ez why-not libssl3=3.0.13-1");
    }
}
