using System.CommandLine;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Commands;

internal static class ExecCommand
{
    public static Command Make()
    {
        var name = EnvCommands.NameArgument();
        var arguments = ExecOptions.CommandArgument();
        var command = new Command("exec", "Run a command inside an environment, in its own mount, pid, uts and ipc namespaces.")
        {
            name, arguments,
        };
        ExecOptions.AddTo(command);
        command.SetAction(parsed =>
        {
            using var workspace = parsed.OpenWorkspace();
            return parsed.Finish(ExecuteInEnvironment.Run(workspace, parsed.ExecuteRequest(parsed.GetRequiredValue(name), parsed.GetRequiredValue(arguments))));
        });
        return command.WithExample("ez env exec nginx -- nginx -v", exec: true);
    }
}
