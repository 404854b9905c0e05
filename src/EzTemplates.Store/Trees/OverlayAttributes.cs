using System.Text;
using EzTemplates.Domain;
using EzTemplates.Store.Native;

namespace EzTemplates.Store;

/// <summary>The attributes by which overlayfs finds a file's bytes in another layer (Documentation/filesystems/overlayfs.rst, "Metadata only copy up").</summary>
public static class OverlayAttributes
{
    public const string Prefix = "trusted.overlay.";

    public const string UserPrefix = "user.overlay.";

    public static NativePath Metacopy { get; } = Prefix + "metacopy";

    public static NativePath Redirect { get; } = Prefix + "redirect";

    /// <summary>The value of <see cref="Redirect"/>: <c>/.ez-objects/ab/cdef...</c>.</summary>
    public static byte[] RedirectTo(Sha256Digest content) => Encoding.ASCII.GetBytes("/" + StoreLayout.RelativeObject(content));

    /// <summary>Whether a name in a manifest would steer the overlay that shows the tree.</summary>
    public static bool IsReserved(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) || name.StartsWith(UserPrefix, StringComparison.Ordinal);
}
