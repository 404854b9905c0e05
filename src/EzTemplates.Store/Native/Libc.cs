using System.Globalization;
using System.Runtime.InteropServices;
using EzTemplates.Domain;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Store.Native;

/// <summary>
/// The system calls that .NET has no name for, or none that is exact about links and bytes. Paths are relative to an open folder, or
/// to the working directory where <c>folder</c> is null; a final symbolic link is never followed. Interrupted calls are repeated.
/// </summary>
/// <remarks>Every failure is a <see cref="StoreException"/> with its <see cref="StoreException.Errno"/>, unless the method says otherwise.</remarks>
public static unsafe partial class Libc
{
    private const int CurrentFolder = -100;
    private const int SymlinkNoFollow = 0x100;
    private const int RemoveFolderFlag = 0x200;
    private const int SymlinkFollow = 0x400;

    public static uint EffectiveUserId { get; } = LibcImports.GetEffectiveUserId();

    public static uint EffectiveGroupId => LibcImports.GetEffectiveGroupId();

    public static SafeFileHandle Open(SafeFileHandle? folder, NativePath path, OpenFlags flags, int mode = 0)
    {
        var (file, errno) = TryOpen(folder, path, flags, mode);
        return file ?? throw Failure("open", folder, path, errno);
    }

    /// <returns>A null file and the error number where it cannot be opened.</returns>
    public static (SafeFileHandle? File, int Errno) TryOpen(SafeFileHandle? folder, NativePath path, OpenFlags flags, int mode = 0)
    {
        using var at = new FolderReference(folder);
        fixed (byte* p = path.Bytes)
        {
            int descriptor;
            do
            {
                descriptor = LibcImports.OpenAt(at.Descriptor, p, MachineOpenFlags.Of(flags), (uint)mode);
            }
            while (descriptor < 0 && Marshal.GetLastPInvokeError() == Errnos.EINTR);

            return descriptor < 0 ? (null, Marshal.GetLastPInvokeError()) : (new SafeFileHandle(descriptor, true), 0);
        }
    }

    /// <summary>
    /// For reading, where others may put anything under the name meanwhile: what it stands for is looked at before it is opened, and
    /// just that is opened.
    /// </summary>
    /// <returns>A null file with the error number, or with 0 where it is no regular file.</returns>
    public static (SafeFileHandle? File, int Errno) TryOpenRegular(SafeFileHandle? folder, NativePath path)
    {
        var (named, errno) = TryOpen(folder, path, OpenFlags.PathOnly | OpenFlags.NoFollow);
        if (named is null)
        {
            return (null, errno);
        }

        using (named)
        {
            using var reference = new FolderReference(named);
            return Status(named).Kind == FileKind.File
                ? TryOpen(null, string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{reference.Descriptor}"), OpenFlags.Read)
                : (null, 0);
        }
    }

    /// <summary>A folder to stand in; a symbolic link in its place is refused.</summary>
    public static SafeFileHandle OpenFolder(SafeFileHandle? folder, NativePath path) =>
        Open(folder, path, OpenFlags.Directory | OpenFlags.NoFollow);

    public static void MakeFolder(SafeFileHandle? folder, NativePath path, int mode)
    {
        if (!TryMakeFolder(folder, path, mode))
        {
            throw Failure("create the folder", folder, path, Errnos.EEXIST);
        }
    }

    /// <returns>False if something of that name is there.</returns>
    public static bool TryMakeFolder(SafeFileHandle? folder, NativePath path, int mode)
    {
        using var at = new FolderReference(folder);
        fixed (byte* p = path.Bytes)
        {
            return LibcImports.MkdirAt(at.Descriptor, p, (uint)mode) == 0 || FailedBut(Errnos.EEXIST, "create the folder", folder, path);
        }
    }

    /// <summary>A device node, fifo or (with device 0:0) an overlay's whiteout. The process's umask applies to the mode.</summary>
    public static void MakeNode(SafeFileHandle? folder, NativePath path, FileKind kind, int mode, DeviceNumber device)
    {
        // glibc's gnu_dev_makedev.
        ulong major = device.Major, minor = device.Minor;
        var number = (minor & 0xff) | ((major & 0xfff) << 8) | ((minor & ~0xffUL) << 12) | ((major & ~0xfffUL) << 32);
        using var at = new FolderReference(folder);
        fixed (byte* p = path.Bytes)
        {
            Check(LibcImports.MknodAt(at.Descriptor, p, (uint)kind | (uint)mode, number), "create the node", folder, path);
        }
    }

    /// <param name="target">Stored as it is.</param>
    public static void MakeSymlink(NativePath target, SafeFileHandle? folder, NativePath path)
    {
        using var at = new FolderReference(folder);
        fixed (byte* t = target.Bytes, p = path.Bytes)
        {
            Check(LibcImports.SymlinkAt(t, at.Descriptor, p), "create the link", folder, path);
        }
    }

    public static void MakeHardLink(SafeFileHandle? oldFolder, NativePath oldPath, SafeFileHandle? newFolder, NativePath newPath)
    {
        if (!TryLink(oldFolder, oldPath, newFolder, newPath, 0))
        {
            throw Failure("link", newFolder, newPath, Errnos.EEXIST);
        }
    }

    /// <summary>Gives a file opened with <see cref="OpenFlags.TemporaryFile"/> its name.</summary>
    /// <returns>False if something of that name is there.</returns>
    public static bool LinkDescriptor(SafeFileHandle file, SafeFileHandle? folder, NativePath path)
    {
        using var descriptor = new FolderReference(file);
        var self = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{descriptor.Descriptor}");
        return TryLink(null, self, folder, path, SymlinkFollow);
    }

    /// <returns>False if there was none.</returns>
    public static bool TryRemoveFile(SafeFileHandle? folder, NativePath path) => Unlink(folder, path, 0);

    /// <summary>Removes an empty folder.</summary>
    /// <returns>False if there was none.</returns>
    public static bool TryRemoveFolder(SafeFileHandle? folder, NativePath path) => Unlink(folder, path, RemoveFolderFlag);

    /// <summary>Replaces what stands at the new path.</summary>
    public static void Rename(SafeFileHandle? oldFolder, NativePath oldPath, SafeFileHandle? newFolder, NativePath newPath)
    {
        using var from = new FolderReference(oldFolder);
        using var to = new FolderReference(newFolder);
        fixed (byte* o = oldPath.Bytes, n = newPath.Bytes)
        {
            Check(LibcImports.RenameAt2(from.Descriptor, o, to.Descriptor, n, 0), "rename to", newFolder, newPath);
        }
    }

    /// <summary>Renames only where nothing stands at the new path.</summary>
    /// <returns>False if something does (for a folder: also if it is not empty).</returns>
    public static bool TryRenameNew(SafeFileHandle? oldFolder, NativePath oldPath, SafeFileHandle? newFolder, NativePath newPath)
    {
        const uint noReplace = 1;
        using var from = new FolderReference(oldFolder);
        using var to = new FolderReference(newFolder);
        fixed (byte* o = oldPath.Bytes, n = newPath.Bytes)
        {
            return LibcImports.RenameAt2(from.Descriptor, o, to.Descriptor, n, noReplace) == 0
                || FailedBut(Errnos.EEXIST, "rename to", newFolder, newPath);
        }
    }

    /// <summary>A symbolic link's target.</summary>
    /// <returns>Its bytes as chars; null if there is nothing or it is no link.</returns>
    public static string? TryReadSymlink(SafeFileHandle? folder, NativePath path)
    {
        const int longest = 4096;
        var buffer = stackalloc byte[longest];
        using var at = new FolderReference(folder);
        fixed (byte* p = path.Bytes)
        {
            var length = LibcImports.ReadlinkAt(at.Descriptor, p, buffer, longest);
            if (length >= 0)
            {
                return System.Text.Encoding.Latin1.GetString(buffer, (int)length);
            }

            var errno = Marshal.GetLastPInvokeError();
            return errno is Errnos.ENOENT or Errnos.EINVAL or Errnos.ENOTDIR ? null : throw Failure("read the link", folder, path, errno);
        }
    }

    private static bool TryLink(SafeFileHandle? oldFolder, NativePath oldPath, SafeFileHandle? newFolder, NativePath newPath, int flags)
    {
        using var from = new FolderReference(oldFolder);
        using var to = new FolderReference(newFolder);
        fixed (byte* o = oldPath.Bytes, n = newPath.Bytes)
        {
            return LibcImports.LinkAt(from.Descriptor, o, to.Descriptor, n, flags) == 0 || FailedBut(Errnos.EEXIST, "link", newFolder, newPath);
        }
    }

    private static bool Unlink(SafeFileHandle? folder, NativePath path, int flags)
    {
        using var at = new FolderReference(folder);
        fixed (byte* p = path.Bytes)
        {
            return LibcImports.UnlinkAt(at.Descriptor, p, flags) == 0 || FailedBut(Errnos.ENOENT, "remove", folder, path);
        }
    }

    private static bool FailedBut(int expected, string act, SafeFileHandle? folder, NativePath path)
    {
        var errno = Marshal.GetLastPInvokeError();
        return errno == expected ? false : throw Failure(act, folder, path, errno);
    }

    private static void Check(int result, string act, SafeFileHandle? folder, NativePath path)
    {
        if (result < 0)
        {
            throw Failure(act, folder, path, Marshal.GetLastPInvokeError());
        }
    }

    private static StoreException Failure(string act, SafeFileHandle? folder, NativePath path, int errno)
    {
        var name = path.ToString();
        return StoreException.FromErrno(act, folder is null || name.StartsWith('/') ? name : $"{NameOf(folder)}/{name}", errno);
    }

    /// <summary>Keeps a handle's descriptor alive for the length of a call; null is the working directory.</summary>
    private readonly ref struct FolderReference
    {
        private readonly SafeFileHandle? _folder;

        public FolderReference(SafeFileHandle? folder)
        {
            _folder = folder;
            var added = false;
            folder?.DangerousAddRef(ref added);
            Descriptor = folder is null ? CurrentFolder : (int)folder.DangerousGetHandle();
        }

        public int Descriptor { get; }

        public void Dispose() => _folder?.DangerousRelease();
    }
}
