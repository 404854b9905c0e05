using System.CommandLine;
using EzTemplates.Cli.Output;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Commands;

internal static class UpgradeCommand
{
    private static readonly Option<bool> All = new("--all") { Description = "Every environment; busy ones are skipped and reported." };

    public static Command Make()
    {
        var names = new Argument<string[]>("ENV") { Description = "Environments to upgrade.", Arity = ArgumentArity.ZeroOrMore }.OfEnvironments();
        var command = new Command("upgrade", "Remap environments to the newest version of their template.")
        {
            names, All, SharedOptions.Wait, SharedOptions.DryRun,
        };
        command.SetAction((parsed, cancel) =>
        {
            using var workspace = parsed.OpenWorkspace(cancel);
            var report = RemapEnvironments.Upgrade(workspace, parsed.GetValue(names) ?? [], parsed.GetValue(All), parsed.GetValue(SharedOptions.Wait), cancel);
            return Task.FromResult(parsed.PrintChanges(report));
        });
        return command.WithExample("ez upgrade --all");
    }
}
