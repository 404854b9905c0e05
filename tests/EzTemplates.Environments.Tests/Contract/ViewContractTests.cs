using System.IO.MemoryMappedFiles;
using EzTemplates.Domain;
using EzTemplates.Store;
using EzTemplates.Store.Native;
using EzTemplates.Testing;

namespace EzTemplates.Environments.Tests.Contract;

/// <summary>
/// What holds of an environment however it is shown: over an image, a tree or a copy, in each kernel form, with the store on ext4, xfs and btrfs.
/// </summary>
public sealed class ViewContractTests(LoopDisks disks) : IClassFixture<LoopDisks>
{
    private static readonly ExtendedAttribute NetRaw = new("security.capability", [1, 0, 0, 2, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

    public static IEnumerable<TheoryDataRow<ViewCase>> Cases => ViewCase.All;

    private TestGround Ground(ViewCase view)
    {
        Requires.Overlay();
        Assert.SkipWhen(view.Layer == LayerKind.Image && ViewForms.LayerOfThisKernel(StoreIds.OfRoot) != LayerKind.Image, "needs a kernel that mounts EROFS from a file");
        return new TestGround(view.Form, view.Layer, disks.Of(view.Disk));
    }

    private static ManifestEntry[] Everything(TestGround ground) =>
    [
        TestGround.Folder("/sticky", 0b001_111_111_111) with { Xattrs = [new("user.note", [1, 2])] },
        TestGround.Folder("/owned", 0b010_111_101_101, 70_000, 7),
        ground.Text("/bin/tool", "tool", 0b100_111_101_101) with { Uid = 12, Gid = 34, Xattrs = [NetRaw, new("user.a", [])] },
        ground.Text("/bin/same", "tool", 0b010_111_101_101) with { Mtime = new FileTime(1_234_567_890, 999_999_999) },
        ground.Text("/empty", ""),
        ground.Text("/na\u00efve \u00ff", "bytes"),
        ground.Bytes("/large", new byte[3_000_000]),
        ground.Text("/linked", "linked"),
        new() { Path = TreePath.Parse("/second"), Type = EntryType.HardLink, Mode = 0, Uid = 0, Gid = 0, Mtime = default, Target = "/linked" },
        Node("/null", EntryType.CharacterDevice, new DeviceNumber(1, 3)),
        Node("/disk", EntryType.BlockDevice, new DeviceNumber(259, 70_000)),
        Node("/pipe", EntryType.Fifo, default),
        Node("/link", EntryType.Symlink, default) with { Mode = 0b111_111_111, Target = "../\u00ff to nowhere", Mtime = new FileTime(-5, 7) },
    ];

    private static ManifestEntry Node(string path, EntryType type, DeviceNumber device) => new()
    {
        Path = TreePath.Parse(path),
        Type = type,
        Mode = 0b110_100_000,
        Uid = 5,
        Gid = 6,
        Mtime = new FileTime(1_700_000_000, 1),
        Device = device,
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_view_is_the_manifest(ViewCase view)
    {
        using var ground = Ground(view);
        var version = ground.Version("1", Everything(ground));
        var name = EnvironmentName.Parse("box");
        ground.Environments.Create(name, version);
        SeenEntry.AssertShows(ground.Environments.MountedRoot(name), ground.ManifestOf(version));
        var shown = ground.Environments.Show(name);
        Assert.Equal((view.Form, view.Layer), (shown.Form, shown.Layer));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Data_and_metadata_are_copied_on_write(ViewCase view)
    {
        using var ground = Ground(view);
        var (one, two) = Two(ground, [.. Everything(ground), ground.Text("/mapped", "0123456789"), ground.Text("/shrunk", "0123456789")]);
        File.AppendAllText(one + "/bin/same", "+");
        ToolRun.Run("chmod", "0700", one + "/linked").Succeed();
        ToolRun.Run("chown", "9:10", one + "/bin/tool").Succeed();
        ToolRun.Run("chown", "-h", "9:10", one + "/link").Succeed();
        ToolRun.Run("touch", "-d", "@77", one + "/empty").Succeed();
        ToolRun.Run("setfattr", "-n", "user.new", "-v", "x", one + "/sticky").Succeed();
        using (var map = MemoryMappedFile.CreateFromFile(one + "/mapped", FileMode.Open))
        {
            using var bytes = map.CreateViewAccessor(0, 10);
            bytes.Write(3, (byte)'X');
        }

        ToolRun.Run("truncate", "-s", "4", one + "/shrunk").Succeed();
        ToolRun.Run("truncate", "-s", "9000000", one + "/large").Succeed();

        Assert.Equal("tool+", File.ReadAllText(one + "/bin/same"));
        Assert.Equal("012X456789", File.ReadAllText(one + "/mapped"));
        Assert.Equal("0123", File.ReadAllText(one + "/shrunk"));
        Assert.Equal(9_000_000, File.ReadAllBytes(one + "/large").Length);
        Assert.Equal(["700 6 0:0", "755 4 9:10"], ToolRun.Run("stat", "-c", "%a %s %u:%g", one + "/linked", one + "/bin/tool").Succeed().Lines);
        Assert.Equal(["644 6 0:0", "4755 4 12:34"], ToolRun.Run("stat", "-c", "%a %s %u:%g", two + "/linked", two + "/bin/tool").Succeed().Lines);
        Assert.Equal("77\n", ToolRun.Run("stat", "-c", "%Y", one + "/empty").Output);
        Assert.Equal(("0123456789", "0123456789", "tool"), (File.ReadAllText(two + "/mapped"), File.ReadAllText(two + "/shrunk"), File.ReadAllText(two + "/bin/same")));

        // chown(2) takes set-id bits and capabilities away, here as on any file system.
        Assert.Null(Libc.TryGetXattr(null, one + "/bin/tool", NetRaw.Name));
        Assert.Equal(NetRaw.Value.ToArray(), Libc.TryGetXattr(null, two + "/bin/tool", NetRaw.Name));
        ground.AssertObjectsWhole();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Names_come_go_and_move(ViewCase view)
    {
        using var ground = Ground(view);
        var (one, two) = Two(ground, [.. Everything(ground), ground.Text("/dir/sub/a", "a"), ground.Text("/dir/sub/b", "b"), ground.Text("/dir/c", "c"), ground.Text("/other/x", "x")]);
        ToolRun.Run("mv", one + "/bin/tool", one + "/dir/tool").Succeed();
        ToolRun.Run("mv", one + "/dir", one + "/moved").Succeed();
        ToolRun.Run("rm", "-r", one + "/other").Succeed();
        ToolRun.Run("mkdir", one + "/other").Succeed();
        ToolRun.Run("ln", one + "/linked", one + "/third").Succeed();
        ToolRun.Run("rm", one + "/pipe").Succeed();
        File.WriteAllText(one + "/third", "both");

        Assert.Equal("tool", File.ReadAllText(one + "/moved/tool"));
        Assert.Equal("4755 12:34\n", ToolRun.Run("stat", "-c", "%a %u:%g", one + "/moved/tool").Output);
        Assert.Equal(NetRaw.Value.ToArray(), Libc.TryGetXattr(null, one + "/moved/tool", NetRaw.Name));
        Assert.Equal(["a", "b"], Directory.EnumerateFiles(one + "/moved/sub").Select(Path.GetFileName).Order());
        Assert.False(Directory.Exists(one + "/dir"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(one + "/other"));
        Assert.Equal("both", File.ReadAllText(one + "/linked"));
        Assert.DoesNotContain("pipe", Directory.EnumerateFileSystemEntries(one).Select(Path.GetFileName));
        Assert.Equal("x", File.ReadAllText(two + "/other/x"));
        Assert.Equal("linked", File.ReadAllText(two + "/linked"));
        Assert.True(File.Exists(two + "/dir/c"));
        Assert.DoesNotContain(StoreLayout.ObjectsName, Directory.EnumerateFileSystemEntries(one).Select(Path.GetFileName));
        ground.AssertObjectsWhole();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Anything_can_be_made(ViewCase view)
    {
        using var ground = Ground(view);
        var (one, _) = Two(ground, Everything(ground));
        ToolRun.Run("mknod", one + "/owned/zero", "c", "1", "5").Succeed();
        ToolRun.Run("mkfifo", "-m", "600", one + "/owned/pipe").Succeed();
        using (var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified))
        {
            // A socket's address is shorter than the path may be.
            using var folder = Libc.OpenFolder(null, one + "/owned");
            socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint($"/proc/self/fd/{folder.DangerousGetHandle()}/socket"));
            Assert.Equal(FileKind.Socket, Libc.Status(null, one + "/owned/socket").Kind);
        }

        using (var sparse = File.Create(one + "/sparse"))
        {
            sparse.Seek(50_000_000, SeekOrigin.Begin);
            sparse.WriteByte(1);
        }

        ToolRun.Run("cp", "/bin/true", one + "/capable").Succeed();
        ToolRun.Run("setcap", "cap_net_raw+ep", one + "/capable").Succeed();
        ToolRun.Run("chmod", "6755", one + "/capable").Succeed();

        Assert.Equal(new DeviceNumber(1, 5), Libc.Status(null, one + "/owned/zero").SpecialDevice);
        Assert.Equal(FileKind.Fifo, Libc.Status(null, one + "/owned/pipe").Kind);
        Assert.Equal(7u, Libc.Status(null, one + "/owned/pipe").Gid);
        Assert.True(Libc.Status(null, one + "/sparse") is { Size: 50_000_001, AllocatedBytes: < 1 << 20 });
        Assert.Contains("cap_net_raw=ep", ToolRun.Run("getcap", one + "/capable").Output, StringComparison.Ordinal);
        Assert.Equal("6755\n", ToolRun.Run("stat", "-c", "%a", one + "/capable").Output);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Private_files_mean_the_same_over_another_version(ViewCase view)
    {
        using var ground = Ground(view);
        var longer = new string('n', 100_000);
        var old = ground.Version("1", [ground.Text("/a/chmodded", "short"), ground.Text("/a/gone", "short"), ground.Text("/a/plain", "one"), ground.Text("/a/hidden", "one"), ground.Text("/dir/x", "x")]);

        // More before those paths, so that inodes of the same number are other ones.
        var padding = Enumerable.Range(0, 50).Select(i => TestGround.Folder($"/Aa{i:D2}"));
        var next = ground.Version("2", [.. padding, ground.Text("/a/chmodded", longer), ground.Text("/a/plain", longer), ground.Text("/a/hidden", longer), ground.Text("/dir/y", "y"), ground.Text("/dir/x", "newer")]);
        var name = EnvironmentName.Parse("box");
        ground.Environments.Create(name, old);
        var root = ground.Environments.MountedRoot(name);
        ToolRun.Run("chmod", "0600", root + "/a/chmodded", root + "/a/gone").Succeed();
        ToolRun.Run("mv", root + "/dir", root + "/moved").Succeed();
        File.Delete(root + "/a/hidden");
        var remapper = new Remapper(ground.Environments);
        Assert.NotNull(remapper.Remap(name, next));
        ground.Environments.MountedRoot(name);
        Assert.Equal(("short", "short", longer), (File.ReadAllText(root + "/a/chmodded"), File.ReadAllText(root + "/a/gone"), File.ReadAllText(root + "/a/plain")));
        Assert.Equal(["600 5", "600 5"], ToolRun.Run("stat", "-c", "%a %s", root + "/a/chmodded", root + "/a/gone").Succeed().Lines);
        Assert.False(File.Exists(root + "/a/hidden"));
        Assert.Equal("x", File.ReadAllText(root + "/moved/x"));
        Assert.False(Directory.Exists(root + "/dir"));
        ToolRun.Run("find", root, "-type", "f", "-exec", "cat", "{}", "+").Succeed();
        Assert.NotNull(remapper.Rollback(name));
        ground.Environments.MountedRoot(name);
        Assert.Equal("one", File.ReadAllText(root + "/a/plain"));
        ToolRun.Run("find", root, "-type", "f", "-exec", "cat", "{}", "+").Succeed();
        ground.AssertObjectsWhole();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_would_steer_an_overlay_is_shown_and_steers_only_one_inside(ViewCase view)
    {
        using var ground = Ground(view);
        var (one, _) = Two(
            ground,
            [
                TestGround.Folder("/opaque") with { Xattrs = [new("trusted.overlay.opaque", [(byte)'y'])] },
                ground.Text("/layer/moved", "here") with { Xattrs = [new("trusted.overlay.redirect", [.. "/elsewhere"u8])] },
                Node("/layer/gone", EntryType.CharacterDevice, default),
            ]);
        Assert.Equal("here", File.ReadAllText(one + "/layer/moved"));
        if (!view.Form.AllowsOverlayInside())
        {
            // The second overlay takes what the first one shows for its own.
            Assert.Null(Libc.TryGetXattr(null, one + "/layer/moved", "trusted.overlay.redirect"));
            Assert.Null(Libc.TryGetXattr(null, one + "/opaque", "trusted.overlay.opaque"));
            return;
        }

        Assert.Equal("/elsewhere"u8.ToArray(), Libc.TryGetXattr(null, one + "/layer/moved", "trusted.overlay.redirect"));
        Assert.Equal("y"u8.ToArray(), Libc.TryGetXattr(null, one + "/opaque", "trusted.overlay.opaque"));
        Assert.Equal((FileKind.File, 0L), (Libc.Status(null, one + "/layer/gone").Kind, Libc.Status(null, one + "/layer/gone").Size));
        Assert.Empty(Libc.TryGetXattr(null, one + "/layer/gone", "trusted.overlay.whiteout") ?? [1]);
        var point = Directory.CreateDirectory(Path.Combine(ground.Temp, "inside")).FullName;
        var below = Directory.CreateDirectory(Path.Combine(ground.Temp, "below")).FullName;
        File.WriteAllText(below + "/gone", "still here");
        ToolRun.Run("unshare", "--mount", "sh", "-c", $"mount -t overlay overlay -o ro,lowerdir={one}/layer:{below} {point} && test -e {point}/moved && ! test -e {point}/gone").Succeed();
    }

    private static (string One, string Two) Two(TestGround ground, ManifestEntry[] entries)
    {
        var version = ground.Version("1", entries);
        var roots = ((string[])["one", "two"]).Select(text =>
        {
            var name = EnvironmentName.Parse(text);
            ground.Environments.Create(name, version);
            return ground.Environments.MountedRoot(name);
        }).ToArray();
        return (roots[0], roots[1]);
    }
}
