using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats.Layers;

namespace EzTemplates.Formats.Erofs;

/// <summary>
/// A manifest as an EROFS image: every path with exact type, mode, owner, mtime, size and attributes, and no content. A file is one
/// hole, and says with two overlay attributes which object holds its bytes. The bytes are a function of the manifest alone.
/// </summary>
public static class ErofsImage
{
    private const int UuidSize = 16;

    /// <param name="digest">
    /// The manifest's; the image's UUID comes from it. It must differ between images: an overlay keeps UUID and inode number of what
    /// a private file was copied from, and takes another image of the same UUID for the one it was copied from.
    /// </param>
    /// <exception cref="EzException">Untrusted: the manifest holds a path that cannot stand in a layer.</exception>
    public static void Write(Manifest manifest, Sha256Digest digest, Stream destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        destination.Write(Write(manifest, digest));
    }

    /// <inheritdoc cref="Write(Manifest, Sha256Digest, Stream)"/>
    public static byte[] Write(Manifest manifest, Sha256Digest digest)
    {
        LayerRules.Check(manifest);
        var layout = new ImageLayout(OverlayEscape.Apply(manifest));
        var image = new byte[layout.TotalSize];
        var sharedStart = layout.SharedStart % ErofsFormat.BlockSize;
        foreach (var inode in layout.Inodes)
        {
            var place = image.AsSpan(inode.Offset);
            WriteInode(inode, place);
            if (inode.XattrSize > 0)
            {
                layout.Xattrs.WriteBehind(inode, place[(inode.HeadSize - inode.XattrSize)..inode.HeadSize], sharedStart);
            }

            WriteTail(inode, place.Slice(inode.HeadSize, inode.TailSize));
            WriteBlocks(inode, image.AsSpan(inode.FirstBlock * ErofsFormat.BlockSize, inode.Blocks * ErofsFormat.BlockSize));
        }

        layout.Xattrs.WriteShared(image.AsSpan(layout.SharedStart));
        WriteSuperBlock(layout, digest, image);
        return image;
    }

    private static void WriteInode(ImageInode inode, Span<byte> place)
    {
        var entry = inode.Entry;
        var tail = entry.Type is EntryType.Directory or EntryType.Symlink && inode.TailSize > 0 ? ErofsFormat.LayoutInline : ErofsFormat.LayoutPlain;
        var layout = inode.HasChunks ? ErofsFormat.LayoutChunks : tail;
        var union = entry.Type switch
        {
            EntryType.CharacterDevice or EntryType.BlockDevice => ErofsFormat.Encode(entry.Device),
            EntryType.File => inode.HasChunks ? (uint)(ErofsFormat.ChunkBits(inode.Size) - ErofsFormat.BlockBits) : 0,
            _ => (uint)inode.FirstBlock,
        };

        // erofs_inode_compact and erofs_inode_extended begin alike; the number of attributes counts words after a header of three.
        BinaryPrimitives.WriteUInt16LittleEndian(place, (ushort)((layout << 1) | (inode.IsExtended ? 1 : 0)));
        BinaryPrimitives.WriteUInt16LittleEndian(place[2..], checked((ushort)(inode.XattrSize == 0 ? 0 : (inode.XattrSize / 4) - 2)));
        BinaryPrimitives.WriteUInt16LittleEndian(place[4..], (ushort)(ErofsFormat.TypeBits(entry.Type) | entry.Mode));
        BinaryPrimitives.WriteUInt32LittleEndian(place[16..], union);
        BinaryPrimitives.WriteInt32LittleEndian(place[20..], inode.Number);
        if (inode.IsExtended)
        {
            BinaryPrimitives.WriteInt64LittleEndian(place[8..], inode.Size);
            BinaryPrimitives.WriteUInt32LittleEndian(place[24..], entry.Uid);
            BinaryPrimitives.WriteUInt32LittleEndian(place[28..], entry.Gid);
            BinaryPrimitives.WriteInt64LittleEndian(place[32..], entry.Mtime.Seconds);
            BinaryPrimitives.WriteInt32LittleEndian(place[40..], entry.Mtime.Nanoseconds);
            BinaryPrimitives.WriteUInt32LittleEndian(place[44..], inode.Links);
        }
        else
        {
            BinaryPrimitives.WriteUInt16LittleEndian(place[6..], (ushort)inode.Links);
            BinaryPrimitives.WriteUInt32LittleEndian(place[8..], (uint)inode.Size);
            BinaryPrimitives.WriteUInt16LittleEndian(place[24..], (ushort)entry.Uid);
            BinaryPrimitives.WriteUInt16LittleEndian(place[26..], (ushort)entry.Gid);
        }
    }

    private static void WriteTail(ImageInode inode, Span<byte> place)
    {
        if (place.IsEmpty)
        {
            return;
        }

        switch (inode.Entry.Type)
        {
            case EntryType.Directory:
                inode.Folder!.Write(inode.Blocks, place);
                break;
            case EntryType.Symlink:
                Encoding.Latin1.GetBytes(inode.Entry.Target, place);
                break;
            default:
                // EROFS_NULL_ADDR: every chunk is a hole.
                place.Fill(0xff);
                break;
        }
    }

    private static void WriteBlocks(ImageInode inode, Span<byte> place)
    {
        if (inode.Folder is null)
        {
            if (!place.IsEmpty)
            {
                Encoding.Latin1.GetBytes(inode.Entry.Target, place);
            }

            return;
        }

        for (var block = 0; block < inode.Blocks; block++)
        {
            inode.Folder.Write(block, place.Slice(block * ErofsFormat.BlockSize, ErofsFormat.BlockSize));
        }
    }

    /// <summary>Last: it sums up its block, and inodes stand in that.</summary>
    private static void WriteSuperBlock(ImageLayout layout, Sha256Digest digest, Span<byte> image)
    {
        Span<byte> name = stackalloc byte[Sha256Digest.ByteCount];
        digest.CopyTo(name);
        var super = image[ErofsFormat.SuperOffset..ErofsFormat.BlockSize];
        BinaryPrimitives.WriteUInt32LittleEndian(super, ErofsFormat.Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(super[8..], ErofsFormat.CompatibleChecksum | ErofsFormat.CompatibleMtime);
        super[12] = ErofsFormat.BlockBits;
        BinaryPrimitives.WriteUInt16LittleEndian(super[14..], (ushort)layout.Inodes[0].NodeId);
        BinaryPrimitives.WriteInt64LittleEndian(super[16..], layout.Inodes.Count);
        BinaryPrimitives.WriteInt64LittleEndian(super[24..], layout.Epoch.Seconds);
        BinaryPrimitives.WriteInt32LittleEndian(super[32..], layout.Epoch.Nanoseconds);
        BinaryPrimitives.WriteInt32LittleEndian(super[36..], layout.TotalSize / ErofsFormat.BlockSize);
        BinaryPrimitives.WriteInt32LittleEndian(super[44..], layout.SharedStart / ErofsFormat.BlockSize);
        name[..UuidSize].CopyTo(super[48..]);
        BinaryPrimitives.WriteUInt32LittleEndian(super[80..], ErofsFormat.IncompatibleChunkedFile);
        BinaryPrimitives.WriteUInt32LittleEndian(super[4..], Checksum(super));
    }

    /// <summary>CRC-32C as the kernel's crc32c() has it: from all ones, and not inverted at the end.</summary>
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = ~0u;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        return sum;
    }
}
