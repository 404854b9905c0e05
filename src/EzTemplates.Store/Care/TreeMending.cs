using EzTemplates.Domain;
using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Store;

/// <summary>
/// Mends a tree where it stands, from one that was made beside it: views may have it as their lower layer, and its root must stay the
/// same folder. A path that a view has looked up already shows the mended state when the kernel looks it up again.
/// </summary>
internal sealed class TreeMending(Manifest manifest, SafeFileHandle good, SafeFileHandle tree)
{
    private readonly HashSet<TreePath> _settled = [];
    private readonly SortedSet<TreePath> _unfinished = [];

    public void Mend(IEnumerable<TreePath> wrong)
    {
        foreach (var path in WithAllNames(manifest, wrong).Order())
        {
            if (!IsSettled(path))
            {
                MendOne(path);
            }
        }

        foreach (var folder in _unfinished.Reverse())
        {
            Finish(tree, manifest.Find(folder)!);
        }
    }

    /// <summary>Every name of a file with several goes along, or the two trees would share it.</summary>
    internal static HashSet<TreePath> WithAllNames(Manifest manifest, IEnumerable<TreePath> wrong)
    {
        var all = wrong.ToHashSet();
        var files = all.Select(path => manifest.Find(path) is { Type: EntryType.HardLink } link ? TreePath.Parse(link.Target) : path).ToHashSet();
        all.UnionWith(manifest.Entries
            .Where(entry => entry.Type == EntryType.HardLink && files.Contains(TreePath.Parse(entry.Target)))
            .SelectMany(entry => new[] { entry.Path, TreePath.Parse(entry.Target) }));
        return all;
    }

    private void MendOne(TreePath path)
    {
        var isFolder = Libc.TryStatus(tree, path) is { Kind: FileKind.Directory };
        if (isFolder && manifest.Find(path) is { Type: EntryType.Directory })
        {
            _unfinished.Add(path);
            return;
        }

        _settled.Add(path);
        _unfinished.Add(path.Parent);
        if (isFolder)
        {
            using (var folder = Libc.OpenFolder(tree, path))
            {
                FolderRemoval.Empty(folder);
            }

            Libc.TryRemoveFolder(tree, path);
        }

        if (Libc.TryStatus(good, path) is null)
        {
            Libc.TryRemoveFile(tree, path);
            return;
        }

        if (manifest.Find(path) is { Type: EntryType.Directory })
        {
            Libc.TryRemoveFile(tree, path);
        }

        Libc.Rename(good, path, tree, path);
    }

    private bool IsSettled(TreePath path)
    {
        for (var above = path; !above.IsRoot; above = above.Parent)
        {
            if (_settled.Contains(above))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Gives a folder, or a file that has its bytes, the manifest's metadata and no more.</summary>
    internal static void Finish(SafeFileHandle tree, ManifestEntry entry)
    {
        foreach (var extra in Libc.XattrNames(tree, entry.Path).Where(TreeComparison.IsOurs).Where(name => entry.Xattrs.All(xattr => xattr.Name != name)))
        {
            Libc.RemoveXattr(tree, entry.Path, NativePath.FromLatin1(extra));
        }

        TreeMaker.FinishAt(tree, entry);
    }
}
