using System.Globalization;
using EzTemplates.Domain;
using EzTemplates.Environments.Native;
using EzTemplates.Store;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <param name="BeforeMount">What is still to be done to the private area, if the view is not mounted yet.</param>
internal sealed record ViewToMount(EnvironmentName Environment, Sha256Digest Manifest, Action BeforeMount);

/// <summary>
/// Mounts several views with one look at the processes, and with a look at the table of mounts for each manifest, not for each view.
/// The caller has the mounts' lock exclusively.
/// </summary>
internal sealed class ViewMounting(EnvironmentHost host, ViewMounts views) : IDisposable
{
    private const string OverlayName = "overlay";
    private const int OwnerOnly = 0b111_000_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly StoreLayout _layout = host.Layout;
    private readonly StoreMount _mount = new(host.Layout);
    private readonly Dictionary<EnvironmentName, EzException> _failures = [];
    private readonly Dictionary<Sha256Digest, ReadyLayer> _layers = [];
    private readonly HashSet<(Sha256Digest Manifest, string Options)> _shared = [];

    /// <returns>What went wrong, where something did.</returns>
    public IReadOnlyDictionary<EnvironmentName, EzException> Run(IReadOnlyList<ViewToMount> all)
    {
        var missing = Missing(all);
        RefuseOtherNamespaces(missing);
        foreach (var view in missing)
        {
            Try(view, () => Make(view));
        }

        if (missing.Count > 0)
        {
            CheckThere(missing);
        }

        if (_failures.Count > 0)
        {
            views.SweepShared();
        }

        return _failures;
    }

    public void Dispose() => _mount.Dispose();

    /// <summary>Those that show something else are unmounted on the way.</summary>
    private List<ViewToMount> Missing(IReadOnlyList<ViewToMount> all)
    {
        var table = MountTable.ByPoint();
        var missing = all.Where(view => views.Find(view.Environment, table.GetValueOrDefault)?.Manifest != view.Manifest).ToList();
        var wrong = missing.Select(view => view.Environment).Where(name => table.ContainsKey(views.PointOf(name))).ToList();
        foreach (var (name, unmounted) in wrong.Count == 0 ? [] : new ViewUnmounting(host, views).Run(wrong))
        {
            if (unmounted.Failure is not null)
            {
                _failures[name] = unmounted.Failure;
            }
        }

        return missing;
    }

    private void Make(ViewToMount view)
    {
        view.BeforeMount();
        if (!_layers.TryGetValue(view.Manifest, out var layer))
        {
            layer = _layers[view.Manifest] = views.Layers.Ensure(view.Manifest);
        }

        MountOn(layer, view.Environment, view.Manifest);
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
            MountOn(_layers[manifest] = views.Layers.Tree(manifest), name, manifest);
            return;
        }

        if (result.Failed)
        {
            throw new EzException(
                FailureKind.Environment,
                $"cannot mount the view of `{name}`: {Linux.Message(result.Errno)}",
                result.Errno == Errno.NotPermitted ? "run as root" : "dmesg | tail says what the kernel found wrong");
        }
    }

    private NativeResult MountShared(Sha256Digest manifest, string options)
    {
        if (_shared.Contains((manifest, options)))
        {
            return default;
        }

        var point = Path.Combine(_layout.Root, ViewForms.SharedPoint(manifest));
        if (MountTable.OfThisProcess().FirstOrDefault(mount => mount.Point == point) is { } there)
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
        var result = Mount(options, ViewForms.SharedPoint(manifest), StoreMount.SharedFlags);
        if (!result.Failed)
        {
            _shared.Add((manifest, options));
        }

        return result;
    }

    private NativeResult Mount(string options, string point, MountFlags flags) => _mount.Run(OverlayName, point, OverlayName, flags, options);

    private void RefuseOtherNamespaces(List<ViewToMount> missing)
    {
        if (missing.Count == 0)
        {
            return;
        }

        // A sandbox of another store, which is being made just now, has copies of our mounts for a moment.
        var patience = new HolderPatience(host.Clock);
        var elsewhere = ViewUsers.MountsElsewhere(_layout.Environments + "/");
        while (patience.IsWorthWaiting(HoldersOf(missing, elsewhere)))
        {
            host.Patience.Cancellation.WaitHandle.WaitOne(Pause);
            host.Patience.Cancellation.ThrowIfCancellationRequested();
            elsewhere = ViewUsers.MountsElsewhere(_layout.Environments + "/");
        }

        foreach (var view in missing)
        {
            if (elsewhere.TryGetValue(views.PointOf(view.Environment), out var pid))
            {
                _failures.TryAdd(view.Environment, new EzException(
                    FailureKind.Environment,
                    $"the view of `{view.Environment}` is mounted in another mount namespace (process {ViewUsers.Describe(pid)}), and cannot be mounted twice",
                    $"run ez there: nsenter --mount --target {pid.ToString(CultureInfo.InvariantCulture)} ez ..."));
            }
        }
    }

    private HashSet<int> HoldersOf(List<ViewToMount> missing, Dictionary<string, int> elsewhere) =>
        [.. missing.Select(view => elsewhere.GetValueOrDefault(views.PointOf(view.Environment))).Where(pid => pid != 0)];

    private void CheckThere(List<ViewToMount> made)
    {
        var table = MountTable.ByPoint();
        foreach (var view in made.Where(view => !table.ContainsKey(views.PointOf(view.Environment))))
        {
            _failures.TryAdd(view.Environment, new EzException(
                FailureKind.Environment, $"the view of `{view.Environment}` was mounted and is gone again", "look who unmounts it: findmnt, systemd-analyze"));
        }
    }

    private void Try(ViewToMount view, Action step)
    {
        if (_failures.ContainsKey(view.Environment))
        {
            return;
        }

        try
        {
            step();
        }
        catch (Exception caught) when (EnvironmentFailure.Of(view.Environment, caught) is { } failure)
        {
            _failures[view.Environment] = failure;
        }
    }
}
