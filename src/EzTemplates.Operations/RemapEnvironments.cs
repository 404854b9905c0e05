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
        return EachEnvironment.Change(names, name => Move(workspace, name, mapping, MappingAction.Remap, WhenBusyOf(wait)));
    }

    /// <param name="all">Every environment; one that is busy is reported and the others go on.</param>
    public static EnvironmentChangesReport Upgrade(Workspace workspace, IReadOnlyList<string> names, bool all, bool wait)
    {
        if (all == names.Count > 0)
        {
            throw new EzException(FailureKind.Usage, all ? "`--all` and names exclude each other" : "nothing to upgrade was named", "ez upgrade ENV..., or ez upgrade --all");
        }

        return all
            ? EachEnvironment.Change([.. workspace.Environments.List().Select(e => e.Name.ToString())], name => UpgradeUnlessBusy(workspace, name, wait))
            : EachEnvironment.Change(names, name => UpgradeOne(workspace, name, wait));
    }

    /// <param name="to">A version or digest from the history; null: the mapping before the current one.</param>
    public static EnvironmentChangesReport RollBack(Workspace workspace, IReadOnlyList<string> names, string? to, bool wait)
    {
        // The target is chosen with the environment's lock held: of two roll-backs at once the second goes further back.
        var remapper = new Remapper(workspace.Environments);
        return EachEnvironment.Change(names, name => workspace.Options.DryRun
            ? Planned(remapper.Plan(name, remapper.RollbackTarget(name, to)))
            : Done(workspace, name, remapper.Rollback(name, to, WhenBusyOf(wait))));
    }

    internal static EnvironmentChange Move(Workspace workspace, EnvironmentName name, Mapping to, MappingAction action, WhenBusy whenBusy)
    {
        var remapper = new Remapper(workspace.Environments);
        return workspace.Options.DryRun
            ? Planned(remapper.Plan(name, to))
            : Done(workspace, name, remapper.Remap(name, to, new RemapOptions { Action = action, WhenBusy = whenBusy }));
    }

    private static EnvironmentChange Planned(RemapPlan plan) => plan.ChangesNothing
        ? new EnvironmentChange(plan.Environment.ToString(), null, plan.To.Template, "unchanged")
        : new EnvironmentChange(plan.Environment.ToString(), plan.From.Template, plan.To.Template, "planned", Describe(plan));

    /// <param name="entry">The line that the history gained; null where the environment was there already.</param>
    private static EnvironmentChange Done(Workspace workspace, EnvironmentName name, HistoryEntry? entry) => entry is null
        ? new EnvironmentChange(name.ToString(), null, workspace.Environments.Current(name).Template, "unchanged")
        : new EnvironmentChange(name.ToString(), entry.From?.Template, entry.To.Template, "remapped");

    /// <summary>What stands in the way of a planned remap, or is dropped by it.</summary>
    private static string? Describe(RemapPlan plan) => plan switch
    {
        { Conflicts.IsEmpty: false } => "refused: own copies of " + string.Join(", ", plan.Conflicts),
        { Users.IsEmpty: false } => "busy: " + string.Join(", ", plan.UserNames),
        { Dropped.IsEmpty: false } => "unchanged private copies make way: " + string.Join(", ", plan.Dropped),
        _ => null,
    };

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
