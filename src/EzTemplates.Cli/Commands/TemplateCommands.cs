using System.CommandLine;
using EzTemplates.Cli.Output;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Commands;

internal static class TemplateCommands
{
    public static Command Make()
    {
        var command = new Command("template", "List, show, compare and remove the template versions of this host.");
        command.Add(MakeList());
        command.Add(MakeShow());
        command.Add(DiffCommands.MakeOfTemplates());
        command.Add(StoreCommands.MakeTemplateRemove());
        return command;
    }

    private static Command MakeList()
    {
        var command = new Command("list", "List every template version.");
        command.Aliases.Add("ls");
        command.SetAction(parsed =>
        {
            using var workspace = parsed.OpenWorkspaceToRead();
            var report = TemplateQueries.List(workspace);
            parsed.Print(report, ReportText.Of(report));
            return ExitCodes.Ok;
        });
        return command.WithExample("ez template list");
    }

    private static Command MakeShow()
    {
        var template = new Argument<string>("TEMPLATE") { Description = "`debian-12` (its newest version) or `debian-12@1.0.7`." }.OfTemplates();
        var path = new Option<string>("--path") { HelpName = "PATH", Description = "Show what that path is, which package brought it, and whose script made or changed it." };
        var command = new Command("show", "Show a template version: packages, files, digests, whether it is configured; or one of its paths.") { template, path };
        command.SetAction(parsed =>
        {
            using var workspace = parsed.OpenWorkspaceToRead();
            if (parsed.GetValue(path) is { } asked)
            {
                var found = ShowPath.Run(workspace, parsed.GetRequiredValue(template), asked);
                parsed.Print(found, TemplatePathText.Of(found));
                return ExitCodes.Ok;
            }

            var report = TemplateQueries.Show(workspace, parsed.GetRequiredValue(template));
            parsed.Print(report, ReportText.Of(report));
            return ExitCodes.Ok;
        });
        return command.WithExample("ez template show nginx --path /etc/nginx/nginx.conf");
    }
}
