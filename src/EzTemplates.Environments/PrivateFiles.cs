using EzTemplates.Domain;
using EzTemplates.Store;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>Writes files into a private area in which nothing is yet, with the folders that lead to them as the version has them.</summary>
internal static class PrivateFiles
{
    private const int Searchable = 0b111_101_101;

    /// <summary>What the version has no folder for is left out.</summary>
    public static void Write(string area, Manifest manifest, IEnumerable<PrivateFile> files)
    {
        var folders = new SortedDictionary<TreePath, ManifestEntry>();
        foreach (var file in files.Where(file => TryMakeFolders(area, manifest, file.Path.Parent, folders)))
        {
            var place = Path.Combine(area, file.Path.Relative);
            StoreFile.WriteNew(place, file.Content());
            Libc.ChangeMode(null, place, file.Mode);
        }

        foreach (var (path, entry) in folders.Reverse())
        {
            FolderMetadata.Take(Path.Combine(area, path.Relative), entry);
        }
    }

    private static bool TryMakeFolders(string area, Manifest manifest, TreePath path, SortedDictionary<TreePath, ManifestEntry> made)
    {
        if (path.IsRoot || made.ContainsKey(path))
        {
            return true;
        }

        if (manifest.Find(path) is not { Type: EntryType.Directory } entry || !TryMakeFolders(area, manifest, path.Parent, made))
        {
            return false;
        }

        Libc.MakeFolder(null, Path.Combine(area, path.Relative), Searchable);
        made.Add(path, entry);
        return true;
    }
}
