using System.CommandLine;
using EzTemplates.Cli.Output;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Commands;

internal static class VersionCommand
{
    public static Command Make()
    {
        var command = new Command("version", "Print the versions of ez and of its formats.");
        command.SetAction(parsed =>
        {
            var report = VersionOfEz.Current();
            parsed.Print(report, [$"ez {report.Version}", $"store format {report.StoreFormat}, recipe format {report.RecipeFormat}"]);
            return ExitCodes.Ok;
        });
        return command.WithExample("ez version");
    }
}
