using System.CommandLine;
using EzTemplates.Cli.Output;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Commands;

internal static class RepoCommands
{
    public static Command Make()
    {
        var command = new Command("repo", "Look at repositories themselves.");
        command.Add(MakeCheck());
        return command;
    }

    private static Command MakeCheck()
    {
        var what = new Argument<string>("RECIPE") { Description = "A recipe, whose repositories are checked, or a Packages file or primary.xml (plain, .gz, .xz, .zst)." }.OfRecipes();
        var command = new Command("check", "Say which packages of an archive cannot be installed, each for itself on an empty system, and why. Exit 3 if there are any.")
        {
            what, SharedOptions.Offline, SharedOptions.Mirror,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            using var workspace = parsed.OpenWorkspaceToRead(cancel);
            var report = await CheckRepository.RunAsync(workspace, parsed.GetRequiredValue(what), cancel).ConfigureAwait(false);
            parsed.Print(report, SolveText.Of(report));
            return report.Broken.Count == 0 ? ExitCodes.Ok : ExitCodes.Unsolvable;
        });
        return command.WithExample("ez repo check recipes/debian-12.yaml");
    }
}
