using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Store;

/// <summary>A file without a name, or, where the file system knows no such thing, with a provisional one; <see cref="TryName"/> names it.</summary>
internal sealed class StagedFile : IDisposable
{
    private const int OwnerOnly = 0b110_000_000;

    private readonly SafeFileHandle _folder;
    private string? _provisional;

    private StagedFile(SafeFileHandle folder, SafeFileHandle handle, string? provisional) =>
        (_folder, Handle, _provisional) = (folder, handle, provisional);

    public SafeFileHandle Handle { get; }

    public static StagedFile Create(SafeFileHandle folder, WorkFolder work)
    {
        var (file, errno) = Libc.TryOpen(folder, ".", OpenFlags.Write | OpenFlags.TemporaryFile, OwnerOnly);
        if (file is not null)
        {
            return new StagedFile(folder, file, null);
        }

        if (errno is not (Errnos.EOPNOTSUPP or Errnos.EISDIR or Errnos.EINVAL))
        {
            throw StoreException.FromErrno("create a file in", Libc.NameOf(folder), errno);
        }

        var name = Path.GetFileName(work.NewPath("unnamed"));
        var named = Libc.Open(folder, name, OpenFlags.Write | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, OwnerOnly);
        return new StagedFile(folder, named, name);
    }

    /// <returns>False if the folder has a file of that name: then this one goes.</returns>
    public bool TryName(string name)
    {
        if (_provisional is null)
        {
            return Libc.LinkDescriptor(Handle, _folder, name);
        }

        if (!Libc.TryRenameNew(_folder, _provisional, _folder, name))
        {
            return false;
        }

        _provisional = null;
        return true;
    }

    public void Dispose()
    {
        Handle.Dispose();
        if (_provisional is not null)
        {
            Libc.TryRemoveFile(_folder, _provisional);
        }
    }
}
