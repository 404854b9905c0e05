using EzTemplates.Domain;

namespace EzTemplates.Formats.Layers;

/// <summary>
/// What must hold before a manifest may become a metadata layer: no path can lead out of it, since every parent is a folder of its
/// own, and each field fits every form of a layer.
/// </summary>
public static class LayerRules
{
    private const int LongestName = 255;
    private const int LongestTarget = 4095;

    // What new_encode_dev has room for (linux/kdev_t.h).
    private const uint HighestMajor = 0xfff;
    private const uint HighestMinor = 0xfffff;

    /// <exception cref="EzException">Untrusted: names the path and what is wrong with it.</exception>
    public static void Check(Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var folders = new HashSet<string>(StringComparer.Ordinal) { "/" };
        var known = folders.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var entry in manifest.Entries)
        {
            var path = entry.Path.Latin1;
            var slash = path.LastIndexOf('/');
            if (!known.Contains(path.AsSpan(0, Math.Max(slash, 1))))
            {
                throw Refused(entry, $"`{entry.Path.Parent}` is no folder of it");
            }

            if (path.Length - slash - 1 > LongestName)
            {
                throw Refused(entry, $"its name has more than {LongestName} bytes");
            }

            if (entry.Type == EntryType.Directory)
            {
                folders.Add(path);
            }

            if (TroubleWith(entry, manifest) is { } trouble)
            {
                throw Refused(entry, trouble);
            }
        }
    }

    private static string? TroubleWith(ManifestEntry entry, Manifest manifest) => entry.Type switch
    {
        _ when entry.Path.Latin1 == "/" + ObjectPath.Folder => "that name is where a view keeps its objects",
        EntryType.File when entry.Content is null || entry.Size < 0 => "it names no content",
        EntryType.HardLink when !TreePath.TryParse(entry.Target, out var target) || manifest.Find(target)?.Type != EntryType.File =>
            $"it is a hard link to `{TreePath.Display(entry.Target)}`, which is no file of it",
        EntryType.Symlink when entry.Target.Length is 0 or > LongestTarget => $"its target has {entry.Target.Length} bytes; a link holds 1 to {LongestTarget}",
        EntryType.CharacterDevice or EntryType.BlockDevice when entry.Device.Major > HighestMajor || entry.Device.Minor > HighestMinor =>
            $"Linux has no device {entry.Device}",
        _ => entry.Xattrs.IsEmpty ? null : XattrRules.TroubleWith(entry.Xattrs),
    };

    private static EzException Refused(ManifestEntry entry, string why) =>
        new(FailureKind.Untrusted, $"`{entry.Path}` cannot stand in a template's tree: {why}");
}
