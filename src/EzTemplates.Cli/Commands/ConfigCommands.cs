using System.CommandLine;
using EzTemplates.Cli.Output;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Commands;

internal static class ConfigCommands
{
    public static Command Make()
    {
        var command = new Command("config", "Show what is set on this machine.");
        command.Add(MakeShow());
        return command;
    }

    private static Command MakeShow()
    {
        var command = new Command("show", "Show each setting of this machine and where it comes from.");
        command.SetAction(parsed =>
        {
            using var workspace = parsed.OpenWorkspaceOutside();
            var report = ShowConfiguration.Run(workspace.Options, SharedOptions.StoreSourceOf(parsed));
            parsed.Print(report, Table.Lines(["SETTING", "VALUE", "FROM"], report.Settings.Select(row => new[] { row.Setting, row.Value, row.From })));
            return ExitCodes.Ok;
        });
        return command.WithExample("ez config show");
    }
}
