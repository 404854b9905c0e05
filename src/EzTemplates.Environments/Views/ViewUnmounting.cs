using System.Collections.Immutable;
using System.Runtime.InteropServices;
using EzTemplates.Domain;
using EzTemplates.Environments.Native;

namespace EzTemplates.Environments;

/// <summary>What became of a view that was to be unmounted.</summary>
internal readonly record struct UnmountedView(bool WasMounted, EzException? Failure);

/// <summary>Unmounts several views with one look at the table of mounts and one at the processes. The caller has the mounts' lock.</summary>
internal sealed class ViewUnmounting(EnvironmentHost host, ViewMounts views)
{
    private static readonly TimeSpan DyingTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PassingTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private long? _waitingSince;

    public Dictionary<EnvironmentName, UnmountedView> Run(IReadOnlyList<EnvironmentName> names)
    {
        var table = MountTable.ByPoint();
        var mounted = names.Where(name => table.ContainsKey(views.PointOf(name))).ToDictionary(name => name, name => table[views.PointOf(name)]);
        var users = mounted.Count == 0 ? null : UsersWithoutDying([.. mounted.Values]);
        return names.ToDictionary(name => name, name => mounted.TryGetValue(name, out var mount)
            ? Unmount(name, mount, users!.LivingOn(mount.Device), table.Keys.Any(point => point.StartsWith(mount.Point + "/", StringComparison.Ordinal)))
            : default);
    }

    /// <summary>
    /// Whoever ran `exec` in a view was killed just now if its lock could be taken: its sandbox is dying, and still has the view. In a
    /// namespace of its own it would not make our mount busy, and the private area would stay under two mounts.
    /// </summary>
    private ProcessPlaces UsersWithoutDying(ImmutableArray<MountPoint> mounts)
    {
        var started = host.Clock.GetTimestamp();
        while (true)
        {
            var places = ProcessPlaces.Look();
            var users = mounts.Select(mount => places.LivingOn(mount.Device)).Where(found => !found.IsEmpty).ToList();
            if (users.Count == 0 || host.Clock.GetElapsedTime(started) > DyingTime)
            {
                return places;
            }

            // A person's shell and a container's processes go on; then there is nothing to wait for.
            var living = LivingPidNamespaces.Look();
            if (!users.Exists(found => !found.Any(living.Has)))
            {
                return places;
            }

            host.Patience.Cancellation.WaitHandle.WaitOne(Pause);
        }
    }

    private UnmountedView Unmount(EnvironmentName name, MountPoint mount, ImmutableArray<int> users, bool hasMountsBelow)
    {
        if (!users.IsEmpty)
        {
            return new UnmountedView(false, BusyEnvironmentException.For(name, [.. users.Select(ViewUsers.Describe)]));
        }

        while (true)
        {
            // Never lazily (MNT_DETACH): the upper directory would live on under a mount that nobody can see.
            if (Linux.Unmount(mount.Point, 0) == 0)
            {
                return new UnmountedView(true, null);
            }

            var errno = Marshal.GetLastPInvokeError();
            if (errno != Errno.Busy)
            {
                return new UnmountedView(false, new EzException(FailureKind.Environment, $"cannot unmount the view of `{name}`: {Linux.Message(errno)}"));
            }

            // Whoever makes a namespace just now has all mounts for a moment, and so has a process between its last close and its end.
            var holders = ViewUsers.Holding(mount);
            if (!holders.IsEmpty || hasMountsBelow || HasWaitedLong())
            {
                return new UnmountedView(false, BusyEnvironmentException.For(name, [.. holders.Select(ViewUsers.Describe)]));
            }

            host.Patience.Cancellation.WaitHandle.WaitOne(Pause);
        }
    }

    /// <summary>All views of the batch together: nobody else mounts or unmounts meanwhile.</summary>
    private bool HasWaitedLong()
    {
        _waitingSince ??= host.Clock.GetTimestamp();
        return host.Clock.GetElapsedTime(_waitingSince.Value) > PassingTime || host.Patience.Cancellation.IsCancellationRequested;
    }
}
