using EzTemplates.Store.Native;

namespace EzTemplates.Store;

/// <summary>Bytes on disk as du(1) counts them: allocated blocks, a file with several names once, other file systems left out.</summary>
public static class DiskUse
{
    /// <summary>A file, or a folder with all below it.</summary>
    /// <returns>Null where nothing is there.</returns>
    public static long? Of(string path)
    {
        if (Libc.TryStatus(null, path) is not { } start)
        {
            return null;
        }

        return start.Kind == FileKind.Directory ? start.AllocatedBytes + Below(path, start) : start.AllocatedBytes;
    }

    private static long Below(string path, FileStatus start)
    {
        long bytes = 0;
        var several = new HashSet<ulong>();
        using var root = Libc.OpenFolder(null, path);
        if (Libc.Status(root).Device != start.Device)
        {
            return 0;
        }

        FolderWalk.Run(root, at =>
        {
            var folders = new List<string>();
            foreach (var member in Libc.ReadFolder(at.Folder))
            {
                if (Libc.TryStatus(at.Folder, NativePath.FromLatin1(member.Name)) is not { } status || status.Device != start.Device)
                {
                    continue;
                }

                if (status.Kind == FileKind.Directory)
                {
                    folders.Add(member.Name);
                }

                bytes += status.Kind == FileKind.Directory || status.Links == 1 || several.Add(status.Inode) ? status.AllocatedBytes : 0;
            }

            return folders;
        });
        return bytes;
    }
}
