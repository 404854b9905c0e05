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

    /// <summary>
    /// Writes the good bytes into files that are there: a view that has one open reads its inode on, and would not see another that
    /// takes its name.
    /// </summary>
    public void Overwrite(IEnumerable<TreePath> wrong)
    {
        foreach (var path in wrong)
        {
            if (manifest.Find(path) is { Type: EntryType.File } entry && Libc.TryStatus(tree, path) is { Kind: FileKind.File })
            {
                using (var to = Libc.Open(tree, path, OpenFlags.Write | OpenFlags.NoFollow))
                using (var from = Libc.Open(good, path, OpenFlags.Read | OpenFlags.NoFollow))
                {
                    Libc.Truncate(to, 0);
                    TreeFiles.Copy(from, to);
                }

                Finish(entry);
            }
        }
    }

    public void Mend(IEnumerable<TreePath> wrong)
    {
        foreach (var path in WithAllNames(wrong).Order())
        {
            if (!IsSettled(path))
            {
                MendOne(path);
            }
        }

        foreach (var folder in _unfinished.Reverse())
        {
            Finish(manifest.Find(folder)!);
        }
    }

    /// <summary>Every name of a file with several goes along, or the two trees would share it.</summary>
    private HashSet<TreePath> WithAllNames(IEnumerable<TreePath> wrong)
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

    private void Finish(ManifestEntry entry)
    {
        foreach (var extra in Libc.XattrNames(tree, entry.Path).Where(TreeComparison.IsOurs).Where(name => entry.Xattrs.All(xattr => xattr.Name != name)))
        {
            Libc.RemoveXattr(tree, entry.Path, NativePath.FromLatin1(extra));
        }

        TreeMaker.FinishAt(tree, entry);
    }
}
