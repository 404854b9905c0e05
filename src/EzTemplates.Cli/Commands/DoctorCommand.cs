using System.CommandLine;
using EzTemplates.Cli.Output;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Commands;

internal static class DoctorCommand
{
    private static readonly Option<bool> Fix = new("--fix") { Description = "Mend what may be mended: the store's mode, what killed commands left, a missing range of ids (as root, of $SUDO_USER)." };

    public static Command Make()
    {
        var command = new Command("doctor", "Check kernel, tools, libraries, file system, store, ids and configuration, by trying them where that can be done.") { Fix };
        command.SetAction(parsed =>
        {
            using var workspace = parsed.OpenWorkspaceOutside();
            var report = ExamineHost.Run(workspace, new ExamineRequest(parsed.GetValue(Fix), SharedOptions.CommandLine()));
            if (report.Findings.Count > 0)
            {
                parsed.Print(report, DoctorText.Of(report));
            }

            return report.Verdict == "problem" ? ExitCodes.Environment : ExitCodes.Ok;
        });
        return command.WithExample("ez doctor");
    }
}
