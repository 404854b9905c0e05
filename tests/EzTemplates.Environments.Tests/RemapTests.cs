using EzTemplates.Domain;
using EzTemplates.Store;
using EzTemplates.Testing;

namespace EzTemplates.Environments.Tests;

public sealed class RemapTests
{
    public static IEnumerable<TheoryDataRow<ViewForm>> Forms => TestGround.Forms();

    [Theory]
    [MemberData(nameof(Forms))]
    public void After_chmod_chown_and_rename_another_version_shows_nothing_stale(ViewForm form)
    {
        Requires.Overlay();
        using var ground = new TestGround(form);
        var old = ground.Version("1", [
            ground.Text("/a/chmodded", "short"), ground.Text("/a/chowned", "short"), ground.Text("/a/gone-chmodded", "short"), ground.Text("/a/gone-chowned", "short"),
            ground.Text("/a/plain", "one"), ground.Text("/a/removed", "one"), ground.Text("/dir/sub/file", "one"), ground.Text("/typed", "a file"), TestGround.Folder("/typed2"), ground.Text("/typed2/x", "in")]);
        var longer = new string('n', 100_000);
        var next = ground.Version("2", [
            ground.Text("/a/chmodded", longer), ground.Text("/a/chowned", longer), ground.Text("/a/plain", longer), ground.Text("/a/removed", longer),
            ground.Text("/dir", "now a file"), TestGround.Folder("/typed"), ground.Text("/typed/y", "in"), ground.Text("/typed2", "a file"), ground.Text("/moved/late", "new here")]);
        var name = EnvironmentName.Parse("box");
        ground.Environments.Create(name, old);
        var root = ground.Environments.MountedRoot(name);
        Assert.Equal(form, ground.Environments.Show(name).Form);
        ToolRun.Run("chmod", "0600", root + "/a/chmodded", root + "/a/gone-chmodded").Succeed();
        ToolRun.Run("chown", "7:8", root + "/a/chowned", root + "/a/gone-chowned").Succeed();
        ToolRun.Run("mv", root + "/dir", root + "/moved").Succeed();
        File.Delete(root + "/a/removed");

        var remapper = new Remapper(ground.Environments);
        Assert.Equal(2, remapper.Remap(name, next)!.Number);
        Assert.True(ground.Environments.Show(name).IsMounted);
        Assert.Equal(root, ground.Environments.MountedRoot(name));
        foreach (var file in (string[])["chmodded", "chowned", "gone-chmodded", "gone-chowned"])
        {
            Assert.Equal("short", File.ReadAllText($"{root}/a/{file}"));
            Assert.Equal("5\n", ToolRun.Run("stat", "-c", "%s", $"{root}/a/{file}").Succeed().Output);
        }

        Assert.Equal("600\n", ToolRun.Run("stat", "-c", "%a", root + "/a/chmodded").Output);
        Assert.Equal("7:8\n", ToolRun.Run("stat", "-c", "%u:%g", root + "/a/chowned").Output);
        Assert.Equal(longer, File.ReadAllText(root + "/a/plain"));
        Assert.False(File.Exists(root + "/a/removed"));
        Assert.Equal("one", File.ReadAllText(root + "/moved/sub/file"));
        Assert.Equal("new here", File.ReadAllText(root + "/moved/late"));
        Assert.Equal("in", File.ReadAllText(root + "/typed/y"));
        Assert.Equal("a file", File.ReadAllText(root + "/typed2"));
        ToolRun.Run("find", root, "-type", "f", "-exec", "cat", "{}", "+").Succeed();

        Assert.Equal(MappingAction.Rollback, remapper.Rollback(name)!.Action);
        ground.Environments.MountedRoot(name);
        Assert.Equal("one", File.ReadAllText(root + "/a/plain"));
        Assert.Equal("a file", File.ReadAllText(root + "/typed"));
        Assert.False(Directory.Exists(root + "/dir"));
        Assert.False(File.Exists(root + "/moved/late"));
        ToolRun.Run("find", root, "-type", "f", "-exec", "cat", "{}", "+").Succeed();
        ground.AssertObjectsWhole();
    }

    [Fact]
    public void A_folder_follows_the_version_where_the_user_left_it()
    {
        Requires.Overlay();
        using var ground = new TestGround();
        var old = ground.Version("1", [TestGround.Folder("/etc"), TestGround.Folder("/own"), ground.Text("/etc/f", "x")]);
        var next = ground.Version("2", [TestGround.Folder("/etc", 0b111_000_000, 3, 4), TestGround.Folder("/own", 0b111_000_000)]);
        var name = EnvironmentName.Parse("box");
        ground.Environments.Create(name, old);
        var root = ground.Environments.MountedRoot(name);
        File.WriteAllText(root + "/etc/mine", "m");
        ToolRun.Run("chmod", "0711", root + "/own").Succeed();
        new Remapper(ground.Environments).Remap(name, next);
        ground.Environments.MountedRoot(name);
        Assert.Equal("700 3:4\n", ToolRun.Run("stat", "-c", "%a %u:%g", root + "/etc").Output);
        Assert.Equal("711 0:0\n", ToolRun.Run("stat", "-c", "%a %u:%g", root + "/own").Output);
        Assert.Equal("m", File.ReadAllText(root + "/etc/mine"));
    }

    [Fact]
    public void Whiteouts_do_not_show_when_the_folder_below_is_gone()
    {
        Requires.Overlay();
        using var ground = new TestGround();
        var without = ground.Version("1", TestGround.Folder("/x"));
        var with = ground.Version("2", ground.Text("/mine/theirs", "t"));
        var name = EnvironmentName.Parse("box");
        ground.Environments.Create(name, without);
        var root = ground.Environments.MountedRoot(name);
        Directory.CreateDirectory(root + "/mine");
        var remapper = new Remapper(ground.Environments);
        remapper.Remap(name, with);
        ground.Environments.MountedRoot(name);
        Assert.Equal("t", File.ReadAllText(root + "/mine/theirs"));
        File.Delete(root + "/mine/theirs");
        remapper.Rollback(name);
        ground.Environments.MountedRoot(name);
        Assert.Equal("", ToolRun.Run("ls", "-A", root + "/mine").Succeed().Output);
        remapper.Remap(name, with);
        ground.Environments.MountedRoot(name);
        Assert.False(File.Exists(root + "/mine/theirs"));
    }

    [Fact]
    public void Histories_tell_who_when_from_and_to_and_rollback_walks_them()
    {
        Requires.Root();
        using var ground = new TestGround();
        var versions = Enumerable.Range(1, 3).Select(n => ground.Version($"1.0.{n}", ground.Text("/v", $"{n}"))).ToList();
        var name = EnvironmentName.Parse("box");
        ground.Environments.Create(name, versions[0]);
        var remapper = new Remapper(ground.Environments);
        remapper.Remap(name, versions[1], new RemapOptions { Action = MappingAction.Upgrade });
        remapper.Remap(name, versions[2]);
        Assert.Null(remapper.Remap(name, versions[2]));
        Assert.Equal(versions[1], remapper.Rollback(name)!.To);
        Assert.Equal(versions[0], remapper.Rollback(name)!.To);
        Assert.Contains("from the start", Assert.Throws<EzException>(() => remapper.Rollback(name)).Message, StringComparison.Ordinal);
        Assert.Equal(versions[2], remapper.Rollback(name, "1.0.3")!.To);
        Assert.Contains("`9.9.9`", Assert.Throws<EzException>(() => remapper.Rollback(name, "9.9.9")).Message, StringComparison.Ordinal);
        var history = ground.Environments.History(name);
        Assert.Equal([1, 2, 3, 4, 5, 6], history.Select(entry => entry.Number));
        Assert.Equal(MappingAction.Upgrade, history[1].Action);
        Assert.Equal((versions[0], versions[1]), (history[1].From, history[1].To));
        Assert.StartsWith("tester ", history[1].By, StringComparison.Ordinal);
        var file = Path.Combine(ground.Layout.Environments, "box", "history");
        File.AppendAllText(file, "{\"n\":7,\"at\":\"2026");
        Assert.Equal(history, ground.Environments.History(name));
        remapper.Rollback(name, "1.0.1");
        Assert.Equal(7, ground.Environments.History(name)[^1].Number);
    }

    [Fact]
    public void Nothing_is_removed_from_the_store_while_an_environment_takes_a_version()
    {
        Requires.Root();
        using var ground = new TestGround();
        var (first, next) = (ground.Version("1", ground.Text("/f", "1")), ground.Version("2", ground.Text("/f", "2")));
        var taken = new List<string>();
        void Look(string act)
        {
            using var free = FileLock.TryAcquire(ground.Layout.StoreLock, FileLockMode.Exclusive);
            taken.Add(free is null ? act : $"{act} without the store");
        }

        var host = ground.Host();
        var creating = new EnvironmentStore(host with { ReadManifest = Watched("create", host.ReadManifest) });
        var remapping = new EnvironmentStore(host with { MakeLayer = (digest, kind) => Watched("remap", _ => { host.MakeLayer(digest, kind); return digest; })(digest) });
        var name = EnvironmentName.Parse("box");
        creating.Create(name, first);
        new Remapper(remapping).Remap(name, next);
        Assert.Equal(["create", "remap"], taken);
        using var after = FileLock.TryAcquire(ground.Layout.StoreLock, FileLockMode.Exclusive);
        Assert.NotNull(after);

        Func<Sha256Digest, T> Watched<T>(string act, Func<Sha256Digest, T> inner) => digest =>
        {
            Look(act);
            return inner(digest);
        };
    }

    [Fact]
    public void A_kill_between_commit_and_settling_is_made_good_by_the_next_mount()
    {
        Requires.Overlay();
        using var ground = new TestGround();
        var old = ground.Version("1", TestGround.Folder("/etc"));
        var next = ground.Version("2", TestGround.Folder("/etc", 0b111_000_000));
        var name = EnvironmentName.Parse("box");
        ground.Environments.Create(name, old);
        var root = ground.Environments.MountedRoot(name);
        File.WriteAllText(root + "/etc/mine", "m");
        ground.Environments.Unmount(name);
        var folder = Path.Combine(ground.Layout.Environments, "box");
        var note = Path.Combine(folder, "unsettled");
        File.WriteAllText(note, $"{old.Manifest} {next.Manifest} 2\n");
        ground.Environments.MountedRoot(name);
        Assert.Equal("755\n", ToolRun.Run("stat", "-c", "%a", root + "/etc").Output);
        Assert.False(File.Exists(note));
        ground.Environments.Unmount(name);
        File.WriteAllText(note, $"{old.Manifest} {next.Manifest} 2\n");
        var history = Path.Combine(folder, "history");
        File.AppendAllText(history, File.ReadAllText(history).Replace("\"n\":1", "\"n\":2", StringComparison.Ordinal).Replace(old.Manifest.ToString(), next.Manifest.ToString(), StringComparison.Ordinal));
        ground.Environments.MountedRoot(name);
        Assert.Equal("700\n", ToolRun.Run("stat", "-c", "%a", root + "/etc").Output);
        Assert.False(File.Exists(note));
    }
}
