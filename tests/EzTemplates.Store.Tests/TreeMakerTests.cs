using EzTemplates.Domain;
using EzTemplates.Store.Native;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Store.Tests;

public sealed class TreeMakerTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    private static Manifest Everything() => Given.Manifest(
        Given.Folder("/usr", 0b1_111_101_101 | (1 << 10)),
        Given.Folder("/usr/bin"),
        Given.File("/usr/bin/tool", "content", 0b100_111_101_101) with
        {
            Uid = 12,
            Gid = 34,
            Xattrs = [new ExtendedAttribute("security.capability", [1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
        },
        Given.File("/usr/empty", ""),
        Given.File("/usr/na\u00efve \u2603", "snow"),
        new() { Path = TreePath.Parse("/usr/\u00ff\u00fe"), Type = EntryType.Symlink, Mode = 0b111_111_111, Uid = 5, Gid = 6, Mtime = new FileTime(-5, 7), Target = "../\u00ff" },
        new() { Path = TreePath.FromText("/usr/null"), Type = EntryType.CharacterDevice, Mode = 0b110_110_110, Uid = 0, Gid = 0, Mtime = new FileTime(9), Device = new DeviceNumber(1, 3) },
        new() { Path = TreePath.FromText("/usr/pipe"), Type = EntryType.Fifo, Mode = 0b110_000_000, Uid = 1, Gid = 2, Mtime = new FileTime(10, 1) },
        Given.File("/usr/tool2", "content") with { Type = EntryType.HardLink, Size = 0, Content = null, Target = "/usr/bin/tool" });

    [Fact]
    public void Every_path_is_as_the_manifest_says()
    {
        Requires.Root();
        var manifest = Everything();
        var tree = _temp.At("tree");
        TreeMaker.Make(manifest, tree, TestContext.Current.CancellationToken);
        using var root = Libc.OpenFolder(null, tree);
        foreach (var entry in manifest.Entries)
        {
            var expected = entry.Type == EntryType.HardLink ? manifest.Find(TreePath.Parse(entry.Target))! : entry;
            var found = Libc.Status(root, entry.Path);
            Assert.Equal((entry.Path, expected.Mode, expected.Uid, expected.Gid, expected.Mtime), (entry.Path, found.Mode, found.Uid, found.Gid, found.Mtime));
            if (expected.Type == EntryType.File)
            {
                Assert.Equal((FileKind.File, expected.Size), (found.Kind, found.Size));
                Assert.Equal(expected.Size == 0 ? null : [], Libc.TryGetXattr(root, entry.Path, "trusted.overlay.metacopy"));
                var redirect = Libc.TryGetXattr(root, entry.Path, "trusted.overlay.redirect");
                Assert.Equal(expected.Size == 0 ? null : OverlayAttributes.RedirectTo(expected.Content!.Value), redirect);
            }
            else if (expected.Type == EntryType.Symlink)
            {
                Assert.Equal(expected.Target, Libc.TryReadSymlink(root, entry.Path));
            }
            else
            {
                Assert.Equal(expected.Device, found.SpecialDevice);
            }

            foreach (var xattr in expected.Xattrs)
            {
                Assert.Equal(xattr.Value.ToArray(), Libc.TryGetXattr(root, entry.Path, xattr.Name));
            }
        }

        var whiteout = Libc.Status(root, StoreLayout.ObjectsName);
        Assert.Equal((FileKind.CharacterDevice, default(DeviceNumber)), (whiteout.Kind, whiteout.SpecialDevice));
        Assert.Equal(manifest.Entries.Length + 1, CountBelow(root) + 1);
    }

    [Fact]
    public void What_would_steer_the_overlay_or_lead_out_is_refused()
    {
        var link = new ManifestEntry { Path = TreePath.FromText("/out"), Type = EntryType.Symlink, Mode = 0b111_111_111, Uid = 0, Gid = 0, Mtime = default, Target = "/tmp" };
        Manifest[] hostile =
        [
            Given.Manifest(link, Given.File("/out/x", "x")),
            Given.Manifest(Given.File("/no/parent", "x")),
            Given.Manifest(Given.File("/.ez-objects", "x")),
            Given.Manifest(link with { Type = EntryType.HardLink, Target = "/nothing" }),
        ];
        foreach (var manifest in hostile)
        {
            var refused = Assert.Throws<EzException>(() => TreeMaker.Make(manifest, _temp.At("tree"), TestContext.Current.CancellationToken));
            Assert.Equal(FailureKind.Untrusted, refused.Kind);
            Assert.False(Directory.Exists(_temp.At("tree")));
        }
    }

    [Fact]
    public void A_folder_is_removed_whatever_its_names()
    {
        Requires.Root();
        TreeMaker.Make(Everything(), _temp.At("tree"), TestContext.Current.CancellationToken);
        FolderRemoval.Remove(_temp.At("tree"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_temp.Root));
    }

    private static int CountBelow(Microsoft.Win32.SafeHandles.SafeFileHandle folder)
    {
        var count = 0;
        foreach (var member in Libc.ReadFolder(folder))
        {
            count++;
            if (member.IsFolder)
            {
                using var below = Libc.OpenFolder(folder, NativePath.FromLatin1(member.Name));
                count += CountBelow(below);
            }
        }

        return count;
    }
}
