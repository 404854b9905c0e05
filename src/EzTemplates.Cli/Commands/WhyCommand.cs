using System.CommandLine;
using EzTemplates.Cli.Output;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Commands;

internal static class WhyCommand
{
    private static readonly Option<string[]> Recipe = new("--recipe")
    {
        Description = "Ask only this recipe's lock (repeatable; default: every lock in . and ./recipes).",
        HelpName = "RECIPE",
        Arity = ArgumentArity.OneOrMore,
    };

    public static Command Make()
    {
        var package = new Argument<string>("PACKAGE") { Description = "A package's name." };
        var command = new Command("why", "Say why a package is in a lock: the chain of requirements from a top-level package to it.") { package, Recipe };
        command.SetAction(parsed =>
        {
            var report = ExplainPackage.Run(parsed.GetRequiredValue(package), parsed.GetValue(Recipe) ?? []);
            parsed.Print(report, ReportText.Of(report));
            return ExitCodes.Ok;
        });
        return command.WithExample("ez why libssl3");
    }
}
