using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using EzTemplates.Domain;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Store.Native;

/// <summary>Metadata by path.</summary>
public static unsafe partial class Libc
{
    private const uint BasicStatusAndBirth = 0xfff;
    private const int EmptyPath = 0x1000;

    public static FileStatus Status(SafeFileHandle? folder, NativePath path) =>
        TryStatus(folder, path) ?? throw Failure("look at", folder, path, Errnos.ENOENT);

    /// <returns>Null if nothing is there.</returns>
    public static FileStatus? TryStatus(SafeFileHandle? folder, NativePath path)
    {
        NativeStatx status;
        using var at = new FolderReference(folder);
        fixed (byte* p = path.Bytes)
        {
            if (LibcImports.Statx(at.Descriptor, p, SymlinkNoFollow, BasicStatusAndBirth, &status) == 0)
            {
                return status.ToStatus();
            }
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno is Errnos.ENOENT or Errnos.ENOTDIR ? null : throw Failure("look at", folder, path, errno);
    }

    /// <summary>Whether this user may write it, as far as modes and mounts say.</summary>
    public static bool MayWrite(NativePath path)
    {
        const int write = 2;
        fixed (byte* p = path.Bytes)
        {
            return LibcImports.Access(p, write) == 0;
        }
    }

    public static FileStatus Status(SafeFileHandle file)
    {
        NativeStatx status;
        byte empty = 0;
        using var at = new FolderReference(file);
        Check(LibcImports.Statx(at.Descriptor, &empty, EmptyPath, BasicStatusAndBirth, &status), "look at", file);
        return status.ToStatus();
    }

    public static void ChangeOwner(SafeFileHandle? folder, NativePath path, uint uid, uint gid)
    {
        using var at = new FolderReference(folder);
        fixed (byte* p = path.Bytes)
        {
            Check(LibcImports.FchownAt(at.Descriptor, p, uid, gid, SymlinkNoFollow), "change the owner of", folder, path);
        }
    }

    /// <summary>The one call here that follows a final symbolic link (the kernel has no other before 6.6): for what is known to be none.</summary>
    public static void ChangeMode(SafeFileHandle? folder, NativePath path, int mode)
    {
        using var at = new FolderReference(folder);
        fixed (byte* p = path.Bytes)
        {
            Check(LibcImports.FchmodAt(at.Descriptor, p, (uint)mode, 0), "change the mode of", folder, path);
        }
    }

    public static void ChangeMtime(SafeFileHandle? folder, NativePath path, FileTime mtime)
    {
        var times = stackalloc NativeTimespec[2];
        FillTimes(times, mtime);
        using var at = new FolderReference(folder);
        fixed (byte* p = path.Bytes)
        {
            Check(LibcImports.UtimensAt(at.Descriptor, p, times, SymlinkNoFollow), "set the time of", folder, path);
        }
    }

    public static void SetXattr(SafeFileHandle file, NativePath name, ReadOnlySpan<byte> value)
    {
        fixed (byte* n = name.Bytes, v = value)
        {
            Check(LibcImports.Fsetxattr(file, n, v, (nuint)value.Length, 0), $"set the attribute `{name}` of", file);
        }
    }

    public static void SetXattr(SafeFileHandle? folder, NativePath path, NativePath name, ReadOnlySpan<byte> value)
    {
        fixed (byte* p = ThroughFolder(folder, path).Bytes, n = name.Bytes, v = value)
        {
            Check(LibcImports.Lsetxattr(p, n, v, (nuint)value.Length, 0), $"set the attribute `{name}` of", folder, path);
        }
    }

    /// <returns>Null if it is not set, or the file system knows none.</returns>
    public static byte[]? TryGetXattr(SafeFileHandle? folder, NativePath path, NativePath name)
    {
        var value = new byte[65536];
        fixed (byte* p = ThroughFolder(folder, path).Bytes, n = name.Bytes, v = value)
        {
            var length = LibcImports.Lgetxattr(p, n, v, (nuint)value.Length);
            if (length >= 0)
            {
                return value[..(int)length];
            }

            var errno = Marshal.GetLastPInvokeError();
            return errno is Errnos.ENODATA or Errnos.EOPNOTSUPP ? null : throw Failure("read the attributes of", folder, path, errno);
        }
    }

    /// <returns>Sorted.</returns>
    public static ImmutableArray<string> XattrNames(SafeFileHandle? folder, NativePath path)
    {
        var names = new byte[65536];
        fixed (byte* p = ThroughFolder(folder, path).Bytes, n = names)
        {
            var length = LibcImports.Llistxattr(p, n, (nuint)names.Length);
            if (length >= 0)
            {
                var all = Encoding.Latin1.GetString(names, 0, (int)length).Split('\0', StringSplitOptions.RemoveEmptyEntries);
                return [.. all.Order(StringComparer.Ordinal)];
            }

            var errno = Marshal.GetLastPInvokeError();
            return errno == Errnos.EOPNOTSUPP ? [] : throw Failure("list the attributes of", folder, path, errno);
        }
    }

    public static void RemoveXattr(SafeFileHandle? folder, NativePath path, NativePath name)
    {
        fixed (byte* p = ThroughFolder(folder, path).Bytes, n = name.Bytes)
        {
            Check(LibcImports.Lremovexattr(p, n), $"remove the attribute `{name}` of", folder, path);
        }
    }

    /// <summary>The xattr calls take no folder before Linux 6.13; /proc does for them.</summary>
    private static NativePath ThroughFolder(SafeFileHandle? folder, NativePath path)
    {
        if (folder is null)
        {
            return path;
        }

        using var reference = new FolderReference(folder);
        var prefix = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{reference.Descriptor}/");
        return NativePath.FromLatin1(prefix + Encoding.Latin1.GetString(path.Bytes[..^1]));
    }
}
