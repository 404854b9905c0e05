using System.CommandLine;
using EzTemplates.Cli.Output;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Commands;

/// <summary>The options of every command that runs something inside, and how such a command ends: with the status of what it ran.</summary>
internal static class ExecOptions
{
    private static readonly Option<string?> User = new("--user", "-u") { Description = "Run as this user of the environment.", HelpName = "NAME|UID[:GROUP|GID]" };
    private static readonly Option<string?> WorkDir = new("--workdir", "-w") { Description = "Start in this directory (default: /, a shell's home).", HelpName = "DIR" };
    private static readonly Option<string[]> Variables = new("--env", "-e") { Description = "Set a variable (repeatable).", HelpName = "NAME=VALUE", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<string[]> Binds = new("--bind") { Description = "Show a host's file or directory inside (repeatable).", HelpName = "SRC:DST[:ro]", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<string> Network = new("--network") { Description = "The host's network, or none but loopback.", HelpName = "host|none", DefaultValueFactory = _ => "host" };
    private static readonly Option<bool> Privileged = new("--privileged") { Description = "Keep every capability." };

    public static Argument<string[]> CommandArgument() =>
        new("COMMAND") { Description = "The command and its arguments, after `--`.", Arity = ArgumentArity.OneOrMore };

    public static void AddTo(Command command)
    {
        if (Network.Validators.Count == 0)
        {
            Network.AcceptOnlyFromAmong("host", "none");
        }

        foreach (var option in (Option[])[User, WorkDir, Variables, Binds, Network, Privileged])
        {
            command.Add(option);
        }
    }

    /// <summary>Whether ez's own failures are 125 in this command.</summary>
    public static bool AreOf(Command command) => command.Options.Contains(Privileged);

    /// <param name="command">Empty: the login shell.</param>
    public static ExecuteRequest ExecuteRequest(this ParseResult parsed, string environment, IReadOnlyList<string> command) => new(environment, command)
    {
        User = parsed.GetValue(User),
        WorkingDirectory = parsed.GetValue(WorkDir),
        Variables = parsed.GetValue(Variables) ?? [],
        Binds = parsed.GetValue(Binds) ?? [],
        HasHostNetwork = parsed.GetValue(Network) == "host",
        IsPrivileged = parsed.GetValue(Privileged),
    };

    /// <summary>Tells why a command did not start, if it did not.</summary>
    /// <returns>The exit status.</returns>
    public static int Finish(this ParseResult parsed, ExecuteOutcome outcome)
    {
        if (outcome.NotStarted is { } failure)
        {
            FailureText.Write(failure, parsed.InvocationConfiguration.Error, SharedOptions.FailsInJson(parsed), outcome.Status);
        }

        return outcome.Status;
    }
}
