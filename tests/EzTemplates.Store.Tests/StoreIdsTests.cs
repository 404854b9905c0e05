using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Store.Tests;

public sealed class StoreIdsTests : IDisposable
{
    private static readonly Manifest Everything = new(
    [
        Entry("/", EntryType.Directory, 3, 4),
        Entry("/device", EntryType.CharacterDevice, 0, 5) with { Device = new DeviceNumber(1, 3) },
        Entry("/disk", EntryType.BlockDevice, 0, 6) with { Device = new DeviceNumber(8, 0) },
        Entry("/pipe", EntryType.Fifo, 7, 8),
    ]);

    private readonly TempFolder _temp = new();

    [Fact]
    public void Root_s_trees_show_the_manifest_as_it_is() => Assert.Same(Everything, StoreIds.OfRoot.Shown(Everything));

    [Fact]
    public void Granted_ids_are_shown_and_devices_are_not()
    {
        var shown = new StoreIds.Granted(new IdRange(100000, 65536), new IdRange(100000, 65536)).Shown(Everything);
        Assert.Equal([("/", 3u, 4u), ("/pipe", 7u, 8u)], shown.Entries.Select(entry => (entry.Path.ToString(), entry.Uid, entry.Gid)));
    }

    [Fact]
    public void One_id_owns_all()
    {
        var shown = new StoreIds.One().Shown(Everything);
        Assert.Equal([("/", 0u, 0u), ("/pipe", 0u, 0u)], shown.Entries.Select(entry => (entry.Path.ToString(), entry.Uid, entry.Gid)));
    }

    [Fact]
    public void A_range_reaches_as_far_as_it_goes()
    {
        var ids = new StoreIds.Granted(new IdRange(100000, 65536), new IdRange(200000, 70));
        Assert.True(ids.HasUser(0) && ids.HasUser(65536) && ids.HasGroup(70));
        Assert.False(ids.HasUser(65537) || ids.HasGroup(71));
        Assert.True(StoreIds.OfRoot.HasUser(uint.MaxValue - 1));
        Assert.True(new StoreIds.One().HasUser(0));
        Assert.False(new StoreIds.One().HasUser(1));
    }

    [Theory]
    [InlineData("USER:100000:65536\n", 100000, 65536)]
    [InlineData("USER:100000:65535\n", 100000, 65535)]
    [InlineData("other:1:99999999\nUSER:300000:100000\n", 300000, 65536)]
    [InlineData("USER:100000:1000\nUSER:500000:65536\n", 500000, 65536)]
    [InlineData("# a comment\nUSER:x:y\nUSER:100000:65534\n", null, null)]
    [InlineData("", null, null)]
    public void The_largest_range_of_the_user_counts_if_it_reaches_nobody(string text, int? first, int? count)
    {
        var file = _temp.WriteFile("subuid", text.Replace("USER", Environment.UserName, StringComparison.Ordinal));
        var found = SubordinateIds.Find(file);
        Assert.Equal(first is null ? null : new IdRange((uint)first, (uint)count!), found);
        if (found is { } range)
        {
            Assert.True(SubordinateIds.Includes(file, range));
            Assert.False(SubordinateIds.Includes(file, range with { First = range.First - 1 }));
        }
    }

    [Fact]
    public void What_the_store_says_is_read_and_nothing_else_is_taken_for_it()
    {
        var layout = new StoreLayout(_temp.Root);
        Assert.Same(StoreIds.OfRoot, StoreIds.Read(layout));
        _temp.WriteFile("store/rootless", "one\n");
        Assert.Equal(new StoreIds.One(), StoreIds.Read(layout));
        _temp.WriteFile("store/rootless", "users 100000 65536\ngroups 200000 65535\n");
        Assert.Equal(new StoreIds.Granted(new IdRange(100000, 65536), new IdRange(200000, 65535)), StoreIds.Read(layout));
        _temp.WriteFile("store/rootless", "users 100000\n");
        Assert.Equal(FailureKind.Store, Assert.Throws<StoreException>(() => StoreIds.Read(layout)).Kind);
    }

    public void Dispose() => _temp.Dispose();

    private static ManifestEntry Entry(string path, EntryType type, uint uid, uint gid) =>
        new() { Path = TreePath.Parse(path), Type = type, Mode = 0b111_101_101, Uid = uid, Gid = gid, Mtime = new FileTime(1_600_000_000, 0) };
}
