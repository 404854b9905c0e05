using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
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
    private readonly StoreLayout _layout = host.Layout;

    public LowerLayer Layers { get; } = new(host);

    public FileLock Lock(FileLockMode mode)
    {
        Directory.CreateDirectory(_layout.Locks);
        return FileLock.Acquire(Path.Combine(_layout.Locks, "mounts"), mode, "the views of this store", host.Patience);
    }

    public string PointOf(EnvironmentName name) => Path.Combine(_layout.EnvironmentOf(name.ToString()), "root");

    public MountedView? Find(EnvironmentName name) => Find(name, MountTable.At);

    /// <param name="at">What is mounted at a path.</param>
    public MountedView? Find(EnvironmentName name, Func<string, MountPoint?> at) => at(PointOf(name)) is { } mount ? Describe(mount, at) : null;

    /// <summary>Joins the mount if there is one, else makes it. The caller holds the environment's lock.</summary>
    public void EnsureMounted(ViewToMount view)
    {
        if (Find(view.Environment)?.Manifest != view.Manifest && EnsureMounted([view]).TryGetValue(view.Environment, out var failure))
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Joins or makes the mounts of several. The caller holds their locks.</summary>
    /// <returns>What went wrong, where something did.</returns>
    public IReadOnlyDictionary<EnvironmentName, EzException> EnsureMounted(IReadOnlyList<ViewToMount> views)
    {
        // Before others are kept from mounting: it may take a while.
        foreach (var manifest in views.Select(view => view.Manifest).Distinct().ToList())
        {
            Layers.Make(manifest);
        }

        using var only = Lock(FileLockMode.Exclusive);
        using var mounting = new ViewMounting(host, this);
        return mounting.Run(views);
    }

    /// <summary>Unmounts those that are mounted. The caller holds their locks exclusively.</summary>
    /// <returns>Whether it was mounted, or why it could not be unmounted: <see cref="BusyEnvironmentException"/> names the processes.</returns>
    public IReadOnlyDictionary<EnvironmentName, UnmountedView> Unmount(IReadOnlyList<EnvironmentName> names)
    {
        using var only = Lock(FileLockMode.Exclusive);
        var unmounted = new ViewUnmounting(host, this).Run(names);

        // Also where there was none: somebody may have unmounted it by hand.
        SweepShared();
        return unmounted;
    }

    /// <summary>Processes in the view now; empty if it is not mounted.</summary>
    public ImmutableArray<int> UsersOf(EnvironmentName name) => Find(name) is { } view ? ProcessPlaces.Look().LivingOn(view.Mount.Device) : [];

    /// <summary>Unmounts shared overlays that no environment stands on, and then images. They are counted by looking, so a crash leaves no wrong number.</summary>
    public void SweepShared()
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

    private MountedView Describe(MountPoint mount, Func<string, MountPoint?> at)
    {
        var lower = mount.Option("lowerdir") ?? "";
        if (LowerLayer.Parse(lower) is { } layer)
        {
            return new MountedView(mount, layer.Manifest, ViewForm.OneOverlay, layer.Kind);
        }

        var shared = Path.Combine(_layout.Root, lower);
        var below = at(shared)?.Option("lowerdir") ?? "";
        var form = below.Contains("::", StringComparison.Ordinal) ? ViewForm.TwoOverlays : ViewForm.TwoOverlaysMerged;
        return new MountedView(mount, DigestAfter(lower, "store/views/"), form, LowerLayer.Parse(below)?.Kind);
    }

    private static Sha256Digest? DigestAfter(string lower, string prefix)
    {
        var hex = lower.Length >= prefix.Length + 64 ? lower.AsSpan(prefix.Length, 64) : [];
        return lower.StartsWith(prefix, StringComparison.Ordinal) && Sha256Digest.TryParse(hex, out var digest) ? digest : null;
    }
}
