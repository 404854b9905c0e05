using EzTemplates.Domain;

namespace EzTemplates.Formats.Erofs;

/// <summary>
/// Sizes and numbers of the on-disk format (Linux, fs/erofs/erofs_fs.h). Of its features only chunked files (5.15) are used, which
/// erofs-utils 1.5 reads.
/// </summary>
internal static class ErofsFormat
{
    public const int BlockBits = 12;
    public const int BlockSize = 1 << BlockBits;

    public const int SuperOffset = 1024;
    public const int SuperSize = 128;
    public const uint Magic = 0xe0f5e1e2;
    public const uint CompatibleChecksum = 1;
    public const uint CompatibleMtime = 2;
    public const uint IncompatibleChunkedFile = 4;

    /// <summary>Inodes start at multiples of this, and are numbered by it.</summary>
    public const int Slot = 32;
    public const int CompactSize = 32;
    public const int ExtendedSize = 64;

    public const int LayoutPlain = 0;
    public const int LayoutInline = 2;
    public const int LayoutChunks = 4;

    /// <summary>A chunk may have 2^31 blocks.</summary>
    public const int MostChunkBits = BlockBits + 31;
    public const int ChunkPointerSize = 4;

    public const int DirentSize = 12;

    /// <summary>A folder's last part stands in a block of its own if it is longer: behind the inode it would waste more by not fitting.</summary>
    public const int LongestFolderTail = BlockSize / 2;

    public static int TypeBits(EntryType type) => type switch
    {
        EntryType.File => 0x8000,
        EntryType.Directory => 0x4000,
        EntryType.Symlink => 0xa000,
        EntryType.CharacterDevice => 0x2000,
        EntryType.BlockDevice => 0x6000,
        EntryType.Fifo => 0x1000,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>As directory entries have it (linux/fs_types.h).</summary>
    public static byte FileType(EntryType type) => type switch
    {
        EntryType.File => 1,
        EntryType.Directory => 2,
        EntryType.CharacterDevice => 3,
        EntryType.BlockDevice => 4,
        EntryType.Fifo => 5,
        EntryType.Symlink => 7,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>new_encode_dev of linux/kdev_t.h.</summary>
    public static uint Encode(DeviceNumber device) => (device.Minor & 0xff) | (device.Major << 8) | ((device.Minor & ~0xffu) << 12);

    /// <summary>The smallest chunk that holds a file whole, or the largest that there is.</summary>
    public static int ChunkBits(long size) =>
        Math.Clamp(64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)(size - 1)), BlockBits, MostChunkBits);

    public static int ChunksOf(long size) => checked((int)(((size - 1) >> ChunkBits(size)) + 1));

    public static int AlignUp(int value, int unit) => checked(value + unit - 1) / unit * unit;
}
