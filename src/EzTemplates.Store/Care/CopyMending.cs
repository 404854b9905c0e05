using EzTemplates.Domain;
using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Store;

/// <summary>
/// Mends files of a copy on their own inodes: a view that has one open or mapped reads that inode on, and would not see another that
/// takes its name. Bytes are written over what is there and the size is set last, so that nobody meets an empty file; what was right
/// already is not written. One that is interrupted is found by the next check.
/// </summary>
internal sealed class CopyMending(StoreLayout layout, TreeFiles files, SafeFileHandle copy)
{
    /// <summary>Where there is a file at all, and its object is whole; the rest is for <see cref="TreeMending"/>.</summary>
    public void Mend(Manifest manifest, IEnumerable<TreePath> wrong)
    {
        foreach (var path in wrong)
        {
            if (manifest.Find(path) is { Type: EntryType.File } entry && Libc.TryStatus(copy, path) is { Kind: FileKind.File } status)
            {
                if (status.Size != entry.Size || (entry.Size > 0 && !files.AreRight(copy, entry)))
                {
                    Overwrite(entry);
                }

                TreeMending.Finish(copy, entry);
            }
        }
    }

    private void Overwrite(ManifestEntry entry)
    {
        using var to = Libc.Open(copy, entry.Path, OpenFlags.Write | OpenFlags.NoFollow);
        if (entry.Size > 0)
        {
            using var from = Libc.Open(null, layout.ObjectOf(entry.Content!.Value), OpenFlags.Read | OpenFlags.NoFollow);
            StoreFile.CopyBytes(from, to);
        }

        Libc.Truncate(to, entry.Size);
        Libc.Sync(to);
    }
}
