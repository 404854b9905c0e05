using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Store.Native;

/// <summary>The system calls as the C library declares them. <see cref="Libc"/> gives them paths, retries and errors.</summary>
internal static unsafe partial class LibcImports
{
    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "openat", SetLastError = true)]
    internal static partial int OpenAt(int folder, byte* path, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "mkdirat", SetLastError = true)]
    internal static partial int MkdirAt(int folder, byte* path, uint mode);

    [LibraryImport(Library, EntryPoint = "mknodat", SetLastError = true)]
    internal static partial int MknodAt(int folder, byte* path, uint mode, ulong device);

    [LibraryImport(Library, EntryPoint = "symlinkat", SetLastError = true)]
    internal static partial int SymlinkAt(byte* target, int folder, byte* path);

    [LibraryImport(Library, EntryPoint = "linkat", SetLastError = true)]
    internal static partial int LinkAt(int oldFolder, byte* oldPath, int newFolder, byte* newPath, int flags);

    [LibraryImport(Library, EntryPoint = "unlinkat", SetLastError = true)]
    internal static partial int UnlinkAt(int folder, byte* path, int flags);

    [LibraryImport(Library, EntryPoint = "renameat2", SetLastError = true)]
    internal static partial int RenameAt2(int oldFolder, byte* oldPath, int newFolder, byte* newPath, uint flags);

    [LibraryImport(Library, EntryPoint = "fchownat", SetLastError = true)]
    internal static partial int FchownAt(int folder, byte* path, uint uid, uint gid, int flags);

    [LibraryImport(Library, EntryPoint = "fchmodat", SetLastError = true)]
    internal static partial int FchmodAt(int folder, byte* path, uint mode, int flags);

    [LibraryImport(Library, EntryPoint = "utimensat", SetLastError = true)]
    internal static partial int UtimensAt(int folder, byte* path, NativeTimespec* times, int flags);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true)]
    internal static partial int Statx(int folder, byte* path, int flags, uint mask, NativeStatx* status);

    [LibraryImport(Library, EntryPoint = "readlinkat", SetLastError = true)]
    internal static partial nint ReadlinkAt(int folder, byte* path, byte* buffer, nuint size);

    [LibraryImport(Library, EntryPoint = "fchown", SetLastError = true)]
    internal static partial int Fchown(SafeFileHandle file, uint uid, uint gid);

    [LibraryImport(Library, EntryPoint = "fchmod", SetLastError = true)]
    internal static partial int Fchmod(SafeFileHandle file, uint mode);

    [LibraryImport(Library, EntryPoint = "futimens", SetLastError = true)]
    internal static partial int Futimens(SafeFileHandle file, NativeTimespec* times);

    [LibraryImport(Library, EntryPoint = "ftruncate", SetLastError = true)]
    internal static partial int Ftruncate(SafeFileHandle file, long size);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    internal static partial nint Write(SafeFileHandle file, byte* bytes, nuint count);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    internal static partial nint Read(SafeFileHandle file, byte* bytes, nuint count);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    internal static partial int Fsync(SafeFileHandle file);

    [LibraryImport(Library, EntryPoint = "syncfs", SetLastError = true)]
    internal static partial int Syncfs(SafeFileHandle file);

    [LibraryImport(Library, EntryPoint = "sync_file_range")]
    internal static partial int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);

    [LibraryImport(Library, EntryPoint = "posix_fadvise")]
    internal static partial int Fadvise(SafeFileHandle file, long offset, long length, int advice);

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    internal static partial int Flock(SafeFileHandle file, int operation);

    [LibraryImport(Library, EntryPoint = "fsetxattr", SetLastError = true)]
    internal static partial int Fsetxattr(SafeFileHandle file, byte* name, byte* value, nuint size, int flags);

    [LibraryImport(Library, EntryPoint = "lsetxattr", SetLastError = true)]
    internal static partial int Lsetxattr(byte* path, byte* name, byte* value, nuint size, int flags);

    [LibraryImport(Library, EntryPoint = "lgetxattr", SetLastError = true)]
    internal static partial nint Lgetxattr(byte* path, byte* name, byte* value, nuint size);

    [LibraryImport(Library, EntryPoint = "llistxattr", SetLastError = true)]
    internal static partial nint Llistxattr(byte* path, byte* names, nuint size);

    [LibraryImport(Library, EntryPoint = "lremovexattr", SetLastError = true)]
    internal static partial int Lremovexattr(byte* path, byte* name);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int Ioctl(SafeFileHandle file, nuint request, nint argument);

    [LibraryImport(Library, EntryPoint = "access", SetLastError = true)]
    internal static partial int Access(byte* path, int mode);

    [LibraryImport(Library, EntryPoint = "geteuid")]
    internal static partial uint GetEffectiveUserId();

    [LibraryImport(Library, EntryPoint = "getegid")]
    internal static partial uint GetEffectiveGroupId();

    /// <summary>For what no C library of today or none of yesterday has a name for.</summary>
    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint SystemCall(nint number, nint a, nint b, nint c, nint d);
}
