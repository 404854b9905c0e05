using EzTemplates.Domain;

namespace EzTemplates.Store;

/// <summary>What a manifest's metadata layer is on the disk; views show the same over each.</summary>
public enum LayerKind
{
    /// <summary>A folder tree of paths without contents: any file system that holds <c>trusted.*</c> attributes, any kernel.</summary>
    Tree,

    /// <summary>One file, an EROFS image: the smallest. Mounted by root, from the file itself since Linux 6.12.</summary>
    Image,

    /// <summary>
    /// The tree with each file's own bytes, cloned where the file system can: for kernels whose overlays cannot take bytes from another
    /// layer. Made once per manifest; environments of one manifest share it, manifests share nothing but clones.
    /// </summary>
    Copy,
}

public static class LayerKinds
{
    /// <summary>The name that <c>EZ_VIEW_LAYER</c> and <c>ez env show</c> use.</summary>
    public static string NameOf(LayerKind kind) => kind switch
    {
        LayerKind.Image => "image",
        LayerKind.Copy => "copy",
        _ => "tree",
    };

    /// <summary>Whether the store has a layer of the manifest, of whatever kind.</summary>
    public static bool HasAny(StoreLayout layout, Sha256Digest manifest)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return Enum.GetValues<LayerKind>().Any(kind => StoreFile.Exists(layout.LayerOf(kind, manifest)));
    }

    /// <exception cref="EzException">Usage: no such kind.</exception>
    public static LayerKind? Parse(string? text) => text switch
    {
        null or "" => null,
        "image" => LayerKind.Image,
        "tree" => LayerKind.Tree,
        "copy" => LayerKind.Copy,
        _ => throw new EzException(FailureKind.Usage, $"`{text}` is no kind of a metadata layer", "use image, tree or copy"),
    };
}
