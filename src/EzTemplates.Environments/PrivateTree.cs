using EzTemplates.Store;
using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Environments;

/// <summary>Measures a folder that holds what an environment wrote: any names, any modes, links that lead anywhere. None is followed.</summary>
internal static class PrivateTree
{
    /// <summary>Bytes that the tree takes on the disk, folders included.</summary>
    public static long AllocatedBytes(string path)
    {
        using var start = Libc.OpenFolder(null, path);
        var total = Libc.Status(start).AllocatedBytes;
        Visit(start, status => total += status.AllocatedBytes);
        return total;
    }

    /// <summary>Goes through all that lies below a folder.</summary>
    public static void Visit(SafeFileHandle start, Action<FileStatus> visit) => FolderWalk.Run(start, at =>
    {
        var folders = new List<string>();
        foreach (var member in Libc.ReadFolder(at.Folder))
        {
            if (Libc.TryStatus(at.Folder, NativePath.FromLatin1(member.Name)) is { } status)
            {
                visit(status);
                folders.AddRange(status.Kind == FileKind.Directory ? [member.Name] : (ReadOnlySpan<string>)[]);
            }
        }

        return folders;
    });
}
