using System.CommandLine;
using EzTemplates.Cli.Output;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Commands;

internal static class RollbackCommand
{
    private static readonly Option<string?> To = new("--to") { Description = "A version from the environment's history (default: the one before this).", HelpName = "VERSION" };

    public static Command Make()
    {
        var names = new Argument<string[]>("ENV") { Description = "Environments to roll back.", Arity = ArgumentArity.OneOrMore }.OfEnvironments();
        var command = new Command("rollback", "Remap environments to an earlier version in their history. No network, no solver.")
        {
            names, To, SharedOptions.Wait, SharedOptions.DryRun,
        };
        command.SetAction(parsed =>
        {
            using var workspace = parsed.OpenWorkspace();
            var report = RemapEnvironments.RollBack(workspace, parsed.GetRequiredValue(names), parsed.GetValue(To), parsed.GetValue(SharedOptions.Wait));
            return parsed.PrintChanges(report);
        });
        return command.WithExample("ez rollback web");
    }
}
