using EzTemplates.Store;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>Measures a folder that holds what an environment wrote: any names, any modes, links that lead anywhere. None is followed.</summary>
internal static class PrivateTree
{
    /// <summary>Bytes that the tree takes on the disk, folders included.</summary>
    public static long AllocatedBytes(string path)
    {
        using var start = Libc.OpenFolder(null, path);
        var total = Libc.Status(start).AllocatedBytes;
        FolderWalk.Run(start, at =>
        {
            var folders = new List<string>();
            foreach (var member in Libc.ReadFolder(at.Folder))
            {
                if (Libc.TryStatus(at.Folder, NativePath.FromLatin1(member.Name)) is { } status)
                {
                    total += status.AllocatedBytes;
                    folders.AddRange(status.Kind == FileKind.Directory ? [member.Name] : (ReadOnlySpan<string>)[]);
                }
            }

            return folders;
        });
        return total;
    }
}
