using System.CommandLine;
using EzTemplates.Cli.Output;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Commands;

/// <summary>An environment's view for others than <c>ez env exec</c>: <c>mount</c>, <c>umount</c> and <c>shell</c>.</summary>
internal static class MountCommands
{
    public static Command MakeMount()
    {
        var name = EnvCommands.NameArgument();
        var command = new Command("mount", "Mount the environment's view for other programs, once it has its own keys and databases, and print where it is. It stays mounted until `ez env umount`.") { name };
        command.SetAction((parsed, cancel) =>
        {
            using var workspace = parsed.OpenWorkspace(cancel);
            var report = EnvironmentQueries.Mount(workspace, parsed.GetRequiredValue(name), cancel);
            parsed.Print(report, [report.Path]);
            return Task.FromResult(ExitCodes.Ok);
        });
        return command.WithExample("ez env mount web");
    }

    public static Command MakeUnmount()
    {
        var name = EnvCommands.NameArgument();
        var command = new Command("umount", "Unmount the environment's view. While processes use it, it stays, and they are named.") { name, SharedOptions.Wait };
        command.SetAction(parsed =>
        {
            using var workspace = parsed.OpenWorkspace();
            var report = EnvironmentQueries.Unmount(workspace, parsed.GetRequiredValue(name), parsed.GetValue(SharedOptions.Wait));
            parsed.Print(report, RunText.Of(report));
            return ExitCodes.Ok;
        });
        return command.WithExample("ez env umount web");
    }

    public static Command MakeShell()
    {
        var name = EnvCommands.NameArgument();
        var command = new Command("shell", "Open the user's login shell inside an environment.") { name };
        ExecOptions.AddTo(command);
        command.SetAction(parsed =>
        {
            using var workspace = parsed.OpenWorkspace();
            return parsed.Finish(ExecuteInEnvironment.Run(workspace, parsed.ExecuteRequest(parsed.GetRequiredValue(name), [])));
        });
        return command.WithExample("ez env shell web", exec: true);
    }
}
