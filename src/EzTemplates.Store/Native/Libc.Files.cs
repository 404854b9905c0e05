using System.Globalization;
using System.Runtime.InteropServices;
using EzTemplates.Domain;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Store.Native;

/// <summary>Open files: their bytes, their durability, their locks.</summary>
public static unsafe partial class Libc
{
    private const int LockShared = 1;
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;
    private const int LockNone = 8;

    /// <summary>Writes all of it at the file's position.</summary>
    public static void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            fixed (byte* p = bytes)
            {
                var written = LibcImports.Write(file, p, (nuint)bytes.Length);
                if (written < 0 && Marshal.GetLastPInvokeError() != Errnos.EINTR)
                {
                    throw Failure("write", file);
                }

                bytes = bytes[(int)Math.Max(written, 0)..];
            }
        }
    }

    /// <returns>Bytes read from the file's position; 0 at its end.</returns>
    public static int Read(SafeFileHandle file, Span<byte> buffer)
    {
        while (true)
        {
            fixed (byte* p = buffer)
            {
                var read = LibcImports.Read(file, p, (nuint)buffer.Length);
                if (read >= 0)
                {
                    return (int)read;
                }

                if (Marshal.GetLastPInvokeError() != Errnos.EINTR)
                {
                    throw Failure("read", file);
                }
            }
        }
    }

    /// <summary>What is read next comes from the disk, as far as nobody has the file mapped. A wish: its refusal is none of ours.</summary>
    public static void ForgetCache(SafeFileHandle file)
    {
        const int dontNeed = 4;
        _ = LibcImports.Fadvise(file, 0, 0, dontNeed);
    }

    public static void Truncate(SafeFileHandle file, long size) => Check(LibcImports.Ftruncate(file, size), "set the size of", file);

    public static void ChangeOwner(SafeFileHandle file, uint uid, uint gid) => Check(LibcImports.Fchown(file, uid, gid), "change the owner of", file);

    public static void ChangeMode(SafeFileHandle file, int mode) => Check(LibcImports.Fchmod(file, (uint)mode), "change the mode of", file);

    public static void ChangeMtime(SafeFileHandle file, FileTime mtime)
    {
        var times = stackalloc NativeTimespec[2];
        FillTimes(times, mtime);
        Check(LibcImports.Futimens(file, times), "set the time of", file);
    }

    /// <summary>The file's bytes and inode are on disk when this returns; for a folder, its names.</summary>
    public static void Sync(SafeFileHandle file) => Check(LibcImports.Fsync(file), "make durable", file);

    /// <summary>All that was written to the file system that holds this file is on disk when this returns.</summary>
    public static void SyncFileSystem(SafeFileHandle file) => Check(LibcImports.Syncfs(file), "make the file system durable at", file);

    /// <summary>Begins to write a file's pages to the disk and does not wait (sync_file_range(2)); durable it is only after a sync, which also tells of errors.</summary>
    public static void StartWriting(SafeFileHandle file)
    {
        const uint write = 2;
        _ = LibcImports.SyncFileRange(file, 0, 0, write);
    }

    /// <summary>Makes a file share another's blocks until one of the two is written (ioctl_ficlone(2)).</summary>
    /// <returns>False if the file system cannot.</returns>
    public static bool TryClone(SafeFileHandle source, SafeFileHandle target)
    {
        const nuint clone = 0x40049409;
        using var reference = new FolderReference(source);
        return LibcImports.Ioctl(target, clone, reference.Descriptor) == 0;
    }

    /// <summary>flock(2) without waiting. The lock belongs to the open file and goes with its last descriptor.</summary>
    /// <returns>False if another open file has it.</returns>
    public static bool TryLock(SafeFileHandle file, FileLockMode mode)
    {
        while (LibcImports.Flock(file, (mode == FileLockMode.Shared ? LockShared : LockExclusive) | LockNonBlocking) < 0)
        {
            switch (Marshal.GetLastPInvokeError())
            {
                case Errnos.EAGAIN:
                    return false;
                case Errnos.EINTR:
                    continue;
                default:
                    throw Failure("lock", file);
            }
        }

        return true;
    }

    public static void Unlock(SafeFileHandle file) => Check(LibcImports.Flock(file, LockNone), "unlock", file);

    /// <summary>The path that a descriptor was opened by, as far as the kernel still knows it.</summary>
    public static string NameOf(SafeFileHandle file)
    {
        using var reference = new FolderReference(file);
        return TryReadSymlink(null, string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{reference.Descriptor}")) is { } name
            ? TreePath.Display(name)
            : "?";
    }

    private static void FillTimes(NativeTimespec* times, FileTime mtime)
    {
        // [0] is the access time: the same, so that a tree does not tell when it was made.
        times[0] = times[1] = new NativeTimespec { Seconds = (nint)mtime.Seconds, Nanoseconds = mtime.Nanoseconds };
    }

    private static void Check(int result, string act, SafeFileHandle file)
    {
        if (result < 0)
        {
            throw Failure(act, file);
        }
    }

    private static StoreException Failure(string act, SafeFileHandle file)
    {
        var errno = Marshal.GetLastPInvokeError();
        return StoreException.FromErrno(act, NameOf(file), errno);
    }
}
