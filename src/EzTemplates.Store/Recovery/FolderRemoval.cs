using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Store;

/// <summary>Removes a folder and all below it, whatever bytes its names are made of; no link is followed and no other file system entered.</summary>
public static class FolderRemoval
{
    private const int OwnerAll = 0b111_000_000;

    /// <param name="path">A folder, a single file, or nothing.</param>
    public static void Remove(string path)
    {
        var status = Libc.TryStatus(null, path);
        if (status is null)
        {
            return;
        }

        if (status.Value.Kind != FileKind.Directory)
        {
            Libc.TryRemoveFile(null, path);
            return;
        }

        Empty(null, path, status.Value);
        Libc.TryRemoveFolder(null, path);
    }

    private static void Empty(SafeFileHandle? parent, NativePath name, FileStatus status)
    {
        if ((status.Mode & OwnerAll) != OwnerAll && Libc.EffectiveUserId != 0)
        {
            Libc.ChangeMode(parent, name, OwnerAll);
        }

        using var folder = Libc.OpenFolder(parent, name);
        foreach (var member in Libc.ReadFolder(folder))
        {
            var memberName = NativePath.FromLatin1(member.Name);
            if (!member.IsFolder)
            {
                Libc.TryRemoveFile(folder, memberName);
                continue;
            }

            var below = Libc.TryStatus(folder, memberName);
            if (below is { Kind: FileKind.Directory } found)
            {
                if (found.Device != status.Device)
                {
                    throw new StoreException($"`{Libc.NameOf(folder)}/{memberName}` is a mount point, which nothing removes", "unmount it first");
                }

                Empty(folder, memberName, found);
                Libc.TryRemoveFolder(folder, memberName);
            }
        }
    }
}
