using System.Collections.Immutable;
using System.Security.Cryptography;
using EzTemplates.Domain;
using EzTemplates.Store;
using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Environments;

/// <summary>An environment's private area, as an unmounted folder. No link in it is followed, in no part of a path.</summary>
internal static class PrivateArea
{
    /// <summary>Null where the area has no folder of that path, and where there is no area.</summary>
    public static SafeFileHandle? TryOpenFolder(string area, TreePath path)
    {
        var (folder, errno) = Libc.TryOpen(null, area, OpenFlags.Directory | OpenFlags.NoFollow);
        if (folder is null)
        {
            return errno == Errnos.ENOENT ? null : throw StoreException.FromErrno("open", area, errno);
        }

        using (folder)
        {
            return Libc.TryOpenFolderBelow(folder, NativePath.FromLatin1(path.Relative));
        }
    }

    public static bool IsWhiteout(FileStatus status) => status.Kind == FileKind.CharacterDevice && status.SpecialDevice == default;

    /// <summary>Whether the kernel shows nothing of the folders below this one.</summary>
    public static bool IsOpaque(SafeFileHandle folder, OverlayAttributes attributes) => Libc.TryGetXattr(folder, ".", attributes.Opaque) is [(byte)'y'];

    /// <summary>Of a file's bytes; null if it has gone meanwhile, or is no file any more: who is inside may change it at any moment.</summary>
    public static Sha256Digest? TryDigest(SafeFileHandle folder, NativePath name) => TryRead(folder, name, stream => new Sha256Digest(SHA256.HashData(stream)));

    /// <summary>Hands a file's bytes over, as <see cref="TryDigest"/>.</summary>
    public static T? TryRead<T>(SafeFileHandle folder, NativePath name, Func<Stream, T> read)
        where T : struct
    {
        var (file, errno) = Libc.TryOpenRegular(folder, name);
        if (file is null)
        {
            return errno is 0 or Errnos.ENOENT ? null : throw StoreException.FromErrno("open", $"{Libc.NameOf(folder)}/{name}", errno);
        }

        using (file)
        using (var stream = new FileStream(file, FileAccess.Read))
        {
            return read(stream);
        }
    }

    /// <summary>Removes copies that are the old version's own: its view shows the same without them.</summary>
    public static void Drop(string area, ImmutableArray<TreePath> paths)
    {
        foreach (var path in paths)
        {
            using var folder = TryOpenFolder(area, path.Parent);
            if (folder is not null)
            {
                var mtime = Libc.Status(folder).Mtime;
                Libc.TryRemoveFile(folder, NativePath.FromLatin1(path.Name));
                Libc.ChangeMtime(folder, mtime);
            }
        }
    }

    /// <summary>Every folder of the area with its path, the area itself first.</summary>
    public static void ForEachFolder(string area, Action<TreePath, SafeFileHandle> visit)
    {
        using var root = Libc.OpenFolder(null, area);
        FolderWalk.Run(root, at =>
        {
            visit(TreePath.Parse("/" + at.Path), at.Folder);
            return Libc.ReadFolder(at.Folder).Where(member => member.IsFolder).Select(member => member.Name);
        });
    }

    /// <summary>
    /// Makes the area right for any lower layer, changing nothing that the view of <paramref name="old"/> shows. A folder made where
    /// the version had none is marked opaque by the kernel, to spare itself a look-up: a new version's files in it would never show.
    /// And a folder with whiteouts must say that it is a copied one, or its whiteouts show when the lower folder is gone.
    /// </summary>
    public static void MakeIndependent(string area, OverlayAttributes attributes, Manifest old, Func<TreePath, bool> wasFolderBefore) =>
        ForEachFolder(area, (path, folder) =>
        {
            if (old.Find(path)?.Type != EntryType.Directory && Libc.TryGetXattr(folder, ".", attributes.Opaque) is not null && !wasFolderBefore(path))
            {
                Libc.RemoveXattr(folder, ".", attributes.Opaque);
            }

            if (Libc.TryGetXattr(folder, ".", attributes.Origin) is null && HasWhiteout(folder))
            {
                Libc.SetXattr(folder, attributes.Origin, []);
            }
        });

    /// <summary>
    /// A folder was copied up with the old version's owner, mode and time because something in it changed; where the user left them,
    /// they are to be the new version's. Doing this twice is doing it once.
    /// </summary>
    public static void Follow(string area, Manifest old, Manifest next) =>
        ForEachFolder(area, (path, folder) =>
        {
            if (old.Find(path) is not { Type: EntryType.Directory } before || next.Find(path) is not { Type: EntryType.Directory } after)
            {
                return;
            }

            var status = Libc.Status(folder);
            if (status.Uid == before.Uid && status.Gid == before.Gid && status.Mode == before.Mode)
            {
                Libc.ChangeOwner(folder, after.Uid, after.Gid);
                Libc.ChangeMode(folder, after.Mode);
            }

            if (status.Mtime == before.Mtime)
            {
                Libc.ChangeMtime(folder, after.Mtime);
            }
        });

    private static bool HasWhiteout(SafeFileHandle folder) =>
        Libc.ReadFolder(folder).Any(member => member.IsDevice
            && Libc.TryStatus(folder, NativePath.FromLatin1(member.Name)) is { } status && IsWhiteout(status));
}
