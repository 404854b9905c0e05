using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Environments;

/// <summary>Sorts an environment's private copies of whole-state files by what a change of version means for them.</summary>
internal static class PrivateCopies
{
    public static (ImmutableArray<TreePath> Conflicts, ImmutableArray<TreePath> Dropped) Judge(string area, Manifest old, Manifest next)
    {
        var conflicts = ImmutableArray.CreateBuilder<TreePath>();
        var dropped = ImmutableArray.CreateBuilder<TreePath>();
        foreach (var place in WholeStateFiles.Places.Order())
        {
            using var folder = PrivateArea.TryOpenFolder(area, place);
            var members = folder is null ? [] : Libc.ReadFolder(folder);
            foreach (var path in members.Select(member => place.Append(member.Name)).Where(WholeStateFiles.Contains).Order())
            {
                var (before, after) = (old.Find(path), next.Find(path));
                if (IsSameContent(before, after))
                {
                    continue;
                }

                var name = NativePath.FromLatin1(path.Name);
                var status = Libc.Status(folder, name);
                if (IsUnchanged(folder!, name, status, before))
                {
                    dropped.Add(path);
                }
                else if (!PrivateArea.IsWhiteout(status) && !HasContent(folder!, name, status, after))
                {
                    conflicts.Add(path);
                }
            }
        }

        return (conflicts.ToImmutable(), dropped.ToImmutable());
    }

    /// <summary>Removes copies that are the old version's own: its view shows the same without them.</summary>
    public static void Drop(string area, ImmutableArray<TreePath> paths)
    {
        foreach (var path in paths)
        {
            using var folder = PrivateArea.TryOpenFolder(area, path.Parent);
            if (folder is not null)
            {
                var mtime = Libc.Status(folder).Mtime;
                Libc.TryRemoveFile(folder, NativePath.FromLatin1(path.Name));
                Libc.ChangeMtime(folder, mtime);
            }
        }
    }

    private static bool IsSameContent(ManifestEntry? before, ManifestEntry? after) =>
        before?.Type == after?.Type && before?.Content == after?.Content && before?.Target == after?.Target;

    private static bool IsUnchanged(SafeFileHandle folder, NativePath name, FileStatus status, ManifestEntry? before) =>
        before is not null && HasContent(folder, name, status, before)
        && (status.Kind == FileKind.Symlink || status.Mode == before.Mode) && status.Uid == before.Uid && status.Gid == before.Gid;

    private static bool HasContent(SafeFileHandle folder, NativePath name, FileStatus status, ManifestEntry? entry) => entry?.Type switch
    {
        EntryType.File => status.Kind == FileKind.File && status.Size == entry.Size && PrivateArea.TryDigest(folder, name) == entry.Content,
        EntryType.Symlink => status.Kind == FileKind.Symlink && Libc.TryReadSymlink(folder, name) == entry.Target,
        _ => false,
    };
}
