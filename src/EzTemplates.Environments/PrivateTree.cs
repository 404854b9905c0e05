using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Environments;

/// <summary>Walks of a folder that holds what an environment wrote: any names, any modes, links that lead anywhere. None is followed.</summary>
internal static class PrivateTree
{
    /// <summary>Bytes that the tree takes on the disk, folders included.</summary>
    public static long AllocatedBytes(string path)
    {
        using var folder = Libc.OpenFolder(null, path);
        return Libc.Status(folder).AllocatedBytes + AllocatedBelow(folder);
    }

    /// <summary>Removes all below a folder, and leaves the folder.</summary>
    public static void Empty(SafeFileHandle folder)
    {
        foreach (var member in Libc.ReadFolder(folder))
        {
            var name = NativePath.FromLatin1(member.Name);
            if (!member.IsFolder)
            {
                Libc.TryRemoveFile(folder, name);
                continue;
            }

            using (var below = Libc.OpenFolder(folder, name))
            {
                Empty(below);
            }

            Libc.TryRemoveFolder(folder, name);
        }
    }

    public static void Remove(string path)
    {
        using (var folder = Libc.OpenFolder(null, path))
        {
            Empty(folder);
        }

        Libc.TryRemoveFolder(null, path);
    }

    private static long AllocatedBelow(SafeFileHandle folder)
    {
        long total = 0;
        foreach (var member in Libc.ReadFolder(folder))
        {
            var name = NativePath.FromLatin1(member.Name);
            if (Libc.TryStatus(folder, name) is not { } status)
            {
                continue;
            }

            total += status.AllocatedBytes;
            if (status.Kind == FileKind.Directory)
            {
                using var below = Libc.OpenFolder(folder, name);
                total += AllocatedBelow(below);
            }
        }

        return total;
    }
}
