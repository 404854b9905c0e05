using EzTemplates.Domain;
using EzTemplates.Environments;

namespace EzTemplates.Operations;

/// <summary>Commands in each environment that was just made or moved: <c>ez env create --run</c>, and the recipes' hooks.</summary>
public static class CommandsAfterChange
{
    private const string Created = "created";
    private const string Remapped = "remapped";

    // 128 + SIGINT and SIGTERM, which the terminal or a service manager sends to all of this together.
    private const int Interrupted = 130;
    private const int Terminated = 143;

    /// <param name="command">For <c>/bin/sh -c</c>.</param>
    public static EnvironmentChangesReport AfterCreate(Workspace workspace, EnvironmentChangesReport created, string command) => Run(workspace, created, _ => [command], Created);

    /// <summary>The hooks of the mapping that all were made on.</summary>
    internal static EnvironmentChangesReport HooksAfterCreate(Workspace workspace, EnvironmentChangesReport created, Mapping mapping)
    {
        var hooks = MappedVersions.Of(workspace.Store, mapping.Template).SelectMany(version => version.Settings.AfterCreate).ToList();
        return Run(workspace, created, _ => hooks, Created);
    }

    /// <summary>The hooks of what each was moved to.</summary>
    internal static EnvironmentChangesReport HooksAfterRemap(Workspace workspace, EnvironmentChangesReport moved)
    {
        var known = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        return Run(workspace, moved, change => Hooks(change.To!), Remapped);

        List<string> Hooks(string template) => known.TryGetValue(template, out var hooks)
            ? hooks
            : known[template] = [.. MappedVersions.Of(workspace.Store, template).SelectMany(version => version.Settings.AfterRemap)];
    }

    /// <returns>
    /// The same changes; an environment where a command failed is there all the same, and counts as failed. After an interrupted one,
    /// no other is begun.
    /// </returns>
    private static EnvironmentChangesReport Run(Workspace workspace, EnvironmentChangesReport report, Func<EnvironmentChange, IReadOnlyList<string>> commands, string outcome)
    {
        var asked = report.Changes.Where(change => change.Outcome == outcome).ToDictionary(change => change.Environment, commands, StringComparer.Ordinal);
        for (var i = 0; i < asked.Values.Select(some => some.Count).DefaultIfEmpty().Max() && !report.IsInterrupted; i++)
        {
            foreach (var same in asked.Where(one => one.Value.Count > i).GroupBy(one => one.Value[i], one => one.Key))
            {
                report = report.IsInterrupted ? report : RunOne(workspace, report, same.Key, change => change.Outcome == outcome && same.Contains(change.Environment));
            }
        }

        return report;
    }

    private static EnvironmentChangesReport RunOne(Workspace workspace, EnvironmentChangesReport report, string command, Func<EnvironmentChange, bool> isAsked)
    {
        var names = report.Changes.Where(isAsked).Select(change => EnvironmentName.Parse(change.Environment)).ToList();
        var outcomes = new BatchExec(workspace.Environments).Run(names, name => Request(name, command), IsInterruption).ToDictionary(outcome => outcome.Environment.ToString(), StringComparer.Ordinal);
        var changes = new List<EnvironmentChange>();
        var failures = report.Failures.ToList();
        foreach (var change in report.Changes)
        {
            var told = change;
            if (isAsked(change) && FailureOf(outcomes[change.Environment], change.Outcome, command) is { } failure)
            {
                failures.Add(failure);
                told = change with { Outcome = "failed", Detail = failure.Message };
            }
            else if (isAsked(change) && outcomes[change.Environment].Status is null)
            {
                told = change with { Detail = $"`{command}` was not run there" };
            }

            changes.Add(told);
        }

        return report with { Changes = changes, Failures = failures, IsInterrupted = outcomes.Values.Any(outcome => outcome.Status is { } status ? IsInterruption(status) : outcome.Failure is null) };
    }

    private static bool IsInterruption(int status) => status is Interrupted or Terminated;

    /// <summary>What the command says is no part of the report, which has standard output to itself.</summary>
    private static ExecRequest Request(EnvironmentName name, string command) => new()
    {
        Environment = name,
        Command = ["/bin/sh", "-c", command],
        Streams = new SandboxStreams(Output: 2),
    };

    private static EzException? FailureOf(BatchExecOutcome outcome, string change, string command) => outcome switch
    {
        { Failure: { } notRun } => new EzException(
            notRun.Kind, $"environment `{outcome.Environment}` was {change}, but `{command}` did not run there: {notRun.Message}", notRun.Hint, notRun),
        { Status: > 0 and var status } => new EzException(
            FailureKind.Environment,
            $"environment `{outcome.Environment}` was {change}, but `{command}` ended there with {status}",
            $"ez env exec {outcome.Environment} -- sh{(change == Created ? $"; or ez env remove {outcome.Environment}" : $"; or ez rollback {outcome.Environment}")}"),
        _ => null,
    };
}
