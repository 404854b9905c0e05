using EzTemplates.Environments;

namespace EzTemplates.Operations;

/// <summary><c>ez env remove</c>: unmounts, and removes all that the environments ever wrote.</summary>
public static class RemoveEnvironments
{
    public static EnvironmentChangesReport Run(Workspace workspace, IReadOnlyList<string> names, bool wait) => EachEnvironment.Change(names, name =>
    {
        if (workspace.Options.DryRun)
        {
            var shown = workspace.Environments.Show(name);
            return new EnvironmentChange(name.ToString(), shown.Mapping.Template, null, "planned", PrivateBytes: shown.PrivateBytes);
        }

        var from = workspace.Environments.Current(name).Template;
        workspace.Environments.Remove(name, wait ? WhenBusy.Wait : WhenBusy.Fail);
        return new EnvironmentChange(name.ToString(), from, null, "removed");
    });
}
