using System.CommandLine;
using EzTemplates.Cli.Output;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Commands;

internal static class ExecCommand
{
    private const string Name = "exec";

    private static readonly Option<string?> User = new("--user", "-u") { Description = "Run as this user of the environment.", HelpName = "NAME|UID[:GROUP|GID]" };
    private static readonly Option<string?> WorkDir = new("--workdir", "-w") { Description = "Start in this directory (default: /).", HelpName = "DIR" };
    private static readonly Option<string[]> Variables = new("--env", "-e") { Description = "Set a variable (repeatable).", HelpName = "NAME=VALUE", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<string[]> Binds = new("--bind") { Description = "Show a host's file or directory inside (repeatable).", HelpName = "SRC:DST[:ro]", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<string> Network = new("--network") { Description = "The host's network, or none but loopback.", HelpName = "host|none", DefaultValueFactory = _ => "host" };
    private static readonly Option<bool> Privileged = new("--privileged") { Description = "Keep every capability." };

    public static Command Make()
    {
        Network.AcceptOnlyFromAmong("host", "none");
        var name = EnvCommands.NameArgument();
        var arguments = new Argument<string[]>("COMMAND") { Description = "The command and its arguments, after `--`.", Arity = ArgumentArity.OneOrMore };
        var command = new Command(Name, "Run a command inside an environment, in its own mount, pid, uts and ipc namespaces.")
        {
            name, arguments, User, WorkDir, Variables, Binds, Network, Privileged,
        };
        command.SetAction(parsed =>
        {
            using var workspace = parsed.OpenWorkspace();
            var outcome = ExecuteInEnvironment.Run(workspace, new ExecuteRequest(parsed.GetRequiredValue(name), parsed.GetRequiredValue(arguments))
            {
                User = parsed.GetValue(User),
                WorkingDirectory = parsed.GetValue(WorkDir),
                Variables = parsed.GetValue(Variables) ?? [],
                Binds = parsed.GetValue(Binds) ?? [],
                HasHostNetwork = parsed.GetValue(Network) == "host",
                IsPrivileged = parsed.GetValue(Privileged),
            });
            if (outcome.NotStarted is { } failure)
            {
                FailureText.Write(failure, parsed.InvocationConfiguration.Error, SharedOptions.FailsInJson(parsed), outcome.Status);
            }

            return outcome.Status;
        });
        return command.WithExample("ez env exec nginx -- nginx -v", exec: true);
    }

    public static bool IsExec(ParseResult parsed) => parsed.CommandResult.Command.Name == Name;
}
