using EzTemplates.Domain;
using EzTemplates.Environments;

namespace EzTemplates.Operations;

/// <summary>
/// <c>ez env remap</c>, <c>ez upgrade</c> and <c>ez rollback</c>: point environments at another manifest. Private files stay, no file
/// is copied, and neither network nor solver is used.
/// </summary>
public static class RemapEnvironments
{
    public static EnvironmentChangesReport Remap(Workspace workspace, IReadOnlyList<string> names, string to, bool wait)
    {
        var mapping = TemplateChoice.ToMapping(workspace.Store, TemplateChoice.Find(workspace.Store, to));
        return Each(names, name => Move(workspace, name, mapping, MappingAction.Remap, WhenBusyOf(wait)));
    }

    /// <param name="all">Every environment; one that is busy is reported and the others go on.</param>
    public static EnvironmentChangesReport Upgrade(Workspace workspace, IReadOnlyList<string> names, bool all, bool wait)
    {
        if (all == names.Count > 0)
        {
            throw new EzException(FailureKind.Usage, all ? "`--all` and names exclude each other" : "nothing to upgrade was named", "ez upgrade ENV..., or ez upgrade --all");
        }

        return all
            ? Each([.. workspace.Environments.List().Select(e => e.Name.ToString())], name => UpgradeUnlessBusy(workspace, name, wait))
            : Each(names, name => UpgradeOne(workspace, name, wait));
    }

    /// <param name="to">A version or digest from the history; null: the mapping before the current one.</param>
    public static EnvironmentChangesReport RollBack(Workspace workspace, IReadOnlyList<string> names, string? to, bool wait) => Each(names, name =>
    {
        var target = new Remapper(workspace.Environments).RollbackTarget(name, to);
        return Move(workspace, name, target, MappingAction.Rollback, WhenBusyOf(wait));
    });

    internal static EnvironmentChange Move(Workspace workspace, EnvironmentName name, Mapping to, MappingAction action, WhenBusy whenBusy)
    {
        var from = workspace.Environments.Current(name);
        if (from == to)
        {
            return new EnvironmentChange(name.ToString(), null, to.Template, "unchanged");
        }

        var remapper = new Remapper(workspace.Environments);
        if (workspace.Options.DryRun)
        {
            return new EnvironmentChange(name.ToString(), from.Template, to.Template, "planned", Describe(remapper.Plan(name, to)));
        }

        remapper.Remap(name, to, new RemapOptions { Action = action, WhenBusy = whenBusy });
        return new EnvironmentChange(name.ToString(), from.Template, to.Template, "remapped");
    }

    /// <summary>What stands in the way of a planned remap, or is dropped by it.</summary>
    private static string? Describe(RemapPlan plan) => plan switch
    {
        { Conflicts.IsEmpty: false } => "refused: own copies of " + string.Join(", ", plan.Conflicts),
        { Users.IsEmpty: false } => "busy: " + string.Join(", ", plan.Users),
        { Dropped.IsEmpty: false } => "unchanged private copies make way: " + string.Join(", ", plan.Dropped),
        _ => null,
    };

    private static EnvironmentChangesReport Each(IReadOnlyList<string> names, Func<EnvironmentName, EnvironmentChange> change) =>
        new([.. names.Select(EnvironmentName.Parse).ToList().Select(change)]);

    private static EnvironmentChange UpgradeOne(Workspace workspace, EnvironmentName name, bool wait)
    {
        var current = workspace.Environments.Current(name);
        return EnvironmentQueries.Newer(workspace, current) is { } newest
            ? Move(workspace, name, TemplateChoice.ToMapping(workspace.Store, newest), MappingAction.Upgrade, WhenBusyOf(wait))
            : new EnvironmentChange(name.ToString(), null, current.Template, "unchanged");
    }

    private static EnvironmentChange UpgradeUnlessBusy(Workspace workspace, EnvironmentName name, bool wait)
    {
        try
        {
            return UpgradeOne(workspace, name, wait);
        }
        catch (BusyEnvironmentException busy)
        {
            return new EnvironmentChange(name.ToString(), workspace.Environments.Current(name).Template, null, "busy", string.Join(", ", busy.Users));
        }
    }

    private static WhenBusy WhenBusyOf(bool wait) => wait ? WhenBusy.Wait : WhenBusy.Fail;
}
