using System.Buffers;
using System.Security.Cryptography;
using EzTemplates.Domain;
using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Store;

/// <summary>The stored objects, for reading.</summary>
public sealed class ObjectShelf
{
    internal const int BlockSize = 256 * 1024;

    private readonly StoreLayout _layout;

    internal ObjectShelf(StoreLayout layout) => _layout = layout;

    public bool Has(Sha256Digest digest) => Libc.TryStatus(null, _layout.ObjectOf(digest)) is { Kind: FileKind.File };

    /// <summary>For small ones, such as a package's control file.</summary>
    public byte[] Read(Sha256Digest digest) => StoreFile.Read(_layout.ObjectOf(digest));

    /// <summary>Whether the bytes are those that the name promises.</summary>
    public bool Verify(Sha256Digest digest)
    {
        var (file, _) = Libc.TryOpen(null, _layout.ObjectOf(digest), OpenFlags.Read | OpenFlags.NoFollow);
        if (file is null)
        {
            return false;
        }

        using (file)
        {
            return HashOf(file) == digest;
        }
    }

    internal static Sha256Digest HashOf(SafeFileHandle file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            while (Libc.Read(file, buffer) is > 0 and var count)
            {
                hash.AppendData(buffer.AsSpan(0, count));
            }

            return new Sha256Digest(hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
