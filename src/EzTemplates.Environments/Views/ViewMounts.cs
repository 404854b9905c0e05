using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Environments.Native;
using EzTemplates.Store;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>A view as it is mounted.</summary>
internal sealed record MountedView(MountPoint Mount, Sha256Digest? Manifest, ViewForm Form, LayerKind? Layer);

/// <summary>
/// The mounts of a store's environments: one overlay each, at <c>environments/NAME/root</c>, made when first needed and joined by
/// later commands (one upper directory under two mounts is undefined). All changes are made under one lock, <c>locks/mounts</c>;
/// a sandbox that copies the table of mounts holds it shared until it has let go of all but its own.
/// </summary>
internal sealed class ViewMounts(EnvironmentHost host)
{
    private const string OverlayName = "overlay";
    private const int OwnerOnly = 0b111_000_000;
    private static readonly TimeSpan DyingTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MakingTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly StoreLayout _layout = host.Layout;

    public LowerLayer Layers { get; } = new(host);

    public FileLock Lock(FileLockMode mode)
    {
        Directory.CreateDirectory(_layout.Locks);
        return FileLock.Acquire(Path.Combine(_layout.Locks, "mounts"), mode, "the views of this store", host.Patience);
    }

    public string PointOf(EnvironmentName name) => Path.Combine(_layout.EnvironmentOf(name.ToString()), "root");

    public MountedView? Find(EnvironmentName name)
    {
        var table = MountTable.OfThisProcess();
        var point = PointOf(name);
        return table.LastOrDefault(mount => mount.Point == point) is { } mount ? Describe(mount, table) : null;
    }

    /// <summary>Joins the mount if there is one, else makes it. The caller holds the environment's lock.</summary>
    public MountedView EnsureMounted(EnvironmentName name, Sha256Digest manifest, Action beforeMount)
    {
        if (Find(name) is { } joined && joined.Manifest == manifest)
        {
            return joined;
        }

        using var only = Lock(FileLockMode.Exclusive);
        if (Find(name) is { } mounted)
        {
            if (mounted.Manifest == manifest)
            {
                return mounted;
            }

            UnmountNow(name, mounted);
        }

        RefuseOtherNamespace(name);
        beforeMount();
        try
        {
            MountOn(Layers.Ensure(manifest), name, manifest);
        }
        catch
        {
            SweepShared();
            throw;
        }

        return Find(name) ?? throw new EzException(FailureKind.Environment, $"the view of `{name}` was mounted and is gone again", "look who unmounts it: findmnt, systemd-analyze");
    }

    /// <summary>
    /// Some kernels count an image as a level of their own, and stack no more than two: over an image, a form of two overlays does not
    /// go there, and over a tree it does.
    /// </summary>
    private void MountOn(ReadyLayer layer, EnvironmentName name, Sha256Digest manifest)
    {
        var form = host.Form;
        var result = form.SharedOptions(layer) is { } shared ? MountShared(manifest, shared) : default;
        if (!result.Failed)
        {
            result = Mount(form.UpperOptions(layer, manifest, name, host.Ids.Overlay), $"environments/{name}/root", MountFlags.NoSetId | MountFlags.NoDevices);
        }

        if (result.Errno == Errno.Invalid && layer.Kind == LayerKind.Image && form != ViewForm.OneOverlay && host.ForcedLayer is null)
        {
            MountOn(Layers.Tree(manifest), name, manifest);
            return;
        }

        Check(result, name.ToString());
    }

    /// <returns>False if it was not mounted.</returns>
    /// <exception cref="EzException">Environment: in use; names the processes.</exception>
    public bool Unmount(EnvironmentName name)
    {
        using var only = Lock(FileLockMode.Exclusive);
        if (Find(name) is not { } mounted)
        {
            // Somebody may have unmounted it by hand.
            SweepShared();
            return false;
        }

        UnmountNow(name, mounted);
        return true;
    }

    /// <summary>Processes in the view now; empty if it is not mounted.</summary>
    public ImmutableArray<int> UsersOf(EnvironmentName name) => Find(name) is { } view ? ViewUsers.LivingOn(view.Mount.Device) : [];

    private void UnmountNow(EnvironmentName name, MountedView mounted)
    {
        // Whoever ran `exec` here was killed just now if its lock could be taken: its sandbox is dying, and still has the view. In a
        // namespace of its own it would not make our mount busy, and the private area would stay under two mounts.
        var deadline = host.Clock.GetTimestamp();
        ImmutableArray<int> users;
        while (!(users = ViewUsers.LivingOn(mounted.Mount.Device)).IsEmpty)
        {
            if (host.Clock.GetElapsedTime(deadline) > DyingTime || !AreDying(users))
            {
                throw BusyEnvironmentException.For(name, [.. users.Select(ViewUsers.Describe)]);
            }

            host.Patience.Cancellation.WaitHandle.WaitOne(Pause);
        }

        // Never lazily (MNT_DETACH): the upper directory would live on under a mount that nobody can see.
        if (Linux.Unmount(mounted.Mount.Point, 0) != 0)
        {
            var errno = System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
            throw errno == Errno.Busy
                ? BusyEnvironmentException.For(name, [.. ViewUsers.Holding(mounted.Mount).Select(ViewUsers.Describe)])
                : new EzException(FailureKind.Environment, $"cannot unmount the view of `{name}`: {Linux.Message(errno)}");
        }

        SweepShared();
    }

    /// <summary>A sandbox's processes lose pid 1 when its `ez` ends; a person's shell in the view has the host's pid namespace.</summary>
    private static bool AreDying(ImmutableArray<int> users)
    {
        var ours = new FileInfo("/proc/self/ns/pid").LinkTarget;
        return users.All(pid =>
        {
            try
            {
                return new FileInfo($"/proc/{pid.ToString(System.Globalization.CultureInfo.InvariantCulture)}/ns/pid").LinkTarget != ours;
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                return true;
            }
        });
    }

    private NativeResult MountShared(Sha256Digest manifest, string options)
    {
        var point = Path.Combine(_layout.Root, ViewForms.SharedPoint(manifest));
        var table = MountTable.OfThisProcess();
        if (table.FirstOrDefault(mount => mount.Point == point) is { } there)
        {
            if (("," + options).EndsWith(",lowerdir=" + there.Option("lowerdir"), StringComparison.Ordinal))
            {
                return default;
            }

            // Of the other two-deep form, or over another layer. It may be covered: its users keep it alive without its name.
            _ = Linux.Unmount(point, 0);
        }

        Libc.TryMakeFolder(null, Path.GetDirectoryName(point)!, OwnerOnly);
        Libc.TryMakeFolder(null, point, OwnerOnly);
        return Mount(options, ViewForms.SharedPoint(manifest), StoreMount.SharedFlags);
    }

    /// <summary>Unmounts shared overlays that no environment stands on, and then images. They are counted by looking, so a crash leaves no wrong number.</summary>
    private void SweepShared()
    {
        var table = MountTable.OfThisProcess();
        var shared = Path.Combine(_layout.Store, "views") + "/";
        var environments = _layout.Environments + "/";
        var used = table.Where(mount => mount.Point.StartsWith(environments, StringComparison.Ordinal)).Select(mount => mount.Option("lowerdir")).ToHashSet(StringComparer.Ordinal);
        foreach (var mount in table.Where(mount => mount.Point.StartsWith(shared, StringComparison.Ordinal)))
        {
            if (!used.Contains("store/views/" + mount.Point[shared.Length..]) && Linux.Unmount(mount.Point, 0) == 0)
            {
                Libc.TryRemoveFolder(null, mount.Point);
            }
        }

        Layers.Sweep();
    }

    private void RefuseOtherNamespace(EnvironmentName name)
    {
        // A sandbox of another store, which is being made just now, has copies of our mounts for a moment.
        var started = host.Clock.GetTimestamp();
        int? found;
        while ((found = ViewUsers.WithMountAt(PointOf(name))) is not null && host.Clock.GetElapsedTime(started) < MakingTime)
        {
            host.Patience.Cancellation.WaitHandle.WaitOne(Pause);
        }

        if (found is { } pid)
        {
            throw new EzException(
                FailureKind.Environment,
                $"the view of `{name}` is mounted in another mount namespace (process {ViewUsers.Describe(pid)}), and cannot be mounted twice",
                $"run ez there: nsenter --mount --target {pid.ToString(System.Globalization.CultureInfo.InvariantCulture)} ez ...");
        }
    }

    private NativeResult Mount(string options, string point, MountFlags flags) => StoreMount.Run(_layout, OverlayName, point, OverlayName, flags, options);

    private static void Check(NativeResult result, string subject)
    {
        if (result.Failed)
        {
            throw new EzException(
                FailureKind.Environment,
                $"cannot mount the view of `{subject}`: {Linux.Message(result.Errno)}",
                result.Errno == Errno.NotPermitted ? "run as root" : "dmesg | tail says what the kernel found wrong");
        }
    }

    private MountedView Describe(MountPoint mount, ImmutableArray<MountPoint> table)
    {
        var lower = mount.Option("lowerdir") ?? "";
        if (LowerLayer.Parse(lower) is { } layer)
        {
            return new MountedView(mount, layer.Manifest, ViewForm.OneOverlay, layer.Kind);
        }

        var shared = Path.Combine(_layout.Root, lower);
        var below = table.LastOrDefault(other => other.Point == shared)?.Option("lowerdir") ?? "";
        var form = below.Contains("::", StringComparison.Ordinal) ? ViewForm.TwoOverlays : ViewForm.TwoOverlaysMerged;
        return new MountedView(mount, DigestAfter(lower, "store/views/"), form, LowerLayer.Parse(below)?.Kind);
    }

    private static Sha256Digest? DigestAfter(string lower, string prefix)
    {
        var hex = lower.Length >= prefix.Length + 64 ? lower.AsSpan(prefix.Length, 64) : [];
        return lower.StartsWith(prefix, StringComparison.Ordinal) && Sha256Digest.TryParse(hex, out var digest) ? digest : null;
    }
}
