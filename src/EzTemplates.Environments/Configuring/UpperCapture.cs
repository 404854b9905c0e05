using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Formats;
using EzTemplates.Formats.Layers;
using EzTemplates.Store;
using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Environments;

/// <summary>When a file was made, where the file system keeps that, and when it was last changed.</summary>
public readonly record struct CapturedTimes(FileTime? Born, FileTime Changed);

/// <summary>What scripts did to a path.</summary>
public abstract record CapturedPath(TreePath Path)
{
    /// <summary>Of the file that it is now, or is a name of.</summary>
    public CapturedTimes Times { get; init; }

    /// <summary>It is this now. A mtime is as the file system has it.</summary>
    public sealed record Changed(ManifestEntry Entry) : CapturedPath(Entry.Path);

    /// <summary>It is another name of a file that stands before it among the captured ones, or is as it was below.</summary>
    public sealed record Linked(TreePath Path, TreePath File) : CapturedPath(Path);

    public sealed record Removed(TreePath Path) : CapturedPath(Path);
}

/// <summary>Reads what an overlay's upper layer changes in the tree below it, for a tree that has both. Nobody writes there any more.</summary>
internal sealed class UpperCapture
{
    private readonly SafeFileHandle _upper;
    private readonly Manifest _below;
    private readonly OverlayAttributes _overlay;
    private readonly FileSink _sink;
    private readonly Dictionary<ulong, TreePath> _linked = [];
    private (TreePath Path, SafeFileHandle Folder)? _folder;

    private UpperCapture(SafeFileHandle upper, Manifest below, OverlayAttributes overlay, FileSink sink) =>
        (_upper, _below, _overlay, _sink) = (upper, below, overlay, sink);

    /// <returns>In the order of the paths; nothing of <see cref="VolatilePaths"/>, no socket.</returns>
    public static ImmutableArray<CapturedPath> Read(SafeFileHandle upper, Manifest below, OverlayAttributes overlay, FileSink sink, CancellationToken cancellation)
    {
        var capture = new UpperCapture(upper, below, overlay, sink);
        try
        {
            return [.. capture.Changes(cancellation)];
        }
        finally
        {
            capture._folder?.Folder.Dispose();
        }
    }

    private IEnumerable<CapturedPath> Changes(CancellationToken cancellation)
    {
        foreach (var change in PrivateDiff.Read(NameOf(_upper), _below, _overlay))
        {
            cancellation.ThrowIfCancellationRequested();
            if (VolatilePaths.Contains(change.Path))
            {
                continue;
            }

            if (change.Private is not { } status)
            {
                yield return new CapturedPath.Removed(change.Path);
            }
            else if (change.Kind == PrivateChangeKind.SameCopy)
            {
                // Copied only because it got another name: what that shares with it is told, and nothing of itself.
                if (status.Links > 1 && FurtherName(change.Path, status) is { } further)
                {
                    yield return further;
                }
            }
            else if (status.Kind != FileKind.Socket)
            {
                yield return Read(change.Path, status);
            }
        }

        foreach (var touched in TouchedFolders())
        {
            yield return touched;
        }
    }

    /// <summary>A folder in which something was made or removed has a new time, and no other difference that the diff tells.</summary>
    private List<CapturedPath> TouchedFolders()
    {
        var touched = new List<CapturedPath>();
        PrivateArea.ForEachFolder(NameOf(_upper), (path, folder) =>
        {
            var status = Libc.Status(folder);
            if (_below.Find(path) is { Type: EntryType.Directory } before && before.Mtime != status.Mtime && !VolatilePaths.Contains(path)
                && status.Mode == before.Mode && status.Uid == before.Uid && status.Gid == before.Gid)
            {
                touched.Add(new CapturedPath.Changed(before with { Mtime = status.Mtime }));
            }
        });
        return touched;
    }

    /// <summary>Null for the first name of a file.</summary>
    private CapturedPath.Linked? FurtherName(TreePath path, FileStatus status) =>
        _linked.TryAdd(status.Inode, path) ? null : new CapturedPath.Linked(path, _linked[status.Inode]) { Times = new(status.Birth, status.Ctime) };

    private CapturedPath Read(TreePath path, FileStatus status)
    {
        if (status is { Links: > 1, Kind: not FileKind.Directory } && FurtherName(path, status) is { } further)
        {
            return further;
        }

        var (folder, name) = path.IsRoot ? (_upper, NativePath.FromLatin1(".")) : (FolderOf(path.Parent), NativePath.FromLatin1(path.Name));
        var entry = new ManifestEntry
        {
            Path = path,
            Type = TypeOf(status.Kind),
            Mode = status.Kind == FileKind.Symlink ? 0b111_111_111 : status.Mode,
            Uid = status.Uid,
            Gid = status.Gid,
            Mtime = status.Mtime,
            Device = status.Kind is FileKind.CharacterDevice or FileKind.BlockDevice ? status.SpecialDevice : default,
            Xattrs = Attributes(folder, name),
        };
        return new CapturedPath.Changed(status.Kind switch
        {
            FileKind.File => WithContent(entry, folder, name),
            FileKind.Symlink => entry with { Target = Libc.TryReadSymlink(folder, name)! },
            _ => entry,
        })
        { Times = new(status.Birth, status.Ctime) };
    }

    private ManifestEntry WithContent(ManifestEntry entry, SafeFileHandle folder, NativePath name)
    {
        var (file, errno) = Libc.TryOpenRegular(folder, name);
        using (file ?? throw StoreException.FromErrno("open", entry.Path.ToString(), errno))
        using (var stream = new FileStream(file, FileAccess.Read))
        {
            return entry with { Size = stream.Length, Content = _sink(stream, stream.Length) };
        }
    }

    private ImmutableArray<ExtendedAttribute> Attributes(SafeFileHandle folder, NativePath name) =>
    [
        .. Libc.XattrNames(folder, name)
            .Select(stored => (Stored: stored, Seen: OverlayEscape.NameInView(stored, _overlay.Prefix)))
            .Where(attribute => attribute.Seen is not null)
            .Select(attribute => new ExtendedAttribute(attribute.Seen!, [.. Libc.TryGetXattr(folder, name, NativePath.FromLatin1(attribute.Stored)) ?? []]))
            .OrderBy(attribute => attribute.Name, StringComparer.Ordinal),
    ];

    /// <summary>Changes come folder by folder, so that the last one is asked for again and again.</summary>
    private SafeFileHandle FolderOf(TreePath path)
    {
        if (_folder is not { } last || last.Path != path)
        {
            _folder?.Folder.Dispose();
            _folder = null;
            _folder = last = (path, PrivateArea.TryOpenFolder(NameOf(_upper), path) ?? throw StoreException.FromErrno("open", path.ToString(), Errnos.ENOENT));
        }

        return last.Folder;
    }

    /// <summary>The folder lies on a file system that no path leads to any more: only its descriptor does.</summary>
    private static string NameOf(SafeFileHandle folder) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/proc/self/fd/{folder.DangerousGetHandle()}/.");

    private static EntryType TypeOf(FileKind kind) => kind switch
    {
        FileKind.Directory => EntryType.Directory,
        FileKind.Symlink => EntryType.Symlink,
        FileKind.CharacterDevice => EntryType.CharacterDevice,
        FileKind.BlockDevice => EntryType.BlockDevice,
        FileKind.Fifo => EntryType.Fifo,
        _ => EntryType.File,
    };
}
