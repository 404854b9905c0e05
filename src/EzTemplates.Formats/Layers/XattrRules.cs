using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Formats.Layers;

/// <summary>Which extended attributes Linux keeps (xattr(7)), and within which bounds every form of a layer holds them.</summary>
public static class XattrRules
{
    private const int LongestName = 255;
    private const int LongestValue = 0xffff;

    // 16 bits count an EROFS inode's attributes in words; overlayfs adds its own, which escaping may lengthen.
    private const int MostBytes = 200_000;

    private static readonly string[] Namespaces = ["user.", "trusted.", "security."];
    private static readonly string[] Lists = ["system.posix_acl_access", "system.posix_acl_default"];

    public static string? TroubleWith(ImmutableArray<ExtendedAttribute> xattrs)
    {
        var total = 0L;
        foreach (var (name, value) in xattrs)
        {
            var shown = $"its attribute `{TreePath.Display(name)}`";
            if (!Lists.Contains(name) && !Namespaces.Any(prefix => name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.Ordinal)))
            {
                return $"{shown} is none that Linux keeps";
            }

            // Room for a second `overlay.`.
            if (name.Length > LongestName - 8 || value.Length > LongestValue || name.Contains('\0', StringComparison.Ordinal))
            {
                return $"{shown} is longer than Linux allows";
            }

            total += name.Length + value.Length + 8;
        }

        return total > MostBytes ? $"its attributes take {total} bytes, more than {MostBytes}" : null;
    }
}
