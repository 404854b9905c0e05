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
        return Move(workspace, names, (_, _) => mapping, new RemapOptions { Action = MappingAction.Remap, WhenBusy = WhenBusyOf(wait) });
    }

    /// <param name="all">Every environment; one that is busy is reported and the others go on.</param>
    public static EnvironmentChangesReport Upgrade(Workspace workspace, IReadOnlyList<string> names, bool all, bool wait, CancellationToken cancel)
    {
        if (all == names.Count > 0)
        {
            throw new EzException(FailureKind.Usage, all ? "`--all` and names exclude each other" : "nothing to upgrade was named", "ez upgrade ENV..., or ez upgrade --all");
        }

        var options = new RemapOptions { Action = MappingAction.Upgrade, WhenBusy = WhenBusyOf(wait) };
        if (workspace.Options.DryRun)
        {
            return EachEnvironment.Change(all ? [.. workspace.Environments.List().Select(e => e.Name.ToString())] : names, name => PlanUpgrade(workspace, name));
        }

        return all
            ? Move(workspace, [.. workspace.Environments.List().Select(e => e.Name.ToString())], Newest(workspace, cancel), options, SkippedIfBusy)
            : Move(workspace, names, Newest(workspace, cancel), options);
    }

    /// <param name="to">A version or digest from the history; null: the mapping before the current one.</param>
    public static EnvironmentChangesReport RollBack(Workspace workspace, IReadOnlyList<string> names, string? to, bool wait) =>
        Move(workspace, names, Remapper.EarlierMapping(to), new RemapOptions { Action = MappingAction.Rollback, WhenBusy = WhenBusyOf(wait) });

    /// <summary>To what the caller has made.</summary>
    internal static EnvironmentChangesReport Move(Workspace workspace, IReadOnlyList<string> names, bool wait, RemapTarget target) =>
        Move(workspace, names, target, new RemapOptions { Action = MappingAction.Remap, WhenBusy = WhenBusyOf(wait) });

    /// <summary>A plan makes no composition, so that nothing can be said of private files yet.</summary>
    internal static EnvironmentChange PlannedUnmade(EnvironmentName name, Mapping from, string to) =>
        new(name.ToString(), from.Template, to, "planned", "its composition is made first");

    internal static EnvironmentChange Move(Workspace workspace, EnvironmentName name, Mapping to, MappingAction action, WhenBusy whenBusy) =>
        Move(workspace, [name.ToString()], (_, _) => to, new RemapOptions { Action = action, WhenBusy = whenBusy }).Changes[0];

    private static EnvironmentChangesReport Move(
        Workspace workspace, IReadOnlyList<string> names, RemapTarget target, RemapOptions options, Func<RemapOutcome, EnvironmentChange?>? excuse = null)
    {
        var remapper = new Remapper(workspace.Environments);
        return workspace.Options.DryRun
            ? EachEnvironment.Change(names, name => Planned(remapper.Plan(name, target, options.Action)))
            : CommandsAfterChange.HooksAfterRemap(workspace, EachEnvironment.ChangeAll(names, parsed => remapper.RunAll(parsed, target, options).Select(outcome =>
            {
                foreach (var warning in outcome.Warnings)
                {
                    workspace.Tell(new OperationEvent.Warning(warning));
                }

                return excuse?.Invoke(outcome) is { } excused ? (excused, null) : Told(outcome);
            })));
    }

    /// <summary>The newest of what each environment maps to; where it stands if there is nothing newer.</summary>
    private static RemapTarget Newest(Workspace workspace, CancellationToken cancel)
    {
        var known = new Dictionary<Mapping, Mapping>();
        return (_, history) =>
        {
            var current = history[^1].To;
            return known.TryGetValue(current, out var to) ? to : known[current] = UpgradeTargets.Of(workspace, current, cancel);
        };
    }

    private static EnvironmentChange PlanUpgrade(Workspace workspace, EnvironmentName name)
    {
        var current = workspace.Environments.Current(name);
        return UpgradeTargets.Kept(workspace, current) is { } to
            ? Planned(new Remapper(workspace.Environments).Plan(name, (_, _) => to, MappingAction.Upgrade))
            : PlannedUnmade(name, current, UpgradeTargets.NameOf(workspace.Store, current)!);
    }

    private static EnvironmentChange Planned(RemapPlan plan) => plan.ChangesNothing
        ? new EnvironmentChange(plan.Environment.ToString(), null, plan.To.Template, "unchanged")
        : new EnvironmentChange(plan.Environment.ToString(), plan.From.Template, plan.To.Template, "planned", Describe(plan)) { Paths = Paths(plan.Paths), Kept = plan.Kept };

    private static (EnvironmentChange Change, EzException? Failure) Told(RemapOutcome outcome) => outcome switch
    {
        { Failure: { } failure } => EachEnvironment.Failed(outcome.Environment, failure),
        { Entry: { } entry } => (new EnvironmentChange(outcome.Environment.ToString(), entry.From?.Template, entry.To.Template, "remapped") { Paths = Paths(outcome.Paths) }, null),
        _ => (new EnvironmentChange(outcome.Environment.ToString(), null, outcome.To?.Template, "unchanged"), null),
    };

    private static EnvironmentChange? SkippedIfBusy(RemapOutcome outcome) => outcome.Failure is BusyEnvironmentException busy
        ? new EnvironmentChange(outcome.Environment.ToString(), outcome.From?.Template, null, "busy", string.Join(", ", busy.Users))
        : null;

    /// <summary>What stands in the way of a planned remap.</summary>
    private static string? Describe(RemapPlan plan) => plan switch
    {
        { HasConflicts: true } => "refused: not all can be merged",
        { Users.IsEmpty: false } => "busy: " + string.Join(", ", plan.UserNames),
        _ => null,
    };

    private static PathChange[] Paths(IEnumerable<RemapPath> paths) => [.. paths.Select(path => new PathChange(path.Path.ToString(), NameOf(path.Action), path.Detail))];

    private static string NameOf(RemapAction action) => action switch
    {
        RemapAction.Keep => "keep",
        RemapAction.Take => "take",
        RemapAction.Merge => "merge",
        RemapAction.Restore => "restore",
        RemapAction.Rebuild => "rebuild",
        RemapAction.Conflict => "conflict",
        _ => throw new ArgumentOutOfRangeException(nameof(action)),
    };

    private static WhenBusy WhenBusyOf(bool wait) => wait ? WhenBusy.Wait : WhenBusy.Fail;
}
