using EzTemplates.Domain;
using EzTemplates.Store;
using EzTemplates.Testing;

namespace EzTemplates.Environments.Tests;

/// <summary>Views that are there for one command, in every form, with their private area in memory and on disk.</summary>
public sealed class ThrowAwayTests
{
    public static IEnumerable<TheoryDataRow<ViewForm, LayerKind, bool>> FormsAndAreas() =>
        from row in TestGround.Forms()
        from layer in Enum.GetValues<LayerKind>()
        from onDisk in (bool[])[false, true]
        select new TheoryDataRow<ViewForm, LayerKind, bool>(row.Data, layer, onDisk) { Skip = row.Skip };

    [Theory]
    [MemberData(nameof(FormsAndAreas))]
    public void A_view_starts_as_the_version_is_and_leaves_nothing_of_what_was_written_in_it(ViewForm form, LayerKind layer, bool onDisk)
    {
        using var ground = Ready(form, layer, out var version);
        Assert.Equal(0, Run(ground, version, onDisk, "true").Status);
        var before = StoreSnapshot.Take(ground.Temp, "exec");
        const string change = "cat /data && stat -c %a:%u:%Y / && echo new > /data && rm /bin/rm && mkdir /made && mv /srv /moved && cat /data && exit 5";
        for (var round = 0; round < 2; round++)
        {
            Assert.Equal(new ExecResult(5, "as made\n751:7:1600000000\nnew\n", ""), Run(ground, version, onDisk, "sh", "-c", change));
        }

        before.AssertSame(StoreSnapshot.Take(ground.Temp, "exec"));
        Assert.Empty(Testing.MountTable.Below(ground.Temp));
        ground.AssertObjectsWhole();
    }

    [Fact]
    public void What_may_be_written_in_memory_has_its_limit()
    {
        using var ground = Ready(null, null, out var version);
        var view = View(ground, version, new ThrowAwayArea.InMemory("1m"));
        Assert.Equal(0, Run(ground, view, "sh", "-c", "head -c 500000 /dev/zero > /f").Status);
        var full = Run(ground, view, "sh", "-c", "head -c 5000000 /dev/zero > /f");
        Assert.Contains("No space left on device", full.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Set_id_programs_work_and_device_nodes_do_not()
    {
        using var ground = Ready(null, null, out var version);
        var request = Request("/bin/setid", "-u") with { User = "1000" };
        Assert.Equal("0\n", ground.Exec(request, View(ground, version, new ThrowAwayArea.InMemory())).Output);
        Assert.Equal("", Run(ground, version, false, "sh", "-c", "mknod /tmp/n c 1 3 && echo x > /tmp/n && echo wrote").Output);
    }

    private static TestGround Ready(ViewForm? form, LayerKind? layer, out Mapping version)
    {
        Requires.Overlay();
        Requires.Tool("ldd");
        var ground = new TestGround(form, layer);
        Directory.CreateDirectory(ground.Layout.Work);
        var tools = ground.Tools();
        var id = tools.First(entry => entry.Path.Latin1 == "/bin/id");
        version = ground.Version("1", [.. tools, id with { Path = TreePath.Parse("/bin/setid"), Mode = 0b100_111_101_101 }, ground.Text("/data", "as made\n"), ground.Text("/srv/f", "f"), TestGround.Folder("/", 0b111_101_001, uid: 7)]);
        return ground;
    }

    private static ExecRequest Request(params IReadOnlyList<string> command) => new() { Environment = EnvironmentName.Parse("box"), Command = [.. command] };

    private static ThrowAwayView View(TestGround ground, Mapping version, ThrowAwayArea area) =>
        new(version.Manifest, ground.Host().ReadManifest(version.Manifest).Entries[0], area);

    private static ExecResult Run(TestGround ground, ThrowAwayView view, params IReadOnlyList<string> command) => ground.Exec(Request(command), view);

    private static ExecResult Run(TestGround ground, Mapping version, bool onDisk, params IReadOnlyList<string> command)
    {
        if (!onDisk)
        {
            return Run(ground, View(ground, version, new ThrowAwayArea.InMemory()), command);
        }

        var folder = Directory.CreateDirectory(Path.Combine(ground.Layout.Work, Guid.NewGuid().ToString("N"))).FullName;
        var result = Run(ground, View(ground, version, new ThrowAwayArea.OnDisk(folder)), command);
        Directory.Delete(folder, recursive: true);
        return result;
    }
}
