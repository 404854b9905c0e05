using EzTemplates.Domain;
using EzTemplates.Environments;

namespace EzTemplates.Operations;

/// <summary><c>ez env remove</c>: unmounts, and removes all that the environments ever wrote.</summary>
public static class RemoveEnvironments
{
    public static EnvironmentChangesReport Run(Workspace workspace, IReadOnlyList<string> names, bool wait) => workspace.Options.DryRun
        ? EachEnvironment.Change(names, name =>
        {
            var shown = workspace.Environments.Show(name);
            return new EnvironmentChange(name.ToString(), shown.Mapping.Template, null, "planned", PrivateBytes: shown.PrivateBytes);
        })
        : EachEnvironment.ChangeAll(names, parsed => workspace.Environments.RemoveAll(parsed, wait ? WhenBusy.Wait : WhenBusy.Fail).Select(Told));

    private static (EnvironmentChange Change, EzException? Failure) Told(RemovalOutcome outcome) => outcome.Failure is { } failure
        ? EachEnvironment.Failed(outcome.Environment, failure)
        : (new EnvironmentChange(outcome.Environment.ToString(), outcome.From?.Template, null, "removed"), null);
}
