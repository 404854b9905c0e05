using System.CommandLine;
using EzTemplates.Cli.Output;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Commands;

internal static class HelpCommand
{
    private static readonly Option<bool> Schema = new("--schema") { Description = "Print a JSON Schema instead, for editors: they then complete and warn." };

    public static Command Make()
    {
        var command = new Command("help", "Explain what is no command: the recipe's keys.");
        command.Add(MakeRecipe());
        return command;
    }

    private static Command MakeRecipe()
    {
        var command = new Command("recipe", "Show every key of a recipe: what it means, what it may be, what is meant without it, an example.") { Schema };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(Schema))
            {
                parsed.InvocationConfiguration.Output.Write(RecipeReference.Schema());
                return ExitCodes.Ok;
            }

            var report = RecipeReference.Report();
            parsed.Print(report, RecipeHelpText.Of(report));
            return ExitCodes.Ok;
        });
        return command.WithExample("ez help recipe");
    }
}
