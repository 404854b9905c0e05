using EzTemplates.Domain;
using EzTemplates.Store.Native;
using EzTemplates.Testing;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Environments.Tests.Contract;

/// <summary>What a path below a folder is, as text that two folders, or a folder and a manifest, can be compared by.</summary>
internal static class SeenEntry
{
    /// <param name="manifest">Every path of it is there with every field, and no other path.</param>
    public static void AssertShows(string root, Manifest manifest)
    {
        var links = manifest.Entries.Where(entry => entry.Type == EntryType.HardLink).CountBy(entry => entry.Target).ToDictionary(StringComparer.Ordinal);
        var expected = manifest.Entries.Select(entry =>
        {
            var real = entry.Type == EntryType.HardLink ? manifest.Find(TreePath.Parse(entry.Target))! : entry;
            var names = real.Type == EntryType.Directory ? 0 : 1 + links.GetValueOrDefault(real.Path.Latin1);
            return Text(entry.Path, KindOf(real.Type), real.Mode, real.Uid, real.Gid, real.Mtime, real.Type == EntryType.File ? real.Size : -1, (uint)names, real.Device, real.Target, real.Xattrs);
        });
        AssertSame([.. expected], Below(root), root);
    }

    public static void AssertSame(IReadOnlyList<string> expected, IReadOnlyList<string> found, string where)
    {
        var (known, seen) = (expected.ToHashSet(StringComparer.Ordinal), found.ToHashSet(StringComparer.Ordinal));
        var differences = expected.Where(line => !seen.Contains(line)).Select(line => "- " + line).Concat(found.Where(line => !known.Contains(line)).Select(line => "+ " + line)).ToList();
        Assert.True(differences.Count == 0, $"{where}: {differences.Count} differences ({TestSeed.Hint})\n{string.Join('\n', differences.Take(20))}");
    }

    /// <summary>Every path at and below a folder, the folder itself first.</summary>
    public static IReadOnlyList<string> Below(string root)
    {
        var lines = new List<string>();
        using var folder = Libc.OpenFolder(null, root);
        lines.Add(Read(folder, ".", TreePath.Root));
        Walk(folder, TreePath.Root, lines);
        return lines;
    }

    private static void Walk(SafeFileHandle folder, TreePath path, List<string> lines)
    {
        foreach (var member in Libc.ReadFolder(folder))
        {
            var name = NativePath.FromLatin1(member.Name);
            var below = path.Append(member.Name);
            lines.Add(Read(folder, name, below));
            if (member.IsFolder)
            {
                using var inner = Libc.OpenFolder(folder, name);
                Walk(inner, below, lines);
            }
        }
    }

    private static string Read(SafeFileHandle folder, NativePath name, TreePath path)
    {
        var status = Libc.Status(folder, name);
        var xattrs = Libc.XattrNames(folder, name).Order(StringComparer.Ordinal).Select(xattr => new ExtendedAttribute(xattr, [.. Libc.TryGetXattr(folder, name, NativePath.FromLatin1(xattr))!]));
        return Text(
            path, status.Kind, status.Mode, status.Uid, status.Gid, status.Mtime, status.Kind == FileKind.File ? status.Size : -1, status.Kind == FileKind.Directory ? 0 : status.Links,
            status.Kind is FileKind.CharacterDevice or FileKind.BlockDevice ? status.SpecialDevice : default, status.Kind == FileKind.Symlink ? Libc.TryReadSymlink(folder, name)! : "", xattrs);
    }

    private static string Text(
        TreePath path, FileKind kind, int mode, uint uid, uint gid, FileTime mtime, long size, uint links, DeviceNumber device, string target, IEnumerable<ExtendedAttribute> xattrs) =>
        $"{path} {kind} {Convert.ToString(mode, 8)} {uid}:{gid} {mtime} {size} x{links} {device} {TreePath.Display(target)} {string.Join(',', xattrs.Select(xattr => $"{TreePath.Display(xattr.Name)}={Convert.ToHexStringLower(xattr.Value.AsSpan())}"))}";

    private static FileKind KindOf(EntryType type) => type switch
    {
        EntryType.Directory => FileKind.Directory,
        EntryType.Symlink => FileKind.Symlink,
        EntryType.CharacterDevice => FileKind.CharacterDevice,
        EntryType.BlockDevice => FileKind.BlockDevice,
        EntryType.Fifo => FileKind.Fifo,
        _ => FileKind.File,
    };
}
