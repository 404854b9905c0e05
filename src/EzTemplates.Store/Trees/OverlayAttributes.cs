using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats.Layers;
using EzTemplates.Store.Native;

namespace EzTemplates.Store;

/// <summary>The attributes by which overlayfs finds a file's bytes in another layer (Documentation/filesystems/overlayfs.rst, "Metadata only copy up").</summary>
public static class OverlayAttributes
{
    public const string Prefix = OverlayEscape.TrustedPrefix;

    public static NativePath Metacopy { get; } = Prefix + "metacopy";

    public static NativePath Redirect { get; } = Prefix + "redirect";

    /// <summary>The value of <see cref="Redirect"/>: <c>/.ez-objects/ab/cdef...</c>.</summary>
    public static byte[] RedirectTo(Sha256Digest content) => Encoding.ASCII.GetBytes("/" + StoreLayout.RelativeObject(content));
}
