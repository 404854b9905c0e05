using System.CommandLine;
using EzTemplates.Cli.Commands;
using EzTemplates.Cli.Output;

namespace EzTemplates.Cli;

/// <summary>The whole command line: one tree of commands, one place where failures become text and exit codes.</summary>
public static class EzCommand
{
    public static RootCommand Tree()
    {
        var root = new RootCommand(
            """
            EzTemplates keeps one copy of every file for all Linux environments of a host.

            Start here:
              ez up recipes/nginx.yaml           lock, build and create an environment
              ez env exec nginx -- nginx -v      run a command in it
            """);
        SharedOptions.AddTo(root);
        root.Add(UpCommand.Make());
        root.Add(LockCommand.Make());
        root.Add(BuildCommand.Make());
        root.Add(UpdateCommand.Make());
        root.Add(WhyCommand.Make());
        root.Add(TemplateCommands.Make());
        root.Add(EnvCommands.Make());
        root.Add(UpgradeCommand.Make());
        root.Add(RollbackCommand.Make());
        root.Add(VersionCommand.Make());
        return root;
    }

    /// <returns>The process's exit status.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        // Alone, it shows its help, as `ez --help` does.
        var parsed = Tree().Parse(args.Length == 0 ? ["--help"] : args);
        var json = args.TakeWhile(a => a != "--").Contains("--json");
        if (parsed.Errors.Count > 0)
        {
            var command = HelpExamples.NameOf(parsed.CommandResult.Command);
            var failure = new Domain.EzException(
                Domain.FailureKind.Usage,
                string.Join("; ", parsed.Errors.Select(e => e.Message.TrimEnd('.'))),
                $"{command} --help");
            return Fail(parsed, failure, error, json);
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false }).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // the one place where every failure becomes text and an exit code
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return Fail(parsed, CauseOf(failure), error, json);
        }
    }

    private static int Fail(ParseResult parsed, Exception failure, TextWriter error, bool json)
    {
        var code = ExecCommand.IsExec(parsed) ? ExitCodes.ExecFailed : ExitCodes.Of(failure);
        FailureText.Write(failure, error, json, code);
        return code;
    }

    /// <summary>Of several failures at once (parallel work), one that the user can act on.</summary>
    private static Exception CauseOf(Exception failure) => failure is AggregateException several
        ? several.Flatten().InnerExceptions.OrderBy(inner => inner is Domain.EzException ? 0 : 1).First()
        : failure;
}
