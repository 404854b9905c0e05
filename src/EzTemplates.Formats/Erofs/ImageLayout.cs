using EzTemplates.Domain;
using EzTemplates.Formats.Layers;

namespace EzTemplates.Formats.Erofs;

/// <summary>
/// Where everything of an image stands: super block, inodes in the order of the manifest with what fits behind them, the shared
/// attributes, then whole blocks of folders and links. Found in one pass over the manifest, before a byte is written.
/// </summary>
internal sealed class ImageLayout
{
    private readonly Dictionary<string, ImageInode> _folders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImageInode> _files = new(StringComparer.Ordinal);

    public ImageLayout(Manifest manifest)
    {
        Epoch = MostUsedTime(manifest);
        var linked = manifest.Entries.Where(entry => entry.Type == EntryType.HardLink).Select(entry => entry.Target).ToHashSet(StringComparer.Ordinal);
        AddInodes(manifest, linked);
        AddWhiteout();
        Xattrs = new ImageXattrs(Inodes);
        PlaceInodes();
        SharedStart = InodesEnd;
        PlaceBlocks();
    }

    public List<ImageInode> Inodes { get; } = [];

    public ImageXattrs Xattrs { get; }

    /// <summary>What an inode's time is unless it says another.</summary>
    public FileTime Epoch { get; }

    public int SharedStart { get; }

    public int TotalSize { get; private set; }

    private int InodesEnd { get; set; }

    /// <summary>The time that spares most inodes one of their own; of several the earliest.</summary>
    private static FileTime MostUsedTime(Manifest manifest) => manifest.Entries.CountBy(entry => entry.Mtime)
        .OrderByDescending(time => time.Value).ThenBy(time => time.Key).First().Key;

    private void AddInodes(Manifest manifest, HashSet<string> linked)
    {
        var folders = _folders.GetAlternateLookup<ReadOnlySpan<char>>();
        var folderParents = new List<(ImageInode Folder, ImageInode Parent)>();
        foreach (var entry in manifest.Entries)
        {
            var path = entry.Path.Latin1;
            var slash = path.LastIndexOf('/');
            var parent = entry.Path.IsRoot ? null : folders[path.AsSpan(0, Math.Max(slash, 1))];
            ImageInode inode;
            if (entry.Type == EntryType.HardLink)
            {
                inode = _files[entry.Target];
                inode.Links++;
            }
            else
            {
                inode = NewInode(entry);
                if (entry.Type == EntryType.Directory)
                {
                    _folders.Add(path, inode);
                    folderParents.Add((inode, parent ?? inode));
                }
                else if (linked.Contains(path))
                {
                    _files.Add(path, inode);
                }
            }

            if (parent is not null)
            {
                parent.Folder!.Add(new FolderMember(path, slash + 1, inode));
                parent.Links += entry.Type == EntryType.Directory ? 1u : 0u;
            }
        }

        foreach (var (folder, parent) in folderParents)
        {
            folder.Folder!.Insert(".", folder);
            folder.Folder.Insert("..", parent);
        }
    }

    /// <summary>Hides the folder of objects where they are an ordinary layer below this one.</summary>
    private void AddWhiteout() => Inodes[0].Folder!.Insert(ObjectPath.Folder, NewInode(new ManifestEntry
    {
        Path = TreePath.Root.Append(ObjectPath.Folder),
        Type = EntryType.CharacterDevice,
        Mode = 0,
        Uid = 0,
        Gid = 0,
        Mtime = Epoch,
    }));

    private ImageInode NewInode(ManifestEntry entry)
    {
        var inode = new ImageInode(entry, Inodes.Count + 1) { Folder = entry.Type == EntryType.Directory ? new ImageFolder() : null };
        Inodes.Add(inode);
        return inode;
    }

    private void PlaceInodes()
    {
        var position = ErofsFormat.SuperOffset + ErofsFormat.SuperSize;
        foreach (var inode in Inodes)
        {
            (inode.Blocks, inode.TailSize) = inode.Entry.Type switch
            {
                EntryType.Directory => inode.Folder!.Divide(),
                EntryType.Symlink => (0, inode.Entry.Target.Length),
                EntryType.File when inode.HasChunks => (0, ErofsFormat.ChunksOf(inode.Size) * ErofsFormat.ChunkPointerSize),
                _ => (0, 0),
            };
            inode.IsExtended = inode.Entry.Mtime != Epoch || inode.Entry.Uid > ushort.MaxValue || inode.Entry.Gid > ushort.MaxValue
                || inode.Links > ushort.MaxValue || inode.Size > uint.MaxValue;
            inode.XattrSize = Xattrs.SizeBehind(inode);
            inode.Offset = PlaceFor(inode, ErofsFormat.AlignUp(position, ErofsFormat.Slot));
            position = checked(inode.Offset + inode.HeadSize + inode.TailSize);
        }

        InodesEnd = ErofsFormat.AlignUp(position, ErofsFormat.Slot);
    }

    /// <summary>The kernel reads a folder's tail, and a link with its inode, from one block.</summary>
    private static int PlaceFor(ImageInode inode, int position)
    {
        if (inode.Entry.Type == EntryType.Symlink)
        {
            var size = inode.HeadSize + inode.TailSize;
            if (size > ErofsFormat.BlockSize)
            {
                (inode.Blocks, inode.TailSize) = (1, 0);
                return position;
            }

            return IsInOneBlock(position, size) ? position : ErofsFormat.AlignUp(position, ErofsFormat.BlockSize);
        }

        if (inode.Folder is null || IsInOneBlock(position + inode.HeadSize, inode.TailSize))
        {
            return position;
        }

        var boundary = ErofsFormat.AlignUp(position + inode.HeadSize, ErofsFormat.BlockSize);
        return ErofsFormat.AlignUp(boundary - inode.HeadSize, ErofsFormat.Slot);
    }

    private static bool IsInOneBlock(int start, int size) =>
        size == 0 || start / ErofsFormat.BlockSize == (start + size - 1) / ErofsFormat.BlockSize;

    private void PlaceBlocks()
    {
        var block = ErofsFormat.AlignUp(checked(SharedStart + Xattrs.SharedSize), ErofsFormat.BlockSize) / ErofsFormat.BlockSize;
        foreach (var inode in Inodes.Where(inode => inode.Blocks > 0))
        {
            inode.FirstBlock = block;
            block += inode.Blocks;
        }

        TotalSize = checked(block * ErofsFormat.BlockSize);
    }
}
