using System.Buffers;
using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Store;

/// <summary>Small files of the store, whole.</summary>
public static class StoreFile
{
    private const int OwnerOnly = 0b110_000_000;

    /// <exception cref="StoreException">It is not there, or cannot be read.</exception>
    public static byte[] Read(string path) => TryRead(path) ?? throw StoreException.FromErrno("open", path, Errnos.ENOENT);

    /// <returns>Null if there is none.</returns>
    public static byte[]? TryRead(string path) => TryRead(path, fromDisk: false);

    /// <summary>Past the page cache, where it is the disk that is in question.</summary>
    /// <returns>Null if there is none.</returns>
    internal static byte[]? TryReadFromDisk(string path) => TryRead(path, fromDisk: true);

    private static byte[]? TryRead(string path, bool fromDisk)
    {
        var (file, errno) = Libc.TryOpen(null, path, OpenFlags.Read | OpenFlags.NoFollow);
        if (file is null)
        {
            return errno == Errnos.ENOENT ? null : throw StoreException.FromErrno("open", path, errno);
        }

        using (file)
        {
            if (fromDisk)
            {
                Libc.ForgetCache(file);
            }

            var bytes = new byte[Libc.Status(file).Size];
            var count = 0;
            while (count < bytes.Length && Libc.Read(file, bytes.AsSpan(count)) is > 0 and var read)
            {
                count += read;
            }

            return count == bytes.Length ? bytes : bytes[..count];
        }
    }

    public static bool Exists(string path) => Libc.TryStatus(null, path) is not null;

    /// <summary>Writes a file that must not be there yet; not durable until it is synced.</summary>
    public static void WriteNew(string path, ReadOnlySpan<byte> bytes)
    {
        using var file = Create(path);
        Libc.Write(file, bytes);
    }

    /// <summary>As <see cref="WriteNew"/>, and the bytes are on disk when it returns.</summary>
    public static void WriteNewDurably(string path, ReadOnlySpan<byte> bytes, int mode = OwnerOnly)
    {
        using var file = Create(path, mode);
        Libc.Write(file, bytes);
        Libc.Sync(file);
    }

    /// <summary>The names in a folder are on disk when this returns.</summary>
    public static void SyncFolder(string path)
    {
        using var folder = Libc.OpenFolder(null, path);
        Libc.Sync(folder);
    }

    private static SafeFileHandle Create(string path, int mode = OwnerOnly) =>
        Libc.Open(null, path, OpenFlags.Write | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, mode);

    /// <summary>From where both are, to the end of the first.</summary>
    /// <returns>Bytes.</returns>
    internal static long CopyBytes(SafeFileHandle from, SafeFileHandle to)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ObjectShelf.BlockSize);
        try
        {
            long size = 0;
            while (Libc.Read(from, buffer) is > 0 and var count)
            {
                Libc.Write(to, buffer.AsSpan(0, count));
                size += count;
            }

            return size;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
