using System.CommandLine;

namespace EzTemplates.Cli;

/// <summary>Adds what every <c>--help</c> ends with: an example to paste, and the exit codes.</summary>
public static class HelpExamples
{
    private const string ExitCodeText =
        "Exit codes: 0 done, 1 internal error, 2 usage or recipe, 3 unsolvable or unknown package, 4 fetch, 5 untrusted or malformed input, "
        + "6 disk or store, 7 environment, rights or kernel, 130 cancelled.";

    private const string ExecExitCodeText =
        "Exit codes: the command's own; 128+N if signal N ended it; 125 ez itself failed, 126 not executable, 127 not found, 130 cancelled before it began.";

    public static Command WithExample(this Command command, string example, bool exec = false)
    {
        command.Description += $"\n\nExample:\n  {example}\n\n{(exec ? ExecExitCodeText : ExitCodeText)}";
        return command;
    }

    /// <summary>As typed: <c>ez env create</c>.</summary>
    public static string NameOf(Command command)
    {
        var parent = command.Parents.OfType<Command>().FirstOrDefault();
        return parent is null ? "ez" : $"{NameOf(parent)} {command.Name}";
    }
}
