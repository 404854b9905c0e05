using EzTemplates.Domain;

namespace EzTemplates.Formats.Erofs;

/// <summary>One inode of an image to be, with its place once <see cref="ImageLayout"/> has found it.</summary>
internal sealed class ImageInode(ManifestEntry entry, int number)
{
    public ManifestEntry Entry => entry;

    /// <summary>From 1, in the order of the manifest.</summary>
    public int Number => number;

    /// <summary>Names of it; for a folder 2 and one for each folder in it.</summary>
    public uint Links { get; set; } = entry.Type == EntryType.Directory ? 2u : 1u;

    /// <summary>Null for all but folders.</summary>
    public ImageFolder? Folder { get; init; }

    public bool IsExtended { get; set; }

    public int XattrSize { get; set; }

    /// <summary>Bytes behind inode and attributes: the end of a folder, a link's target, a file's chunk pointers.</summary>
    public int TailSize { get; set; }

    /// <summary>Whole blocks elsewhere: of a folder, or of a link too long to stand behind its inode.</summary>
    public int Blocks { get; set; }

    public int FirstBlock { get; set; }

    public int Offset { get; set; }

    public bool HasChunks => entry.Type == EntryType.File && entry.Size > 0;

    public long Size => entry.Type switch
    {
        EntryType.Directory => ((long)Blocks * ErofsFormat.BlockSize) + TailSize,
        EntryType.Symlink => entry.Target.Length,
        _ => entry.Size,
    };

    public int HeadSize => (IsExtended ? ErofsFormat.ExtendedSize : ErofsFormat.CompactSize) + XattrSize;

    public int NodeId => Offset / ErofsFormat.Slot;
}
