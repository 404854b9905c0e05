using System.Collections.Concurrent;
using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Store;

/// <summary>Whether a metadata tree on disk is the one that its manifest makes.</summary>
internal static class TreeComparison
{
    private static readonly TreePath Whiteout = TreePath.Parse("/" + StoreLayout.ObjectsName);

    /// <summary>Paths that are not as they should be, absent, or too many; sorted.</summary>
    /// <param name="manifest">As the tree has it: see <see cref="StoreIds.InTree"/>.</param>
    public static ImmutableArray<TreePath> Differences(Manifest manifest, TreeFiles files, string tree, CancellationToken cancellation)
    {
        using var root = Libc.OpenFolder(null, tree);
        var wrong = manifest.Entries.Where(entry => !IsRight(root, entry, files)).Select(entry => entry.Path).ToHashSet();
        wrong.UnionWith(WithWrongBytes(root, manifest.Entries.Where(entry => entry is { Type: EntryType.File, Size: > 0 } && !wrong.Contains(entry.Path)), files, cancellation));
        if (files.IsOverObjects && (Libc.TryStatus(root, Whiteout) is not { Kind: FileKind.CharacterDevice } white || white.SpecialDevice != default))
        {
            wrong.Add(Whiteout);
        }

        FolderWalk.Run(root, at =>
        {
            var members = Libc.ReadFolder(at.Folder);
            var parent = at.Path == "" ? "/" : $"/{at.Path}/";
            foreach (var path in members.Select(member => TreePath.Parse(parent + member.Name)).Where(path => !(files.IsOverObjects && path == Whiteout) && manifest.Find(path) is null))
            {
                wrong.Add(path);
            }

            return members.Where(member => member.IsFolder).Select(member => member.Name);
        });
        return [.. wrong.Order()];
    }

    /// <summary>Bytes are read on every core; a tree that refers to objects has none to read.</summary>
    private static ConcurrentBag<TreePath> WithWrongBytes(SafeFileHandle root, IEnumerable<ManifestEntry> entries, TreeFiles files, CancellationToken cancellation)
    {
        var wrong = new ConcurrentBag<TreePath>();
        if (files.HaveBytes)
        {
            Parallel.ForEach(entries, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount }, entry =>
            {
                if (!files.AreRight(root, entry))
                {
                    wrong.Add(entry.Path);
                }
            });
        }

        return wrong;
    }

    private static bool IsRight(SafeFileHandle root, ManifestEntry entry, TreeFiles files)
    {
        if (Libc.TryStatus(root, entry.Path) is not { } status)
        {
            return false;
        }

        if (entry.Type == EntryType.HardLink)
        {
            return Libc.TryStatus(root, TreePath.Parse(entry.Target)) is { } target && target.IsSameFile(status);
        }

        return status.Kind == FileKinds.Of(entry.Type)
            && (entry.Type == EntryType.Symlink || status.Mode == entry.Mode)
            && (status.Uid, status.Gid, status.Mtime) == (entry.Uid, entry.Gid, entry.Mtime)
            && (entry.Type != EntryType.File || status.Size == entry.Size)
            && (entry.Type != EntryType.Symlink || Libc.TryReadSymlink(root, entry.Path) == entry.Target)
            && (entry.Type is not (EntryType.CharacterDevice or EntryType.BlockDevice) || status.SpecialDevice == entry.Device)
            && HasItsAttributes(root, entry, files);
    }

    private static bool HasItsAttributes(SafeFileHandle root, ManifestEntry entry, TreeFiles files)
    {
        var expected = entry.Xattrs.ToDictionary(xattr => xattr.Name, xattr => xattr.Value.ToArray(), StringComparer.Ordinal);
        if (entry.Type == EntryType.File && entry.Size > 0)
        {
            foreach (var (name, value) in files.AttributesOf(entry))
            {
                expected[name.ToString()] = value;
            }
        }

        return Libc.XattrNames(root, entry.Path).Where(IsOurs).All(expected.ContainsKey)
            && expected.All(pair => Libc.TryGetXattr(root, entry.Path, NativePath.FromLatin1(pair.Key)) is { } value && value.AsSpan().SequenceEqual(pair.Value));
    }

    /// <summary>A security module labels whatever it likes.</summary>
    internal static bool IsOurs(string attribute) =>
        attribute == "security.capability"
        || !(attribute.StartsWith("security.", StringComparison.Ordinal) || attribute.StartsWith("system.", StringComparison.Ordinal));
}
