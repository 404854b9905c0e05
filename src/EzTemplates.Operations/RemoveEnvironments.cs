using EzTemplates.Environments;

namespace EzTemplates.Operations;

/// <summary><c>ez env remove</c>: unmounts, and removes all that the environments ever wrote.</summary>
public static class RemoveEnvironments
{
    public static EnvironmentChangesReport Run(Workspace workspace, IReadOnlyList<string> names, bool wait) => EachEnvironment.Change(names, name =>
    {
        var from = workspace.Environments.Current(name).Template;
        if (!workspace.Options.DryRun)
        {
            workspace.Environments.Remove(name, wait ? WhenBusy.Wait : WhenBusy.Fail);
        }

        return new EnvironmentChange(name.ToString(), from, null, workspace.Options.DryRun ? "planned" : "removed");
    });
}
