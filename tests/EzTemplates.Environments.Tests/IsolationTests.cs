using System.Globalization;
using EzTemplates.Domain;
using EzTemplates.Store;
using EzTemplates.Testing;

namespace EzTemplates.Environments.Tests;

public sealed class IsolationTests
{
    public static IEnumerable<TheoryDataRow<ViewForm>> Forms => TestGround.Forms();

    [Theory]
    [MemberData(nameof(Forms))]
    public void Changes_through_one_view_are_seen_in_no_other_and_leave_the_objects(ViewForm form)
    {
        Requires.Overlay();
        using var ground = new TestGround(form);
        string[] files = ["written", "truncated", "chmodded", "chowned", "renamed-over", "linked", "mapped", "appended", "removed"];
        var version = ground.Version("1", files.Select(file => ground.Text("/d/" + file, "of the version " + file)));
        var (first, second) = (EnvironmentName.Parse("first"), EnvironmentName.Parse("second"));
        ground.Environments.Create(first, version);
        ground.Environments.Create(second, version);
        var (here, there) = (ground.Environments.MountedRoot(first) + "/d/", ground.Environments.MountedRoot(second) + "/d/");
        var before = Facts(there, files);

        File.WriteAllText(here + "written", "x");
        using (var file = File.OpenWrite(here + "truncated"))
        {
            file.SetLength(3);
        }

        ToolRun.Run("chmod", "4711", here + "chmodded").Succeed();
        ToolRun.Run("chown", "5:6", here + "chowned").Succeed();
        File.WriteAllText(here + "new", "new");
        File.Move(here + "new", here + "renamed-over", overwrite: true);
        ToolRun.Run("ln", here + "linked", here + "link").Succeed();
        File.AppendAllText(here + "link", "+");
        using (var map = System.IO.MemoryMappedFiles.MemoryMappedFile.CreateFromFile(here + "mapped"))
        using (var bytes = map.CreateViewAccessor())
        {
            bytes.Write(0, (byte)'X');
        }

        File.AppendAllText(here + "appended", "+");
        File.Delete(here + "removed");

        Assert.Equal(before, Facts(there, files));
        Assert.False(File.Exists(there + "link"));
        Assert.Equal("Xf the version mapped", File.ReadAllText(here + "mapped"));
        Assert.Equal("of the version linked+", File.ReadAllText(here + "linked"));
        Assert.Equal("of", File.ReadAllText(here + "truncated")[..2]);
        ground.AssertObjectsWhole();
    }

    [Fact]
    public void Fifty_environments_take_little_and_share_the_objects()
    {
        Requires.Overlay();
        using var ground = new TestGround();
        var content = new byte[1 << 20];
        Random.Shared.NextBytes(content);
        var version = ground.Version("1", ground.Bytes("/big", content));
        long total = 0;
        for (var i = 0; i < 50; i++)
        {
            var name = EnvironmentName.Parse(string.Create(CultureInfo.InvariantCulture, $"e{i}"));
            ground.Environments.Create(name, version);
            Assert.Equal(content, File.ReadAllBytes(ground.Environments.MountedRoot(name) + "/big"));
            total += ground.Environments.Show(name).PrivateBytes;
        }

        Assert.True(total < 5 << 20, $"{total} bytes");
        Assert.Equal(50, ground.Environments.List().Count(environment => environment.IsMounted));
        Assert.Single(Directory.EnumerateFiles(ground.Layout.Objects, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void Another_user_reaches_nothing_below_the_store()
    {
        Requires.Overlay();
        Requires.Tool("setpriv");
        using var ground = new TestGround();
        var name = ground.Create("box", "1", ground.Text("/f", "x", 0b110_110_110));
        var root = ground.Environments.MountedRoot(name);
        foreach (var path in (string[])[root, root + "/f", ground.Layout.Objects, ground.Layout.Environments])
        {
            ToolRun.Run("stat", path).Succeed();
            Assert.NotEqual(0, ToolRun.Run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "stat", path).ExitCode);
        }
    }

    [Fact]
    public async Task A_busy_environment_is_neither_remapped_nor_removed_and_its_users_are_named()
    {
        Requires.Overlay();
        Requires.Tool("ldd");
        using var ground = new TestGround();
        var tools = ground.Tools();
        var old = ground.Version("1", tools);
        var next = ground.Version("2", [.. tools, ground.Text("/new", "n")]);
        var name = EnvironmentName.Parse("box");
        ground.Environments.Create(name, old);
        var ready = Path.Combine(ground.Temp, "ready");
        ToolRun.Run("mkfifo", ready).Succeed();
        var running = Task.Run(() => ground.Exec(new ExecRequest { Environment = name, Command = ["sh", "-c", "echo up > /ready; exec sleep 1000"], Binds = [BindMount.Parse($"{ready}:/ready")] }));
        Assert.Equal("up\n", File.ReadAllText(ready));
        var pid = Assert.Single(ground.Environments.Show(name).Processes, one => File.ReadAllText($"/proc/{one}/comm") is "sh\n" or "sleep\n");
        var remapper = new Remapper(ground.Environments);
        foreach (var act in (Action[])[() => remapper.Remap(name, next), () => ground.Environments.Remove(name), () => remapper.Rollback(name, "1")])
        {
            var busy = Assert.Throws<BusyEnvironmentException>(act);
            Assert.Contains(pid.ToString(CultureInfo.InvariantCulture), busy.Message, StringComparison.Ordinal);
            Assert.Contains("--wait", busy.Hint, StringComparison.Ordinal);
        }

        var waiting = Task.Run(() => remapper.Remap(name, next, new RemapOptions { WhenBusy = WhenBusy.Wait }));
        ToolRun.Run("kill", "-KILL", pid.ToString(CultureInfo.InvariantCulture)).Succeed();
        Assert.Equal(128 + 9, (await running).Status);
        Assert.Equal(next, (await waiting)!.To);
        Assert.Equal("n", File.ReadAllText(ground.Environments.MountedRoot(name) + "/new"));
    }

    [Fact]
    public void A_view_held_by_an_open_file_is_busy_too()
    {
        Requires.Overlay();
        using var ground = new TestGround();
        var name = ground.Create("box", "1", ground.Text("/f", "x"));
        using (File.OpenRead(ground.Environments.MountedRoot(name) + "/f"))
        {
            Assert.Throws<BusyEnvironmentException>(() => ground.Environments.Unmount(name));
        }

        Assert.True(ground.Environments.Unmount(name));
    }

    [Fact]
    public void What_a_killed_create_or_remove_left_is_swept()
    {
        Requires.Root();
        using var ground = new TestGround();
        var name = ground.Create("box", "1", ground.Text("/f", "x"));
        Directory.CreateDirectory(Path.Combine(ground.Layout.Environments, ".new-half", "private", "deep"));
        Directory.CreateDirectory(Path.Combine(ground.Layout.Environments, ".gone-half", "work"));
        Assert.Equal([name], ground.Environments.List().Select(environment => environment.Name));
        Assert.Single(Directory.EnumerateFileSystemEntries(ground.Layout.Environments));
        var exists = Assert.Throws<EzException>(() => ground.Environments.Create(name, ground.Environments.Current(name)));
        Assert.StartsWith("ez env remap box --to test@1,", exists.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_deleted_is_told_to_who_removes_it_and_stands_in_nobody_s_way()
    {
        Requires.Root();
        Requires.Tool("chattr");
        using var ground = new TestGround();
        var name = ground.Create("box", "1", ground.Text("/f", "x"));
        var other = ground.Create("other", "1", ground.Text("/f", "x"));
        var area = Path.Combine(ground.Layout.Environments, "box", "private");
        Directory.CreateDirectory(Path.Combine(area, "a", "big"));
        File.WriteAllText(Path.Combine(area, "a", "kept"), "x");
        Assert.SkipUnless(ToolRun.Run("chattr", "+i", Path.Combine(area, "a", "kept")).ExitCode == 0, "needs a file system with immutable files");
        try
        {
            var told = Assert.Throws<Store.StoreException>(() => ground.Environments.Remove(name));
            Assert.Contains("`box` is removed", told.Message, StringComparison.Ordinal);
            Assert.Contains("a/kept", told.Message, StringComparison.Ordinal);
            Assert.Equal([other], ground.Environments.List().Select(environment => environment.Name));
            Assert.Equal("test@1", ground.Environments.Current(other).Template);
            ground.Create("box", "1", ground.Text("/f", "x"));
            ground.Environments.Remove(name);
            var left = Assert.Single(Directory.EnumerateDirectories(ground.Layout.Environments, ".*"));
            Assert.False(Directory.Exists(Path.Combine(left, "private", "a", "big")));
            Assert.False(File.Exists(ground.Layout.EnvironmentLockOf("box")));
        }
        finally
        {
            ToolRun.Run("chattr", "-R", "-i", ground.Layout.Environments).Succeed();
        }

        Assert.Single(ground.Environments.List());
        Assert.Single(Directory.EnumerateFileSystemEntries(ground.Layout.Environments));
    }

    [Theory]
    [InlineData("4.19", ViewForm.TwoOverlaysMerged)]
    [InlineData("6.4.99", ViewForm.TwoOverlaysMerged)]
    [InlineData("6.5", ViewForm.TwoOverlays)]
    [InlineData("6.15.9", ViewForm.TwoOverlays)]
    [InlineData("6.16", ViewForm.OneOverlay)]
    [InlineData("7.0", ViewForm.OneOverlay)]
    public void The_kernel_decides_the_form(string kernel, ViewForm form) => Assert.Equal(form, ViewForms.ForKernel(System.Version.Parse(kernel)));

    [Theory]
    [InlineData("4.9", "")]
    [InlineData("4.12", ",redirect_dir=off")]
    [InlineData("4.15", ",redirect_dir=off,index=off")]
    [InlineData("4.18", ",redirect_dir=off,index=off,xino=off")]
    [InlineData("4.19", ",metacopy=off,redirect_dir=off,index=off,xino=off")]
    public void A_kernel_is_asked_for_no_option_that_it_does_not_know(string kernel, string options) =>
        Assert.Equal(options, ViewForms.PlainUpperOf(System.Version.Parse(kernel)));

    [Fact]
    public void Root_needs_no_copies_since_4_19_and_a_user_can_ask_for_no_image()
    {
        Assert.NotEqual(LayerKind.Copy, ViewForms.LayerFor(StoreIds.OfRoot, new System.Version(4, 19)));
        Assert.Equal(FailureKind.Environment, Assert.Throws<EzException>(() => ViewForms.LayerOfThisKernel(new StoreIds.One(), LayerKind.Image)).Kind);
        Assert.Equal(LayerKind.Tree, ViewForms.LayerOfThisKernel(StoreIds.OfRoot, LayerKind.Tree));
        Assert.Equal(ViewForm.OneOverlay, ViewForms.OfThisKernel(LayerKind.Copy, ViewForm.TwoOverlays));
    }

    [Theory]
    [InlineData("4.18", false, LayerKind.Copy)]
    [InlineData("5.10", true, null)]
    [InlineData("5.11", true, LayerKind.Copy)]
    [InlineData("6.15.9", true, LayerKind.Copy)]
    [InlineData("6.16", true, LayerKind.Tree)]
    public void The_kernel_and_the_user_decide_the_layer(string kernel, bool isRootless, LayerKind? layer)
    {
        var (ids, version) = (isRootless ? new StoreIds.One() : StoreIds.OfRoot, System.Version.Parse(kernel));
        if (layer is null)
        {
            Assert.Equal(FailureKind.Environment, Assert.Throws<EzException>(() => ViewForms.LayerFor(ids, version)).Kind);
            return;
        }

        Assert.Equal(layer, ViewForms.LayerFor(ids, version));
    }

    private static string Facts(string folder, IEnumerable<string> files) => string.Join('\n', files.Select(file =>
        ToolRun.Run("stat", "-c", "%n %A %u %g %s %y %h", folder + file).Succeed().Output + File.ReadAllText(folder + file)));
}
