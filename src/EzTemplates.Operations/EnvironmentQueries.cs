using EzTemplates.Environments;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary><c>ez env list</c>, <c>show</c>, <c>path</c>, <c>mount</c> and <c>umount</c>.</summary>
public static class EnvironmentQueries
{
    public static EnvironmentsReport List(Workspace workspace) => new(
    [
        .. workspace.Environments.List().Select(e => new EnvironmentRow(e.Name.ToString(), e.Mapping.Template, e.IsMounted, e.Mappings, e.Created)),
    ]);

    public static EnvironmentReport Show(Workspace workspace, string name)
    {
        var shown = workspace.Environments.Show(EnvironmentName.Parse(name));
        var history = workspace.Environments.History(shown.Name);
        return new EnvironmentReport(
            new EnvironmentRow(shown.Name.ToString(), shown.Mapping.Template, shown.IsMounted, history.Length, history[0].At),
            shown.Mapping.Manifest.ToString(),
            ViewForms.NameOf(shown.Form) + (shown.Form.AllowsOverlayInside() ? ", one overlay deep: an overlay may be mounted inside" : ", two overlays deep: no overlay may be mounted inside"),
            LayerKinds.NameOf(shown.Layer),
            shown.Root,
            shown.PrivateBytes,
            shown.Processes,
            [.. history.Select(h => new MappingRow(
                h.Number, h.At, h.By, h.Action switch
                {
                    MappingAction.Create => "create",
                    MappingAction.Upgrade => "upgrade",
                    MappingAction.Rollback => "rollback",
                    _ => "remap",
                },
                h.From?.ToString(),
                h.To.ToString()))]);
    }

    /// <summary>To look at it: nothing is run in it.</summary>
    public static PathReport MountedPath(Workspace workspace, string name)
    {
        var environment = EnvironmentName.Parse(name);
        _ = workspace.Environments.Current(environment);
        RequireIds.ToMountForOthers(workspace.Store, name);
        return new PathReport(name, workspace.Environments.MountedRoot(environment));
    }

    /// <summary>As <see cref="MountedPath"/>, for programs that run in it: it has its own keys and databases before.</summary>
    public static PathReport Mount(Workspace workspace, string name, CancellationToken cancel)
    {
        var environment = EnvironmentName.Parse(name);
        _ = workspace.Environments.Current(environment);
        RequireIds.ToMountForOthers(workspace.Store, name);
        return new PathReport(name, new SandboxExec(workspace.Environments).MountForOthers(environment, cancel));
    }

    /// <exception cref="BusyEnvironmentException">In use; it names the processes.</exception>
    public static UnmountReport Unmount(Workspace workspace, string name, bool wait)
    {
        RequireIds.ToMountForOthers(workspace.Store, name);
        var environment = EnvironmentName.Parse(name);
        var path = workspace.Environments.RootOf(environment);
        return new UnmountReport(name, path, workspace.Environments.Unmount(environment, wait ? WhenBusy.Wait : WhenBusy.Fail));
    }

    /// <summary>Environments for which there is something newer than what they map to.</summary>
    internal static IEnumerable<MovableEnvironment> Movable(Workspace workspace)
    {
        foreach (var environment in workspace.Environments.List())
        {
            if (UpgradeTargets.NameOf(workspace.Store, environment.Mapping) is { } to)
            {
                yield return new MovableEnvironment(environment.Name.ToString(), environment.Mapping.Template, to);
            }
        }
    }
}
