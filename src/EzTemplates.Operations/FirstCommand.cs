using EzTemplates.Domain;
using EzTemplates.Environments;

namespace EzTemplates.Operations;

/// <summary><c>ez env create --run</c>: a command's first run in each environment that was just created.</summary>
public static class FirstCommand
{
    // 128 + SIGINT and SIGTERM, which the terminal or a service manager sends to all of this together.
    private const int Interrupted = 130;
    private const int Terminated = 143;

    /// <param name="command">For <c>/bin/sh -c</c>.</param>
    /// <returns>
    /// The same changes; an environment where the command failed is there all the same, and counts as failed. After an interrupted one,
    /// no other is begun.
    /// </returns>
    public static EnvironmentChangesReport Run(Workspace workspace, EnvironmentChangesReport created, string command)
    {
        var names = created.Changes.Where(IsCreated).Select(change => EnvironmentName.Parse(change.Environment)).ToList();
        var outcomes = new BatchExec(workspace.Environments).Run(names, name => Request(name, command), IsInterruption).ToDictionary(outcome => outcome.Environment.ToString(), StringComparer.Ordinal);
        var changes = new List<EnvironmentChange>();
        var failures = created.Failures.ToList();
        foreach (var change in created.Changes)
        {
            var told = change;
            if (IsCreated(change) && FailureOf(outcomes[change.Environment], command) is { } failure)
            {
                failures.Add(failure);
                told = change with { Outcome = "failed", Detail = failure.Message };
            }
            else if (IsCreated(change) && outcomes[change.Environment].Status is null)
            {
                told = change with { Detail = $"`{command}` was not run there" };
            }

            changes.Add(told);
        }

        return created with { Changes = changes, Failures = failures, IsInterrupted = outcomes.Values.Any(outcome => outcome.Status is { } status ? IsInterruption(status) : outcome.Failure is null) };
    }

    private static bool IsCreated(EnvironmentChange change) => change.Outcome == "created";

    private static bool IsInterruption(int status) => status is Interrupted or Terminated;

    /// <summary>What the command says is no part of the report, which has standard output to itself.</summary>
    private static ExecRequest Request(EnvironmentName name, string command) => new()
    {
        Environment = name,
        Command = ["/bin/sh", "-c", command],
        Streams = new SandboxStreams(Output: 2),
    };

    private static EzException? FailureOf(BatchExecOutcome outcome, string command) => outcome switch
    {
        { Failure: { } notRun } => new EzException(
            notRun.Kind, $"environment `{outcome.Environment}` was created, but `{command}` did not run there: {notRun.Message}", notRun.Hint, notRun),
        { Status: > 0 and var status } => new EzException(
            FailureKind.Environment,
            $"environment `{outcome.Environment}` was created, but `{command}` ended there with {status}",
            $"ez env exec {outcome.Environment} -- sh; or ez env remove {outcome.Environment}"),
        _ => null,
    };
}
