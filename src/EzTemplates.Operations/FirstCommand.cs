using EzTemplates.Domain;
using EzTemplates.Environments;

namespace EzTemplates.Operations;

/// <summary><c>ez env create --run</c>: a command's first run in each environment that was just created, one after another.</summary>
public static class FirstCommand
{
    /// <param name="command">For <c>/bin/sh -c</c>.</param>
    /// <returns>The same changes; an environment where the command failed is there all the same, and counts as failed.</returns>
    public static EnvironmentChangesReport Run(Workspace workspace, EnvironmentChangesReport created, string command)
    {
        workspace.Environments.Mount([.. created.Changes.Where(change => change.Outcome == "created").Select(change => EnvironmentName.Parse(change.Environment))]);
        var exec = new SandboxExec(workspace.Environments);
        var changes = new List<EnvironmentChange>();
        var failures = created.Failures.ToList();
        foreach (var change in created.Changes)
        {
            if (change.Outcome == "created" && FailureIn(exec, change.Environment, command) is { } failure)
            {
                failures.Add(failure);
                changes.Add(change with { Outcome = "failed", Detail = failure.Message });
                continue;
            }

            changes.Add(change);
        }

        return created with { Changes = changes, Failures = failures };
    }

    private static EzException? FailureIn(SandboxExec exec, string environment, string command)
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
            return status == 0 ? null : new EzException(
                FailureKind.Environment,
                $"environment `{environment}` was created, but `{command}` ended there with {status}",
                $"ez env exec {environment} -- sh; or ez env remove {environment}");
        }
        catch (EzException notRun)
        {
            return new EzException(notRun.Kind, $"environment `{environment}` was created, but `{command}` did not run there: {notRun.Message}", notRun.Hint, notRun);
        }
    }
}
