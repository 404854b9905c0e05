using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace EzTemplates.Cli;

/// <summary>The parser's own help, in which a list of commands has one sentence each: their examples and exit codes are in their own help.</summary>
internal sealed class HelpOfCommand(SynchronousCommandLineAction whole) : SynchronousCommandLineAction
{
    public static void PutInto(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Description = "Show this help.";
        option.Action = new HelpOfCommand((SynchronousCommandLineAction)option.Action!);
    }

    /// <summary>Who asks for help need not give what the command needs.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        // The tree lives for one command line.
        foreach (var command in parseResult.CommandResult.Command.Subcommands)
        {
            command.Description = command.Description?.Split('\n')[0];
        }

        return whole.Invoke(parseResult);
    }
}
