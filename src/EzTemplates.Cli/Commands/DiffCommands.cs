using System.CommandLine;
using EzTemplates.Cli.Output;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Commands;

/// <summary><c>ez env diff</c> and <c>ez template diff</c>.</summary>
internal static class DiffCommands
{
    private static readonly Option<bool> Shadows = new("--shadows")
    {
        Description = "Only private files that hide a newer file of the template: made under an earlier version, whose file has changed since.",
    };

    private static readonly Option<bool> Files = new("--files") { Description = "Name the files, not only their number." };

    public static Command MakeOfEnvironment()
    {
        var name = EnvCommands.NameArgument();
        var command = new Command(
            "diff",
            "Show what an environment changed against its template version: files added, changed and removed. Mounts nothing.")
        {
            name, Shadows,
        };
        command.SetAction(parsed =>
        {
            using var workspace = parsed.OpenWorkspace();
            if (parsed.GetValue(Shadows))
            {
                var shadows = DiffEnvironment.Shadows(workspace, parsed.GetRequiredValue(name));
                parsed.Print(shadows, DiffText.Of(shadows));
                return ExitCodes.Ok;
            }

            var report = DiffEnvironment.Run(workspace, parsed.GetRequiredValue(name));
            parsed.Print(report, DiffText.Of(report));
            return ExitCodes.Ok;
        });
        return command.WithExample("ez env diff web");
    }

    public static Command MakeOfTemplates()
    {
        var from = new Argument<string>("FROM") { Description = "A template version: `nginx@1.0.6`." }.OfTemplates();
        var to = new Argument<string>("TO") { Description = "The one to compare it with: `nginx@1.0.7`, or `nginx` (its newest version)." }.OfTemplates();
        var command = new Command("diff", "Show what differs between two template versions: packages, files, sizes.") { from, to, Files };
        command.SetAction(parsed =>
        {
            using var workspace = parsed.OpenWorkspaceToRead();
            var report = DiffTemplates.Run(workspace, parsed.GetRequiredValue(from), parsed.GetRequiredValue(to), parsed.GetValue(Files));
            parsed.Print(report, DiffText.Of(report));
            return ExitCodes.Ok;
        });
        return command.WithExample("ez template diff nginx@1.0.6 nginx@1.0.7");
    }
}
