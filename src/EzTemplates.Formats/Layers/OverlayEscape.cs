using EzTemplates.Domain;

namespace EzTemplates.Formats.Layers;

/// <summary>
/// What in a manifest would steer the overlay that shows it, in the form that overlayfs keeps for layers which are shown by another
/// overlay (Documentation/filesystems/overlayfs.rst, "Nesting overlayfs mounts"; composefs does the same). Attributes of overlayfs
/// get a second <c>overlay.</c>, which the view takes off; a whiteout is an empty file with an attribute, in a folder that says so.
/// A view of two overlays takes it off twice, so there such attributes do not show; nothing outside the layer is reached.
/// </summary>
public static class OverlayEscape
{
    /// <summary>The attributes' prefix where root mounts the view.</summary>
    public const string TrustedPrefix = "trusted.overlay.";

    private const string Nested = "overlay.";

    /// <param name="prefix">Of the attributes that the view's overlay goes by.</param>
    /// <returns>The manifest itself if there is nothing to escape.</returns>
    public static Manifest Apply(Manifest manifest, string prefix = TrustedPrefix)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var entries = manifest.Entries;
        var holders = entries.Where(IsWhiteout).Select(entry => entry.Path.Parent).ToHashSet();
        if (holders.Count == 0 && !entries.Any(entry => entry.Xattrs.Any(xattr => IsSteering(xattr, prefix))))
        {
            return manifest;
        }

        return new Manifest([.. entries.Select(entry => Escape(entry, prefix, holders.Contains(entry.Path)))]);
    }

    /// <returns>What a view calls an attribute of its layers; null for those by which its overlay steers, which no view shows.</returns>
    public static string? NameInView(string name, string prefix)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(prefix);
        return !name.StartsWith(prefix, StringComparison.Ordinal) ? name
            : name.AsSpan(prefix.Length).StartsWith(Nested, StringComparison.Ordinal) ? prefix + name[(prefix.Length + Nested.Length)..]
            : null;
    }

    /// <summary>A device that overlayfs reads as "there is nothing here".</summary>
    public static bool IsWhiteout(ManifestEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.Type == EntryType.CharacterDevice && entry.Device == default;
    }

    private static bool IsSteering(ExtendedAttribute xattr, string prefix) => xattr.Name.StartsWith(prefix, StringComparison.Ordinal);

    private static ManifestEntry Escape(ManifestEntry entry, string prefix, bool holdsWhiteouts)
    {
        var xattrs = entry.Xattrs.Select(xattr => IsSteering(xattr, prefix) ? xattr with { Name = prefix + Nested + xattr.Name[prefix.Length..] } : xattr).ToList();
        if (IsWhiteout(entry))
        {
            xattrs.Add(new ExtendedAttribute(prefix + Nested + "whiteout", []));
            entry = entry with { Type = EntryType.File, Content = Sha256Digest.Of([]) };
        }

        // A folder that is opaque by the manifest's own word stays so: nothing below it shows, whited out or not.
        var opaque = prefix + Nested + "opaque";
        if (holdsWhiteouts && !xattrs.Exists(xattr => xattr.Name == opaque))
        {
            xattrs.Add(new ExtendedAttribute(opaque, [(byte)'x']));
        }

        return entry with { Xattrs = [.. xattrs.OrderBy(xattr => xattr.Name, StringComparer.Ordinal)] };
    }
}
