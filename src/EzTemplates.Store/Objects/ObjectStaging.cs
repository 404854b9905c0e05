using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using EzTemplates.Domain;
using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Store;

/// <summary>
/// Objects of one command that have no name in the store yet. Each is hashed and written in one pass, unless the store has it.
/// <see cref="Publish"/> gives them their names after their bytes are durable: a name never stands for bytes that a crash can lose,
/// and a command that fails leaves the store as it was. Safe to use from many threads.
/// </summary>
internal sealed class ObjectStaging
{
    /// <summary>One second after the epoch: the mtime of every object, since some tools take 0 for "unknown".</summary>
    public static readonly FileTime ObjectTime = new(1);

    private const int ObjectMode = 0b100_100_100;
    private const int FolderMode = 0b111_000_000;

    private readonly StoreLayout _layout;
    private readonly WorkFolder _work;
    private readonly SafeFileHandle _folder;
    private readonly ObjectCounter _counter;
    private readonly ConcurrentDictionary<Sha256Digest, byte> _staged = new();

    public ObjectStaging(StoreLayout layout, WorkFolder work, ObjectCounter counter)
    {
        (_layout, _work, _counter) = (layout, work, counter);
        var path = work.NewPath("objects");
        Libc.MakeFolder(null, path, FolderMode);
        _folder = Libc.OpenFolder(null, path);
    }

    public void Close() => _folder.Dispose();

    /// <summary>All that was put is on the disk when this returns; an error that the disk met since the first of it is told here.</summary>
    public void Sync() => Libc.SyncFileSystem(_folder);

    /// <summary>Reads exactly <paramref name="size"/> bytes.</summary>
    public Sha256Digest Put(Stream content, long size)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ObjectShelf.BlockSize);
        try
        {
            if (size > buffer.Length)
            {
                return PutLarge(content, size, buffer);
            }

            content.ReadExactly(buffer.AsSpan(0, (int)size));
            return PutSmall(buffer.AsSpan(0, (int)size));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Moves the named ones into the store. Their bytes must be durable.</summary>
    public void Publish(IEnumerable<Sha256Digest> digests)
    {
        foreach (var digest in digests)
        {
            if (_staged.TryRemove(digest, out _))
            {
                PublishOne(digest);
            }
        }
    }

    private void PublishOne(Sha256Digest digest)
    {
        var name = _layout.ObjectOf(digest);
        Libc.TryMakeFolder(null, Path.GetDirectoryName(name)!, FolderMode);
        try
        {
            if (Libc.TryRenameNew(_folder, digest.ToString(), null, name))
            {
                return;
            }
        }
        catch (StoreException gone) when (gone.Errno == Errnos.ENOENT && StoreFile.Exists(name))
        {
            // Two threads brought the same bytes, and the slower one noted them after the faster one's had been published.
            return;
        }

        // Another command was faster. A view may have its inode open, so only one that cannot be right gives way.
        var ours = Libc.Status(_folder, digest.ToString());
        if (Libc.Status(null, name).Size != ours.Size)
        {
            Libc.Rename(_folder, digest.ToString(), null, name);
        }
    }

    private Sha256Digest PutSmall(ReadOnlySpan<byte> bytes)
    {
        var digest = Sha256Digest.Of(bytes);
        if (IsKnown(digest, bytes.Length))
        {
            return digest;
        }

        using var file = StagedFile.Create(_folder, _work);
        Libc.Write(file.Handle, bytes);
        Finish(file, digest, bytes.Length);
        return digest;
    }

    private Sha256Digest PutLarge(Stream content, long size, byte[] buffer)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = StagedFile.Create(_folder, _work);
        for (var left = size; left > 0;)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(left, buffer.Length));
            content.ReadExactly(part);
            hash.AppendData(part);
            Libc.Write(file.Handle, part);
            left -= part.Length;
        }

        var digest = new Sha256Digest(hash.GetHashAndReset());
        if (!IsKnown(digest, size))
        {
            // The disk works while the cores decode; what it has not begun by the end, the sync waits for.
            Libc.StartWriting(file.Handle);
            Finish(file, digest, size);
        }

        return digest;
    }

    /// <summary>A stored object of another size than its content's cannot be right, and is replaced.</summary>
    private bool IsKnown(Sha256Digest digest, long size)
    {
        var known = _staged.ContainsKey(digest)
            || (Libc.TryStatus(null, _layout.ObjectOf(digest)) is { Kind: FileKind.File } status && status.Size == size);
        if (known)
        {
            _counter.CountObject(false, size);
        }

        return known;
    }

    private void Finish(StagedFile file, Sha256Digest digest, long size)
    {
        Libc.ChangeMode(file.Handle, ObjectMode);
        Libc.ChangeMtime(file.Handle, ObjectTime);
        var first = file.TryName(digest.ToString());
        _staged.TryAdd(digest, 0);
        _counter.CountObject(first, size);
    }
}
