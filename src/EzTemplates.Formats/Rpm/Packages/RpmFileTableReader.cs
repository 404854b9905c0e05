using System.Runtime.InteropServices;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>Reads a header's file list: paths that are safe and stand once, types that a package can bring.</summary>
internal static class RpmFileTableReader
{
    private const ulong TypeMask = 0xf000;

    public static RpmFileTable Read(RpmHeader header, RpmReadOptions options, ArchivePosition at)
    {
        var paths = new RpmFilePaths(header, options);
        var columns = new RpmFileColumns(header, paths.Count);
        var files = new RpmFile[paths.Count];
        var byPath = new Dictionary<TreePath, int>(paths.Count);
        for (var i = 0; i < files.Length; i++)
        {
            files[i] = ReadFile(columns, i, paths.Next(at));
            if (!byPath.TryAdd(files[i].Path, i))
            {
                throw new MalformedArchiveException("it stands twice in the file list");
            }
        }

        RpmLinkSets.Check(files, at);
        at.EnterPath(null);
        var numbers = header.Numbers(RpmField.FileDigestAlgorithm);
        var algorithm = RpmDigests.ByNumber(numbers.Count == 0 ? 1 : numbers[0])
            ?? throw new MalformedArchiveException($"its field {RpmField.FileDigestAlgorithm.Name} is {numbers[0]}, which is no known digest");
        return new RpmFileTable(ImmutableCollectionsMarshal.AsImmutableArray(files), byPath, algorithm);
    }

    private static RpmFile ReadFile(RpmFileColumns columns, int i, TreePath path)
    {
        var flags = (RpmFileFlags)columns.Flags(i);
        var mode = columns.Mode(i);
        var type = TypeOf(mode, flags);
        var device = columns.DeviceNumber(i);
        var target = columns.NextLinkTarget();
        if (type == EntryType.Symlink)
        {
            MemberPath.CheckLinkTarget(target);
        }

        return new RpmFile
        {
            Path = !path.IsRoot || type == EntryType.Directory ? path : throw new MalformedArchiveException("it stands at the root of the tree and is no directory"),
            Type = type,
            Mode = (int)(mode & 0xfff),
            UserName = columns.NextUser(),
            GroupName = columns.NextGroup(),
            Mtime = columns.Time(i),
            Size = columns.Size(i),
            LinkTarget = type == EntryType.Symlink ? target : "",
            Device = type is EntryType.CharacterDevice or EntryType.BlockDevice ? new DeviceNumber((uint)(device >> 8) & 0xff, (uint)device & 0xff) : default,
            Flags = flags,
            Color = columns.Color(i),
            Languages = columns.NextLanguages(),
            Capabilities = columns.NextCapabilities(),
            Digest = columns.NextDigest(),
            LinkSet = type == EntryType.File && (flags & RpmFileFlags.Ghost) == 0 ? columns.Identity(i) : 0,
        };
    }

    /// <summary>By S_IFMT of inode(7). A ghost need not have existed when the package was made, and then has no type.</summary>
    private static EntryType TypeOf(ulong mode, RpmFileFlags flags) => (mode & TypeMask) switch
    {
        0x8000 => EntryType.File,
        0x4000 => EntryType.Directory,
        0xa000 => EntryType.Symlink,
        0x2000 => EntryType.CharacterDevice,
        0x6000 => EntryType.BlockDevice,
        0x1000 => EntryType.Fifo,
        _ when (flags & RpmFileFlags.Ghost) != 0 => EntryType.File,
        0xc000 => throw new MalformedArchiveException($"it is a socket by its {RpmField.FileModes.Name}, which no package can bring"),
        _ => throw new MalformedArchiveException($"its {RpmField.FileModes.Name} 0{Convert.ToString((long)mode, 8)} has no file type"),
    };
}
