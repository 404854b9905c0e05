using System.CommandLine;
using EzTemplates.Cli.Output;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Commands;

internal static class HistoryCommand
{
    private static readonly Option<int?> Newest = new("--last", "-n") { Description = "Only the last N.", HelpName = "N" };

    public static Command Make()
    {
        var name = new Argument<string?>("ENV") { Description = "Only what happened to this environment (it may have been removed since).", Arity = ArgumentArity.ZeroOrOne }.OfEnvironments();
        var command = new Command("history", "Show who did what and when: changes of environments, builds, and commands that failed or were refused.") { name, Newest };
        command.SetAction(parsed =>
        {
            using var workspace = parsed.OpenWorkspaceToRead();
            var report = CommandHistory.Run(workspace, parsed.GetValue(name), parsed.GetValue(Newest));
            parsed.Print(report, HistoryText.Of(report));
            return ExitCodes.Ok;
        });
        return command.WithExample("ez history web");
    }
}
