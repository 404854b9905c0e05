using System.CommandLine;
using EzTemplates.Cli.Commands;
using EzTemplates.Cli.Output;
using EzTemplates.Operations;

namespace EzTemplates.Cli;

/// <summary>One run of a command: where it writes, and what is known of it at its end.</summary>
internal sealed class EzInvocation : InvocationConfiguration
{
    /// <summary>With <c>--log</c>.</summary>
    public LogFile? Log { get; init; }

    /// <summary>What became of environments, for the history.</summary>
    public IReadOnlyList<EnvironmentChange> Changes { get; private set; } = [];

    /// <summary>Of a command of this tree; null for one that was started otherwise.</summary>
    public static EzInvocation? Of(ParseResult parsed) => parsed.InvocationConfiguration as EzInvocation;

    public void Remember(IReadOnlyList<EnvironmentChange> changes) => Changes = changes;

    /// <summary>Writes down how a changing command ended. One that only plans, or shows its help, changes nothing; one that runs another is that one's affair.</summary>
    public void Record(ParseResult parsed, int exitCode, Exception? failure)
    {
        var command = parsed.CommandResult.Command;
        if (!command.Options.Contains(SharedOptions.DryRun) || ExecOptions.AreOf(command) || parsed.GetValue(SharedOptions.DryRun) || parsed.Action != command.Action)
        {
            return;
        }

        var subjects = parsed.CommandResult.Children
            .OfType<System.CommandLine.Parsing.ArgumentResult>()
            .SelectMany(argument => argument.Tokens.Select(token => token.Value));
        var name = HelpExamples.NameOf(command)["ez ".Length..];
        CommandHistory.Append(SharedOptions.StoreRootOf(parsed), new CommandEnd(name, [.. subjects], exitCode, failure, Changes), TimeProvider.System.GetUtcNow());
    }
}
