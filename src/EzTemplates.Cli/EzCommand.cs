using System.CommandLine;
using EzTemplates.Cli.Commands;
using EzTemplates.Cli.Output;
using EzTemplates.Operations;

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
              ez COMMAND --help                  what a command does, with an example
              ez help recipe                     what a recipe can have
            """);
        HelpOfCommand.PutInto(root);
        SharedOptions.AddTo(root);
        root.Add(UpCommand.Make());
        root.Add(RunCommand.Make());
        root.Add(LockCommand.Make());
        root.Add(BuildCommand.Make());
        root.Add(UpdateCommand.Make());
        root.Add(WhyCommand.Make());
        root.Add(WhyNotCommand.Make());
        root.Add(RepoCommands.Make());
        root.Add(TemplateCommands.Make());
        root.Add(EnvCommands.Make());
        root.Add(UpgradeCommand.Make());
        root.Add(RollbackCommand.Make());
        root.Add(DoctorCommand.Make());
        root.Add(StoreCommands.Make());
        root.Add(HistoryCommand.Make());
        root.Add(ConfigCommands.Make());
        root.Add(CompletionCommand.Make());
        root.Add(HelpCommand.Make());
        root.Add(VersionCommand.Make());
        return root;
    }

    /// <returns>The process's exit status.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        if (Completions.Asks(args))
        {
            Completions.Answer(args, output);
            return ExitCodes.Ok;
        }

        // Alone, it shows its help, as `ez --help` does.
        var parsed = Tree().Parse(args.Length == 0 ? ["--help"] : args);
        var json = args.TakeWhile(a => a != "--").Contains("--json") || (parsed.Errors.Count == 0 && SharedOptions.FailsInJson(parsed));
        if (parsed.Errors.Count > 0)
        {
            return Fail(parsed, UsageMistake.Of(parsed), error, json);
        }

        Exception? failure = null;
        LogFile? log = null;
        int code;
        try
        {
            EnterNamespaces.RequireArrival();
            log = parsed.GetValue(SharedOptions.Log) is { } path ? LogFile.Open(path, EnterNamespaces.HasArrived ? null : args) : null;
            var invocation = new EzInvocation { Output = output, Error = error, EnableDefaultExceptionHandler = false, Log = log };
            if (ExecOptions.AreOf(parsed.CommandResult.Command))
            {
                // Signals are the command's that runs inside; when it has had them, it ends when it likes.
                invocation.ProcessTerminationTimeout = Timeout.InfiniteTimeSpan;
            }

            (code, failure) = await InvokeAsync(parsed, invocation).ConfigureAwait(false);
            invocation.Record(parsed, code, failure);
        }
        catch (Domain.EzException unwritable)
        {
            (code, failure) = (ExitCodes.Of(unwritable), unwritable);
        }

        if (failure is not null)
        {
            code = Fail(parsed, failure, error, json);
            log?.Write(FailureText.Plain(failure));
        }

        log?.Write(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"exit code {code}"));
        log?.Dispose();
        return code;
    }

    private static async Task<(int Code, Exception? Failure)> InvokeAsync(ParseResult parsed, EzInvocation invocation)
    {
        try
        {
            return (await parsed.InvokeAsync(invocation).ConfigureAwait(false), null);
        }
#pragma warning disable CA1031 // the one place where every failure becomes text and an exit code
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            var failure = CauseOf(thrown);
            return (ExitCodes.Of(failure), failure);
        }
    }

    private static int Fail(ParseResult parsed, Exception failure, TextWriter error, bool json)
    {
        var code = ExecOptions.AreOf(parsed.CommandResult.Command) && failure is not OperationCanceledException ? ExitCodes.ExecFailed : ExitCodes.Of(failure);
        FailureText.Write(failure, error, json, code);
        return code;
    }

    /// <summary>Of several failures at once (parallel work), one that the user can act on.</summary>
    private static Exception CauseOf(Exception failure) => failure is AggregateException several
        ? several.Flatten().InnerExceptions.OrderBy(inner => inner is Domain.EzException ? 0 : 1).First()
        : failure;
}
