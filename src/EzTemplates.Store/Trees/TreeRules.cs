using EzTemplates.Domain;

namespace EzTemplates.Store;

/// <summary>
/// What must hold before a manifest may become a tree: then no path can lead out of it, since every parent is a folder that the
/// tree itself makes.
/// </summary>
internal static class TreeRules
{
    public static void Check(Manifest manifest)
    {
        var folders = new HashSet<TreePath> { TreePath.Root };
        foreach (var entry in manifest.Entries)
        {
            if (!folders.Contains(entry.Path.Parent))
            {
                throw Refused(entry, $"`{entry.Path.Parent}` is no folder of it");
            }

            if (entry.Type == EntryType.Directory)
            {
                folders.Add(entry.Path);
            }

            CheckEntry(manifest, entry);
        }
    }

    private static void CheckEntry(Manifest manifest, ManifestEntry entry)
    {
        if (entry.Path.Latin1 == "/" + StoreLayout.ObjectsName)
        {
            throw Refused(entry, "that name is where a view keeps its objects");
        }

        if (entry.Type == EntryType.File && (entry.Content is null || entry.Size < 0))
        {
            throw Refused(entry, "it names no content");
        }

        if (entry.Type is EntryType.CharacterDevice && entry.Device == default)
        {
            throw Refused(entry, "a character device 0:0 is a whiteout");
        }

        if (entry.Type == EntryType.HardLink
            && (!TreePath.TryParse(entry.Target, out var target) || manifest.Find(target)?.Type != EntryType.File))
        {
            throw Refused(entry, $"it is a hard link to `{TreePath.Display(entry.Target)}`, which is no file of it");
        }

        foreach (var xattr in entry.Xattrs)
        {
            if (OverlayAttributes.IsReserved(xattr.Name))
            {
                throw Refused(entry, $"its attribute `{TreePath.Display(xattr.Name)}` would steer the overlay");
            }
        }
    }

    private static EzException Refused(ManifestEntry entry, string why) =>
        new(FailureKind.Untrusted, $"`{entry.Path}` cannot stand in a template's tree: {why}");
}
