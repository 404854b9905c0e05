using EzTemplates.Domain;
using EzTemplates.Environments.Native;
using EzTemplates.Store;

namespace EzTemplates.Environments;

/// <summary>
/// The mounts of a view that only one sandbox has. All of them are its own: an image and an overlay that others could share would stay
/// mounted when `ez` is killed. The thread's folder is the store's root, and all paths are relative to it.
/// </summary>
internal sealed class ThrowAwayMounts(EnvironmentStore environments)
{
    /// <param name="size">As tmpfs(5) takes it; null: half of the memory.</param>
    public static void MountMemory(SandboxThread thread, string area, string? size) =>
        thread.Mount("tmpfs", area, "tmpfs", MountFlags.NoSetId | MountFlags.NoDevices, "mode=700" + (size is null ? "" : $",size={size}"));

    /// <param name="area">An empty folder.</param>
    /// <param name="root">What the view's root directory looks like.</param>
    /// <param name="layerOf">Makes the metadata layer of a kind, and answers its path.</param>
    public void Show(SandboxThread thread, string area, ManifestEntry root, Func<LayerKind, string> layerOf)
    {
        foreach (var part in (ReadOnlySpan<string>)["upper", "work", "layer", "lower", "root", "dev"])
        {
            thread.MakeFolder($"{area}/{part}");
        }

        thread.TakeMetadata($"{area}/upper", root);
        var layers = environments.Views.Layers;
        var result = TryMount(thread, area, new ReadyLayer(layerOf(layers.Kind), layers.Kind));
        if (layers.Kind == LayerKind.Image && layers.MayBeTree(result))
        {
            result = TryMount(thread, area, new ReadyLayer(layerOf(LayerKind.Tree), LayerKind.Tree));
        }

        SandboxThread.Must("mount the view", result);
    }

    private NativeResult TryMount(SandboxThread thread, string area, ReadyLayer layer)
    {
        var form = environments.Host.Form;
        if (layer.Kind == LayerKind.Image)
        {
            var mounted = thread.TryMount(layer.Path, $"{area}/layer", LowerLayer.FileSystem, StoreMount.SharedFlags);
            if (mounted.Failed)
            {
                return mounted;
            }

            layer = layer with { Path = $"{area}/layer" };
        }

        var lower = form.LowerLayers(layer);
        if (form.SharedOptions(layer) is { } shared)
        {
            lower = $"{area}/lower";
            var mounted = thread.TryMount("overlay", lower, "overlay", StoreMount.SharedFlags, shared);
            if (mounted.Failed)
            {
                return mounted;
            }
        }

        return thread.TryMount("overlay", $"{area}/root", "overlay", MountFlags.NoDevices, ViewForms.ThrowAwayOptions(lower, $"{area}/upper", $"{area}/work", environments.Host.Ids.Overlay));
    }
}
