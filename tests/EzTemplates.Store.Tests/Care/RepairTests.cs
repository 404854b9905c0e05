using System.Text;
using EzTemplates.Domain;
using EzTemplates.Store.Native;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Store.Tests;

/// <summary>Objects and manifests that are overwritten where they are, trees that are mended where they stand.</summary>
public sealed class RepairTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly ContentStore _store;

    public RepairTests()
    {
        Requires.Root();
        _store = ContentStore.Open(_temp.At("ez"));
        using var writer = _store.BeginWriting();
        using var batch = writer.BeginIngest();
        batch.AddPackage("p", ("/a", "first"), ("/b", "second"), ("/e", ""));
        batch.Complete();
        writer.Commit(Given.Version("os", "1.0.0", Tree));
    }

    private static Manifest Tree { get; } = Given.Manifest(
        Given.Folder("/usr"),
        Given.Folder("/usr/share", 0b111_000_000),
        Given.File("/usr/a", "first", 0b100_111_101_101),
        Given.File("/usr/share/b", "second"),
        Given.File("/usr/share/empty", ""),
        Given.Folder("/usr/link") with { Type = EntryType.Symlink, Mode = 0x1ff, Target = "share/b" },
        Given.Folder("/usr/too") with { Type = EntryType.HardLink, Mode = 0, Target = "/usr/a" },
        Given.Folder("/usr/pipe", 0b110_000_000) with { Type = EntryType.Fifo });

    public void Dispose()
    {
        _store?.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void A_whole_store_has_no_fault()
    {
        var check = new StoreCheck(_store, new CheckOptions());
        Assert.Empty(check.Run());
        Assert.Equal((3L, 1, 1, 1, 1), (check.Amount.Objects, check.Amount.Contents, check.Amount.Manifests, check.Amount.Trees, check.Amount.Versions));
    }

    [Fact]
    public void An_object_is_mended_in_its_inode()
    {
        var path = Damage("first");
        var inode = Libc.Status(null, path).Inode;
        using var reader = File.OpenRead(path);
        Assert.Equal([StoreThing.Object], new StoreCheck(_store, new CheckOptions()).Run().Select(fault => fault.Thing));

        Mend("first", "second");

        Assert.Equal((inode, 0b100_100_100, 1L), (Libc.Status(null, path).Inode, Libc.Status(null, path).Mode, Libc.Status(null, path).Mtime.Seconds));
        Assert.Equal("first", new StreamReader(reader).ReadToEnd());
        Assert.False(Directory.Exists(_store.Layout.Repairs));
        Assert.Empty(new StoreCheck(_store, new CheckOptions()).Run());
    }

    [Fact]
    public void An_object_that_is_gone_or_of_another_length_comes_back()
    {
        File.Delete(_store.Layout.ObjectOf(Given.Digest("first")));
        File.AppendAllText(_store.Layout.ObjectOf(Given.Digest("second")), "and more");
        Assert.Equal(2, new StoreCheck(_store, new CheckOptions()).Run().Length);
        Mend("first", "second");
        Assert.Empty(new StoreCheck(_store, new CheckOptions()).Run());
    }

    [Fact]
    public void An_interrupted_repair_is_finished_by_whoever_opens_the_store_next()
    {
        var path = Damage("first");
        Directory.CreateDirectory(_store.Layout.Repairs);
        File.WriteAllText(Path.Combine(_store.Layout.Repairs, $"object-{Given.Digest("first")}"), "first");
        File.WriteAllText(Path.Combine(_store.Layout.Repairs, $"object-{Given.Digest("second")}"), "torn");
        ContentStore.Open(_temp.At("ez")).Dispose();
        Assert.Equal("first", File.ReadAllText(path));
        Assert.Equal("second", File.ReadAllText(_store.Layout.ObjectOf(Given.Digest("second"))));
        Assert.False(Directory.Exists(_store.Layout.Repairs));
    }

    [Fact]
    public void One_that_a_repair_under_way_has_is_left_to_it()
    {
        using var writer = _store.BeginWriting();
        using var repair = writer.BeginRepair();
        Directory.CreateDirectory(_store.Layout.Repairs);
        var record = Path.Combine(_store.Layout.Repairs, $"object-{Given.Digest("first")}");
        File.WriteAllText(record, "first");
        ContentStore.Open(_temp.At("ez")).Dispose();
        Assert.True(File.Exists(record));
    }

    /// <summary>A folder in an object's place: a record that can never be finished.</summary>
    [Fact]
    public void One_bad_place_keeps_no_other_thing_from_its_repair()
    {
        var bad = _store.Layout.ObjectOf(Given.Digest("second"));
        File.Delete(bad);
        Directory.CreateDirectory(bad);
        Directory.CreateDirectory(_store.Layout.Repairs);
        File.WriteAllText(Path.Combine(_store.Layout.Repairs, $"object-{Given.Digest("second")}"), "second");
        Flip(_store.Layout.ManifestOf(_store.Versions.List("os")[0].Manifest), 40);
        Damage("first");
        using (var writer = _store.BeginWriting())
        using (var repair = writer.BeginRepair())
        {
            repair.RestoreManifest(Tree);
            repair.Want([Given.Digest("first")]);
            repair.Put(new MemoryStream(Encoding.UTF8.GetBytes("first")), 5);
            Assert.Equal([bad], repair.Apply().Keys);
        }

        Assert.Equal([bad], new StoreCheck(_store, new CheckOptions()).Run().Select(fault => fault.Path));
    }

    /// <summary>A folder opens and does not read, as a bad sector does.</summary>
    [Fact]
    public void What_cannot_be_read_is_a_fault_beside_the_others()
    {
        using (var writer = _store.BeginWriting())
        {
            writer.MakeLayer(Tree, _store.Versions.List("os")[0].Manifest, LayerKind.Image);
        }

        string[] unreadable = [_store.Layout.ImageOf(_store.Versions.List("os")[0].Manifest), _store.Layout.ContentsOf(Given.Digest("p"))];
        foreach (var path in unreadable)
        {
            File.Delete(path);
            Directory.CreateDirectory(path);
        }

        var flipped = Damage("first");
        Assert.Equal(unreadable.Append(flipped).Order(StringComparer.Ordinal), Faults());

        var manifest = _store.Layout.ManifestOf(_store.Versions.List("os")[0].Manifest);
        File.Delete(manifest);
        Directory.CreateDirectory(manifest);
        Assert.Contains(manifest, Faults());
        IEnumerable<string> Faults() => new StoreCheck(_store, new CheckOptions()).Run().Select(fault => fault.Path).Order(StringComparer.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_not_wanted_change_nothing()
    {
        Damage("first");
        using var writer = _store.BeginWriting();
        using var repair = writer.BeginRepair();
        repair.Want([Given.Digest("first")]);
        repair.Put(new MemoryStream(Encoding.UTF8.GetBytes("wrong")), 5);
        repair.Apply();
        Assert.Single(new StoreCheck(_store, new CheckOptions()).Run());
    }

    [Fact]
    public void An_image_comes_back_in_its_inode()
    {
        var digest = _store.Versions.List("os")[0].Manifest;
        using var writer = _store.BeginWriting();
        var path = writer.MakeLayer(Tree, digest, LayerKind.Image);
        var (inode, bytes) = (Libc.Status(null, path).Inode, File.ReadAllBytes(path));
        Flip(path, bytes.Length / 2);
        Assert.Equal([StoreThing.Image], new StoreCheck(_store, new CheckOptions()).Run().Select(fault => fault.Thing));
        using (var repair = writer.BeginRepair())
        {
            repair.RestoreImage(digest);
        }

        Assert.Equal(inode, Libc.Status(null, path).Inode);
        Assert.Equal(bytes, File.ReadAllBytes(path));
    }

    [Fact]
    public void A_manifest_comes_back_in_its_inode()
    {
        var digest = _store.Versions.List("os")[0].Manifest;
        var path = _store.Layout.ManifestOf(digest);
        var inode = Libc.Status(null, path).Inode;
        Flip(path, 40);
        Assert.Equal([StoreThing.Manifest], new StoreCheck(_store, new CheckOptions()).Run().Select(fault => fault.Thing));
        using (var writer = _store.BeginWriting())
        using (var repair = writer.BeginRepair())
        {
            repair.RestoreManifest(Tree);
        }

        Assert.Equal(inode, Libc.Status(null, path).Inode);
        Assert.Empty(new StoreCheck(_store, new CheckOptions()).Run());
    }

    [Theory]
    [InlineData("chmod 700 usr/a")]
    [InlineData("chown 5:6 usr/share")]
    [InlineData("touch -d @77 usr/share/b")]
    [InlineData("truncate -s 3 usr/share/b")]
    [InlineData("rm usr/too && cp usr/share/b usr/too")]
    [InlineData("ln -sfn elsewhere usr/link")]
    [InlineData("rm -r usr/share")]
    [InlineData("rm usr/pipe && mkdir usr/pipe && touch usr/pipe/x")]
    [InlineData("rm -r usr/share && touch usr/share")]
    [InlineData("touch usr/share/extra && mkdir usr/also && touch usr/also/deep")]
    [InlineData("rm .ez-objects")]
    [InlineData("setfattr -n trusted.overlay.redirect -v /.ez-objects/ab/cd usr/a")]
    [InlineData("setfattr -x trusted.overlay.metacopy usr/share/b")]
    [InlineData("setfattr -n trusted.more -v x usr/share")]
    [InlineData("setfattr -n user.more -v x usr/share/empty")]
    public void A_tree_is_mended_where_it_stands(string damage)
    {
        if (damage.StartsWith("setfattr", StringComparison.Ordinal))
        {
            Requires.Tool("setfattr");
        }

        var tree = _store.Layout.TreeOf(_store.Versions.List("os")[0].Manifest);
        var inode = Libc.Status(null, tree).Inode;
        ToolRun.Run(new ToolCommand("sh", ["-c", damage]) { WorkingDirectory = tree }).Succeed();
        Assert.Equal([StoreThing.Tree], new StoreCheck(_store, new CheckOptions()).Run().Select(fault => fault.Thing));
        using (var writer = _store.BeginWriting())
        using (var repair = writer.BeginRepair())
        {
            repair.MendTree(LayerKind.Tree, _store.Versions.List("os")[0].Manifest);
        }

        Assert.Equal(inode, Libc.Status(null, tree).Inode);
        Assert.Empty(new StoreCheck(_store, new CheckOptions()).Run());
    }

    [Theory]
    [InlineData("chmod 711 usr/a")]
    [InlineData("chown 5:6 usr/share/b")]
    [InlineData("truncate -s 3 usr/share/b")]
    [InlineData("printf longer >> usr/share/b")]
    [InlineData("printf x | dd of=usr/share/b conv=notrunc status=none")]
    [InlineData("rm usr/too && cp usr/share/b usr/too")]
    [InlineData("rm -r usr/share")]
    [InlineData("rm usr/share/b && mkdir usr/share/b")]
    [InlineData("touch usr/share/extra")]
    [InlineData("setfattr -n user.more -v x usr/share/b")]
    public void A_copy_is_mended_where_it_stands(string damage)
    {
        if (damage.StartsWith("setfattr", StringComparison.Ordinal))
        {
            Requires.Tool("setfattr");
        }

        var manifest = _store.Versions.List("os")[0].Manifest;
        using (var writer = _store.BeginWriting())
        {
            writer.MakeLayer(_store.Versions.ReadManifest(manifest), manifest, LayerKind.Copy);
        }

        Assert.Empty(new StoreCheck(_store, new CheckOptions()).Run());
        var copy = _store.Layout.CopyOf(manifest);
        var before = Libc.Status(null, Path.Combine(copy, "usr/share/b")).Inode;
        ToolRun.Run(new ToolCommand("sh", ["-c", damage]) { WorkingDirectory = copy }).Succeed();
        var isThere = File.Exists(Path.Combine(copy, "usr/share/b"));
        Assert.Equal([StoreThing.Copy], new StoreCheck(_store, new CheckOptions()).Run().Select(fault => fault.Thing));
        using (var writer = _store.BeginWriting())
        using (var repair = writer.BeginRepair())
        {
            repair.MendTree(LayerKind.Copy, manifest);
        }

        Assert.Empty(new StoreCheck(_store, new CheckOptions()).Run());
        if (isThere && !damage.StartsWith("rm", StringComparison.Ordinal))
        {
            Assert.Equal(before, Libc.Status(null, Path.Combine(copy, "usr/share/b")).Inode);
        }
    }

    private string Damage(string content)
    {
        var path = _store.Layout.ObjectOf(Given.Digest(content));
        Flip(path, 1);
        return path;
    }

    private static void Flip(string path, int at)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = at;
        var read = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(read ^ 4));
    }

    private void Mend(params string[] contents)
    {
        using var writer = _store.BeginWriting();
        using var repair = writer.BeginRepair();
        repair.Want(contents.Select(Given.Digest));
        foreach (var content in contents)
        {
            repair.Put(new MemoryStream(Encoding.UTF8.GetBytes(content)), content.Length);
        }

        repair.Apply();
    }
}
