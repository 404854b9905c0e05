using EzTemplates.Domain;
using EzTemplates.Environments.Native;
using EzTemplates.Store;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>A manifest's metadata layer, ready for an overlay.</summary>
/// <param name="Path">Relative to the store's root, as <c>lowerdir</c> takes it.</param>
internal sealed record ReadyLayer(string Path, LayerKind Kind);

/// <summary>
/// Answers with the lower layer of a manifest, made if the store lacks it and mounted if it is an image. An image is mounted once for
/// all views on it, at <c>store/layers/DIGEST</c>. An overlay keeps the layers that it has, whatever becomes of their mounts here.
/// </summary>
internal sealed class LowerLayer(EnvironmentHost host)
{
    private const string Trees = "store/trees/";
    private const string Copies = "store/copies/";
    private const string Mounted = "store/layers/";
    internal const string FileSystem = "erofs";
    private const int OwnerOnly = 0b111_000_000;

    /// <summary>erofs mounts from a file (fs/erofs/super.c, CONFIG_EROFS_FS_BACKED_BY_FILE).</summary>
    private static readonly System.Version FromFile = new(6, 12);

    private static readonly Lazy<LayerKind> Best = new(TryKernel);

    private readonly StoreLayout _layout = host.Layout;

    /// <summary>Images where root may mount them on this kernel.</summary>
    public static LayerKind OfThisKernel => Best.Value;

    /// <summary>The kind that a view gets, unless the kernel refuses it.</summary>
    public LayerKind Kind => host.Layer;

    /// <summary>Sees to it that the store has the layer; mounts nothing.</summary>
    public void Make(Sha256Digest manifest) => host.MakeLayer(manifest, Kind);

    /// <summary>The layer, made and mounted. The caller holds <see cref="ViewMounts.Lock"/> exclusively.</summary>
    /// <exception cref="EzException">Environment: an image was asked for by name, and cannot be mounted.</exception>
    public ReadyLayer Ensure(Sha256Digest manifest)
    {
        if (Kind == LayerKind.Copy)
        {
            host.MakeLayer(manifest, LayerKind.Copy);
            return new ReadyLayer(Copies + manifest, LayerKind.Copy);
        }

        if (Kind == LayerKind.Tree)
        {
            return Tree(manifest);
        }

        host.MakeLayer(manifest, LayerKind.Image);
        var result = MountImage(manifest);
        if (!result.Failed)
        {
            return new ReadyLayer(Mounted + manifest, LayerKind.Image);
        }

        return host.ForcedLayer is null && IsBeyondKernel(result.Errno) ? Tree(manifest) : throw new EzException(
            FailureKind.Environment,
            $"cannot mount the image `{_layout.ImageOf(manifest)}`: {Linux.Message(result.Errno)}",
            "EZ_VIEW_LAYER=tree shows the same without an image; dmesg | tail says what the kernel found wrong");
    }

    /// <summary>The layer as a tree, whatever this kernel can.</summary>
    public ReadyLayer Tree(Sha256Digest manifest)
    {
        host.MakeLayer(manifest, LayerKind.Tree);
        return new ReadyLayer(Trees + manifest, LayerKind.Tree);
    }

    /// <summary>What <see cref="ReadyLayer.Path"/> says, found in an overlay's options; null for anything else.</summary>
    public static (LayerKind Kind, Sha256Digest Manifest)? Parse(string lowerdir)
    {
        var (kind, prefix) = lowerdir.StartsWith(Mounted, StringComparison.Ordinal) ? (LayerKind.Image, Mounted)
            : lowerdir.StartsWith(Copies, StringComparison.Ordinal) ? (LayerKind.Copy, Copies)
            : (LayerKind.Tree, Trees);
        return lowerdir.StartsWith(prefix, StringComparison.Ordinal)
            && lowerdir.Length >= prefix.Length + 64
            && Sha256Digest.TryParse(lowerdir.AsSpan(prefix.Length, 64), out var manifest) ? (kind, manifest) : null;
    }

    /// <summary>
    /// Unmounts images that no overlay of this store stands on; options name them relative to the store, and another store may have the
    /// same manifest. They are found by looking, so a crash leaves no wrong number.
    /// </summary>
    public void Sweep()
    {
        var table = MountTable.OfThisProcess().Where(mount => mount.Point.StartsWith(_layout.Root + "/", StringComparison.Ordinal)).ToList();
        var used = table.Select(mount => mount.Option("lowerdir")).OfType<string>().Select(Parse).OfType<(LayerKind Kind, Sha256Digest Manifest)>()
            .Where(layer => layer.Kind == LayerKind.Image).Select(layer => layer.Manifest.ToString()).ToHashSet(StringComparer.Ordinal);
        var points = _layout.Layers + "/";
        foreach (var mount in table.Where(mount => mount.Point.StartsWith(points, StringComparison.Ordinal) && !used.Contains(mount.Point[points.Length..])))
        {
            if (Linux.Unmount(mount.Point, 0) == 0)
            {
                Libc.TryRemoveFolder(null, mount.Point);
            }
        }
    }

    private NativeResult MountImage(Sha256Digest manifest)
    {
        var point = Path.Combine(_layout.Root, Mounted + manifest);
        if (MountTable.OfThisProcess().Any(mount => mount.Point == point && mount.FileSystem == FileSystem))
        {
            return default;
        }

        Libc.TryMakeFolder(null, _layout.Layers, OwnerOnly);
        Libc.TryMakeFolder(null, point, OwnerOnly);
        using var mount = new StoreMount(_layout);
        var result = mount.Run(Path.GetRelativePath(_layout.Root, _layout.ImageOf(manifest)), Mounted + manifest, FileSystem, StoreMount.SharedFlags);
        if (result.Failed)
        {
            Libc.TryRemoveFolder(null, point);
        }

        return result;
    }

    /// <summary>Whether this failure is of an image alone, and nobody asked for one by name.</summary>
    public bool MayBeTree(NativeResult mounted) => mounted.Failed && host.ForcedLayer is null && IsBeyondKernel(mounted.Errno);

    /// <summary>No such file system, none from files, none of files on this file system: a tree does instead. A damaged image is told.</summary>
    private static bool IsBeyondKernel(int errno) =>
        errno is Errno.NoBlockDevice or Errno.NoDevice or Errno.Invalid or Errno.NotSupported or Errno.NotPermitted;

    /// <summary>fsopen(2) loads the module if there is one, and changes nothing. Root of another user namespace may not mount erofs, whatever it says.</summary>
    private static LayerKind TryKernel()
    {
        if (Environment.OSVersion.Version < FromFile || Libc.EffectiveUserId != 0 || !FirstUserNamespace.IsOurs)
        {
            return LayerKind.Tree;
        }

        using var text = new NativeText();
        var opened = NativeThread.Invoke(NativeThread.SystemCallOf(SystemCallNumber.OpenFileSystem, text.Of(FileSystem), StoreMount.CloseOnExec), out var errno);
        if (errno != 0)
        {
            return LayerKind.Tree;
        }

        NativeThread.Invoke(NativeThread.SystemCallOf(SystemCallNumber.Close, opened), out _);
        return LayerKind.Image;
    }
}
