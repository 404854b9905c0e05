using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Store;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>
/// Points environments at other manifests: plans, then does. The one line that the history gains is the commit; before it the old
/// version shows, after it the new one, and nothing done before it changes what the old one shows.
/// </summary>
public sealed class Remapper(EnvironmentStore environments)
{
    /// <summary>For a dry run; takes no lock.</summary>
    public RemapPlan Plan(EnvironmentName name, Mapping to) => Judge(name, to) with { Users = environments.Views.UsersOf(name) };

    /// <returns>The line that the history gained; null where the environment maps to that already.</returns>
    /// <exception cref="BusyEnvironmentException">In use, and not to be waited for.</exception>
    /// <exception cref="EzException">Environment: refused because of <see cref="RemapPlan.Conflicts"/>; nothing was changed.</exception>
    public HistoryEntry? Remap(EnvironmentName name, Mapping to, RemapOptions? options = null)
    {
        options ??= RemapOptions.Default;
        if (environments.Current(name) == to)
        {
            // Nothing to do is not refused because something runs there.
            return null;
        }

        using var only = environments.LockExclusively(name, options.WhenBusy);
        return Execute(Judge(name, to), options);
    }

    /// <summary>Remaps to an earlier mapping of the environment's own history; needs no network.</summary>
    /// <param name="to">See <see cref="Mapping.IsNamed"/>; null is the mapping that the current one took the place of.</param>
    public HistoryEntry? Rollback(EnvironmentName name, string? to = null, WhenBusy whenBusy = WhenBusy.Fail)
    {
        var options = new RemapOptions { Action = MappingAction.Rollback, WhenBusy = whenBusy };
        using var only = environments.LockExclusively(name, whenBusy);
        return Execute(Judge(name, RollbackTarget(name, to)), options);
    }

    /// <summary>Where <see cref="Rollback"/> would go.</summary>
    /// <exception cref="EzException">Environment: there is nothing earlier, or nothing of that name.</exception>
    public Mapping RollbackTarget(EnvironmentName name, string? to = null)
    {
        var history = environments.History(name);
        if (to is not null)
        {
            return history.LastOrDefault(entry => entry.To.IsNamed(to))?.To ?? throw new EzException(
                FailureKind.Environment,
                $"environment `{name}` was never mapped to `{to}`; it was to {string.Join(", ", history.Select(entry => $"`{entry.To.Template}`").Distinct())}",
                $"ez env show {name}");
        }

        var earlier = Stack(history);
        return earlier.Count > 1 ? earlier[^2] : throw new EzException(
            FailureKind.Environment, $"environment `{name}` has nothing to roll back to: it has been `{earlier[^1].Template}` from the start", $"ez env show {name}");
    }

    /// <summary>The plan without the users, whom to find takes a look at every process of the host, and unmounting looks once more.</summary>
    private RemapPlan Judge(EnvironmentName name, Mapping to)
    {
        ArgumentNullException.ThrowIfNull(to);
        var from = environments.Current(name);
        ImmutableArray<TreePath> conflicts = [], dropped = [];
        if (from.Manifest != to.Manifest)
        {
            var read = environments.Host.ReadManifest;
            (conflicts, dropped) = PrivateCopies.Judge(environments.PrivateOf(name), read(from.Manifest), read(to.Manifest));
        }

        return new RemapPlan(name, from, to, conflicts, dropped, []);
    }

    /// <summary>Each mapping stands on the one it took the place of; a rollback takes off what stands above its target.</summary>
    internal static List<Mapping> Stack(ImmutableArray<HistoryEntry> history)
    {
        var stack = new List<Mapping>();
        foreach (var entry in history)
        {
            if (entry.Action == MappingAction.Rollback && stack.LastIndexOf(entry.To) is >= 0 and var depth)
            {
                stack.RemoveRange(depth + 1, stack.Count - depth - 1);
            }
            else
            {
                stack.Add(entry.To);
            }
        }

        return stack;
    }

    private HistoryEntry? Execute(RemapPlan plan, RemapOptions options)
    {
        if (plan.ChangesNothing)
        {
            return null;
        }

        if (!plan.Conflicts.IsEmpty)
        {
            throw plan.Refusal();
        }

        var name = plan.Environment;
        using var held = environments.Host.HoldStore();
        _ = environments.Host.ReadManifest(plan.To.Manifest);
        environments.Views.Layers.Make(plan.To.Manifest);
        var wasMounted = environments.UnmountOr(name, options.WhenBusy);

        // A remap that was killed after its commit may have left the private area behind; its note would be written over.
        environments.UnsettledOf(name).Settle();
        var entry = environments.Entry(environments.History(name)[^1].Number + 1, options.Action, plan.From, plan.To);
        try
        {
            Prepare(plan);
            EnvironmentHistory.Append(environments.HistoryOf(name), entry);
        }
        catch
        {
            environments.UnsettledOf(name).TrySettle();
            throw;
        }

        environments.UnsettledOf(name).Settle();
        if (wasMounted)
        {
            // Whoever was given the view's path goes on using it.
            environments.EnsureMounted(name);
        }

        return entry;
    }

    /// <summary>What may be done before the commit, since the old view shows the same after it.</summary>
    private void Prepare(RemapPlan plan)
    {
        var area = environments.PrivateOf(plan.Environment);
        var read = environments.Host.ReadManifest;

        // Those of long ago may have gone with a gc: a folder that only they had counts as the environment's own.
        var earlier = new Lazy<ImmutableArray<Manifest>>(() =>
        [
            .. environments.History(plan.Environment).Select(entry => entry.To.Manifest).Distinct()
                .Where(digest => StoreFile.Exists(environments.Host.Layout.ManifestOf(digest))).Select(digest => read(digest)),
        ]);
        PrivateCopies.Drop(area, plan.Dropped);
        PrivateArea.MakeIndependent(area, environments.Host.Ids.Overlay, read(plan.From.Manifest), path => earlier.Value.Any(manifest => manifest.Find(path)?.Type == EntryType.Directory));
        using (var work = Libc.OpenFolder(null, environments.WorkOf(plan.Environment)))
        {
            FolderRemoval.Empty(work);
        }

        environments.UnsettledOf(plan.Environment).Write(plan.From.Manifest, plan.To.Manifest);

        // The history's line must not outlive a power loss that this does not: an old copy would hide the new version's file.
        using var folder = Libc.OpenFolder(null, area);
        Libc.SyncFileSystem(folder);
    }
}
