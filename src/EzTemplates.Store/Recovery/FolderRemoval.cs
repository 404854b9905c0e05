using System.Runtime.ExceptionServices;
using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Store;

/// <summary>
/// Removes a folder and all below it, whatever bytes its names are made of and however deep it is; no link is followed and no other
/// file system entered. What cannot be removed does not keep the rest: the first such failure is thrown when all else is gone.
/// </summary>
public sealed class FolderRemoval
{
    private const int OwnerAll = 0b111_000_000;

    private readonly FileStatus _start;
    private StoreException? _failure;

    private FolderRemoval(FileStatus start) => _start = start;

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

        MakeEnterable(null, path, status.Value);
        using (var folder = Libc.OpenFolder(null, path))
        {
            Empty(folder);
        }

        Libc.TryRemoveFolder(null, path);
    }

    /// <summary>Removes all below a folder, and leaves the folder.</summary>
    public static void Empty(SafeFileHandle folder)
    {
        var removal = new FolderRemoval(Libc.Status(folder));
        FolderWalk.Run(folder, removal.RemoveFiles, removal.RemoveFolder);
        if (removal._failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <returns>The folders that stay to be emptied.</returns>
    private List<string> RemoveFiles(FolderWalk at)
    {
        var folders = new List<string>();
        Try(() =>
        {
            foreach (var member in Libc.ReadFolder(at.Folder))
            {
                Try(() => RemoveMember(at.Folder, member, folders));
            }
        });
        return folders;
    }

    private void RemoveMember(SafeFileHandle folder, FolderMember member, List<string> folders)
    {
        var name = NativePath.FromLatin1(member.Name);
        if (!member.IsFolder)
        {
            Libc.TryRemoveFile(folder, name);
        }
        else if (Libc.TryStatus(folder, name) is { Kind: FileKind.Directory } found)
        {
            if (found.Device != _start.Device)
            {
                throw new StoreException($"`{Libc.NameOf(folder)}/{name}` is a mount point, which nothing removes", "unmount it first");
            }

            MakeEnterable(folder, name, found);
            folders.Add(member.Name);
        }
    }

    /// <summary>Where something was left in it, that is the failure to tell of: the first.</summary>
    private void RemoveFolder(FolderWalk above, string name) =>
        Try(() => Libc.TryRemoveFolder(above.Folder, NativePath.FromLatin1(name)));

    private void Try(Action act)
    {
        try
        {
            act();
        }
        catch (StoreException failure)
        {
            _failure ??= failure;
        }
    }

    private static void MakeEnterable(SafeFileHandle? parent, NativePath name, FileStatus status)
    {
        if ((status.Mode & OwnerAll) != OwnerAll && Libc.EffectiveUserId != 0)
        {
            Libc.ChangeMode(parent, name, OwnerAll);
        }
    }
}
