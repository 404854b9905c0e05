using EzTemplates.Domain;
using EzTemplates.Environments;

namespace EzTemplates.Operations;

/// <summary><c>ez env create --run</c>: a command's first run in each environment that was just created, one after another.</summary>
public static class FirstCommand
{
    // 128 + SIGINT and SIGTERM, which the terminal or a service manager sends to all of this together.
    private const int Interrupted = 130;
    private const int Terminated = 143;

    /// <param name="command">For <c>/bin/sh -c</c>.</param>
    /// <returns>The same changes; an environment where the command failed is there all the same, and counts as failed. After an interrupted one, none is run.</returns>
    public static EnvironmentChangesReport Run(Workspace workspace, EnvironmentChangesReport created, string command)
    {
        workspace.Environments.Mount([.. created.Changes.Where(change => change.Outcome == "created").Select(change => EnvironmentName.Parse(change.Environment))]);
        var exec = new SandboxExec(workspace.Environments);
        var changes = new List<EnvironmentChange>();
        var failures = created.Failures.ToList();
        var isInterrupted = false;
        foreach (var change in created.Changes)
        {
            if (isInterrupted && change.Outcome == "created")
            {
                changes.Add(change with { Detail = $"`{command}` was not run there" });
                continue;
            }

            if (change.Outcome == "created" && FailureIn(exec, change.Environment, command) is var (failure, status))
            {
                isInterrupted = status is Interrupted or Terminated;
                failures.Add(failure);
                changes.Add(change with { Outcome = "failed", Detail = failure.Message });
                continue;
            }

            changes.Add(change);
        }

        return created with { Changes = changes, Failures = failures, IsInterrupted = isInterrupted };
    }

    /// <returns>Null where it ended with 0; else why, and its status, if it has one.</returns>
    private static (EzException Failure, int? Status)? FailureIn(SandboxExec exec, string environment, string command)
    {
        try
        {
            // What the command says is no part of the report, which has standard output to itself.
            var status = exec.Run(new ExecRequest
            {
                Environment = EnvironmentName.Parse(environment),
                Command = ["/bin/sh", "-c", command],
                Streams = new SandboxStreams(Output: 2),
            });
            return status == 0 ? null : (new EzException(
                FailureKind.Environment,
                $"environment `{environment}` was created, but `{command}` ended there with {status}",
                $"ez env exec {environment} -- sh; or ez env remove {environment}"), status);
        }
        catch (EzException notRun)
        {
            return (new EzException(notRun.Kind, $"environment `{environment}` was created, but `{command}` did not run there: {notRun.Message}", notRun.Hint, notRun), null);
        }
    }
}
