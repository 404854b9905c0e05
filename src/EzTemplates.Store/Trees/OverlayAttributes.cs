using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats.Layers;
using EzTemplates.Store.Native;

namespace EzTemplates.Store;

/// <summary>The attributes by which overlayfs finds a file's bytes in another layer (Documentation/filesystems/overlayfs.rst, "Metadata only copy up").</summary>
public sealed class OverlayAttributes
{
    private const string UserPrefix = "user.overlay.";

    private OverlayAttributes(string prefix) =>
        (Prefix, Metacopy, Redirect, Opaque, Origin) = (prefix, prefix + "metacopy", prefix + "redirect", prefix + "opaque", prefix + "origin");

    /// <summary>Those that only root of the machine may set and see.</summary>
    public static OverlayAttributes Trusted { get; } = new(OverlayEscape.TrustedPrefix);

    /// <summary>Those that an overlay with <c>userxattr</c> follows, as one in a user namespace must.</summary>
    public static OverlayAttributes OfUsers { get; } = new(UserPrefix);

    public string Prefix { get; }

    public NativePath Metacopy { get; }

    public NativePath Redirect { get; }

    /// <summary>On a folder: nothing of lower layers shows in it.</summary>
    public NativePath Opaque { get; }

    /// <summary>On a folder: it was copied up, so that it may hold whiteouts.</summary>
    public NativePath Origin { get; }

    /// <summary>The value of <see cref="Redirect"/>: <c>/.ez-objects/ab/cdef...</c>.</summary>
    public static byte[] RedirectTo(Sha256Digest content) => Encoding.ASCII.GetBytes("/" + StoreLayout.RelativeObject(content));
}
