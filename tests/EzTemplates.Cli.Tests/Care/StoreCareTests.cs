using System.Globalization;
using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>A store with many versions and environments: what it takes, who keeps what, and what goes.</summary>
public sealed class StoreCareTests : IDisposable
{
    private readonly Ground _ground = new();

    public void Dispose() => _ground.Dispose();

    [Fact]
    public void Gc_keeps_what_the_recipe_says_and_what_environments_need_to_roll_back()
    {
        var recipe = Versions(5, "keep: {versions: 1}", () => { });
        _ground.Ez.Succeed("env", "create", "web", "--template", "small@1.0.1");
        _ground.Ez.Succeed("env", "remap", "web", "--to", "small@1.0.2");

        var planned = _ground.Ez.Succeed("store", "gc", "--dry-run");
        Assert.Contains("- small@1.0.0\n", planned.Output, StringComparison.Ordinal);
        Assert.Contains("  small@1.0.1: kept (environment web, to roll back)\n", planned.Output, StringComparison.Ordinal);
        Assert.Contains("  small@1.0.2: kept (environment web)\n", planned.Output, StringComparison.Ordinal);
        Assert.Contains("- small@1.0.3\n", planned.Output, StringComparison.Ordinal);
        Assert.Contains("  small@1.0.4: kept (the newest 1 of its template)\n", planned.Output, StringComparison.Ordinal);
        Assert.Equal(5, _ground.Json("template", "list").GetProperty("templates").GetArrayLength());

        var done = _ground.Json("store", "gc");

        Assert.Equal(("done", true), (done.GetProperty("outcome").GetString(), done.GetProperty("freedBytes").GetInt64() > 0));
        Assert.Equal(3, _ground.Json("template", "list").GetProperty("templates").GetArrayLength());
        _ground.Ez.Succeed("rollback", "web");
        Assert.Equal("2\n", _ground.Read("web", "usr/share/base/version"));
        Assert.Equal(0, _ground.Json("store", "check").GetProperty("faults").GetArrayLength());
        _ground.Ez.Succeed("build", recipe, "--offline");
        Unmount();
    }

    [Fact]
    public void All_that_a_roll_back_can_reach_step_by_step_stays()
    {
        Versions(4, "keep: {versions: 1}", () => { });
        _ground.Ez.Succeed("env", "create", "web", "--template", "small@1.0.0");
        _ground.Ez.Succeed("env", "remap", "web", "--to", "small@1.0.1");
        _ground.Ez.Succeed("env", "remap", "web", "--to", "small@1.0.2");
        _ground.Ez.Succeed("store", "gc");
        _ground.Ez.Succeed("rollback", "web");
        _ground.Ez.Succeed("rollback", "web");
        Assert.Equal("1\n", _ground.Read("web", "usr/share/base/version"));
        Unmount();
    }

    [Fact]
    public void A_mount_elsewhere_that_only_looks_like_a_layer_keeps_nothing()
    {
        Versions(2, "keep: {versions: 1}", () => { });
        var manifest = _ground.Json("store", "why", "small@1.0.0:/usr/share/base/own").GetProperty("things")[0];
        Assert.False(manifest.GetProperty("kept").GetBoolean());
        var digests = Directory.GetFiles(_ground.Temp.At("store/store/manifests")).Select(file => Path.GetFileName(file)!).ToList();
        foreach (var digest in digests)
        {
            ToolRun.Run("mount", "-t", "tmpfs", "tmpfs", _ground.Temp.MakeFolder("elsewhere/store/trees/" + digest)).Succeed();
        }

        Assert.Empty(_ground.Json("store", "gc").GetProperty("held").EnumerateArray());
        Assert.Single(_ground.Json("template", "list").GetProperty("templates").EnumerateArray());
        Unmount();
    }

    [Fact]
    public void Why_tells_of_a_running_command_and_of_a_composition_s_environment()
    {
        Versions(2, "keep: {versions: 1}", () => { });
        _ground.Ez.Succeed("env", "create", "web", "--template", "small@1.0.1");
        foreach (var composition in Directory.GetFiles(_ground.Temp.At("store/store/compositions")))
        {
            File.WriteAllText(composition, "{");
        }

        var kept = Directory.GetFiles(_ground.Temp.At("store/store/compositions")).Select(file => _ground.Json("store", "why", file).GetProperty("things")[0]).ToList();
        Assert.Equal([false, true], kept.Select(thing => thing.GetProperty("kept").GetBoolean()).Order());
        Assert.Single(kept, thing => thing.GetProperty("uses").EnumerateArray().Any(use => use.GetProperty("kind").GetString() == "environment"));

        Unmount();
        _ground.Ez.Succeed("env", "remove", "web");
        foreach (var file in Directory.GetFiles(_ground.Temp.At("store/store/manifests")))
        {
            using var held = File.OpenHandle(file);
            Assert.True(Store.Native.Libc.TryLock(held, Store.FileLockMode.Shared));
            var thing = _ground.Json("store", "why", file).GetProperty("things")[0];
            Assert.True(thing.GetProperty("kept").GetBoolean());
            Assert.Contains(thing.GetProperty("uses").EnumerateArray(), use => use.GetProperty("kind").GetString() == "running");
        }
    }

    [Fact]
    public void Gc_opens_no_network_and_no_recipe()
    {
        Strace.Require();
        var recipe = Versions(3, "keep: {versions: 1}", () => { });
        File.Delete(recipe);
        var log = _ground.Temp.At("strace.log");
        var run = ToolRun.Run(new ToolCommand("strace", ["-f", "-q", "-o", log, "-e", "trace=socket,connect,openat", EzProgram.File, "store", "gc"]) { Environment = _ground.Ez.Environment });
        run.Succeed();
        Assert.DoesNotContain(File.ReadLines(log), line => line.Contains("AF_INET", StringComparison.Ordinal) || line.Contains(_ground.Recipes.Folder, StringComparison.Ordinal));
    }

    [Fact]
    public void A_version_in_use_or_below_an_application_is_not_removed()
    {
        _ground.Publish(1, Ground.Package("base", "1"), Ground.Package("tool", "1"));
        var app = _ground.Recipes.App("app", "small", "tool");
        _ground.Recipes.Os("small", "base");
        _ground.Ez.Succeed("up", app, "--name", "web");
        Unmount();

        var used = _ground.Ez.Run("template", "remove", "app@1.0.0");
        Ground.Fails(used, 7, "ez: `app@1.0.0` is in use by environment `web`\nhint: ez upgrade web, or ez env remove web");
        var below = _ground.Ez.Run("template", "rm", "small@1.0.0", "--dry-run");
        Ground.Fails(below, 7, "ez: `small@1.0.0` is the base of `app@1.0.0`\nhint: ez template remove app@1.0.0 small@1.0.0");
        Assert.Equal(2, _ground.Ez.Run("template", "remove", "app").ExitCode);

        _ground.Ez.Succeed("env", "remove", "web");
        _ground.Ez.Succeed("template", "remove", "app@1.0.0", "small@1.0.0");
        _ground.Ez.Succeed("store", "gc");
        Assert.Empty(Directory.EnumerateFiles(_ground.Temp.At("store/store/contents")));
        Assert.Empty(Directory.EnumerateFiles(_ground.Temp.At("store/store/manifests")));
        Assert.Empty(Directory.EnumerateFiles(_ground.Temp.At("store/store/data"), "*", SearchOption.AllDirectories));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_ground.Temp.At("store/store/versions")));
        _ground.Ez.Succeed("build", app);
    }

    [Fact]
    public void The_quota_of_archives_is_the_machine_s()
    {
        Versions(2, "keep: {versions: 2}", () => { });
        _ground.Temp.WriteFile("host/etc/ez/config.yaml", "archives: {quota: 0}\n");
        var plan = _ground.Json("store", "gc");
        Assert.True(plan.GetProperty("neededArchives").GetInt32() > 0);
        Assert.Empty(Directory.EnumerateFiles(_ground.Temp.At("store/store/archives")));
        _ground.Temp.WriteFile("host/etc/ez/config.yaml", "archives: {quota: much}\n");
        Assert.Equal(2, _ground.Ez.Run("store", "gc").ExitCode);
    }

    [Theory]
    [InlineData(1, 1, "tree")]
    [InlineData(3, 4, "image")]
    [InlineData(6, 3, "copy")]
    public void Df_is_what_du_says(int versions, int environments, string layer)
    {
        _ground.Ez.Environment["EZ_VIEW_LAYER"] = layer;
        Versions(versions, "keep: {versions: 2}", () => { });
        for (var i = 0; i < environments; i++)
        {
            var name = "e" + i.ToString(CultureInfo.InvariantCulture);
            _ground.Ez.Succeed("env", "create", name, "--template", $"small@1.0.{Math.Min(i, versions - 1)}");
            File.WriteAllBytes(Path.Combine(_ground.Root(name), "own"), new byte[(i + 1) * 300_000]);
        }

        ToolRun.Run("sync").Succeed();
        var df = _ground.Json("store", "df");
        var du = long.Parse(ToolRun.Run("du", "-sx", "--block-size=1", _ground.Ez.Store).Succeed().Output.Split('\t')[0], CultureInfo.InvariantCulture);

        var total = df.GetProperty("total").GetInt64();
        Assert.InRange(total, du * 0.99, du * 1.01);
        var parts = Sum(df, "versions", "unique") + Sum(df, "environments", "unique")
            + new[] { "shared", "unused", "archives", "metadata", "catalog", "other" }.Sum(part => df.GetProperty(part).GetInt64());
        Assert.Equal(total, parts);
        foreach (var environment in df.GetProperty("environments").EnumerateArray())
        {
            var folder = Path.Combine(_ground.Ez.Store, "environments", environment.GetProperty("name").GetString()!);
            Assert.Equal(Du(folder), environment.GetProperty("unique").GetInt64());
        }

        Assert.Equal(Du(_ground.Temp.At("store/store/archives")), df.GetProperty("archives").GetInt64());
        Assert.Equal(Du(_ground.Temp.At("store/store/metadata")), df.GetProperty("metadata").GetInt64());

        // The rest is folders and small files: everything large has a row of its own.
        Assert.InRange(df.GetProperty("other").GetInt64(), 0, (300L * 4096) + (versions * 64 * 1024));
        Unmount();
        var freed = df.GetProperty("freed").GetInt64();
        var gc = _ground.Json("store", "gc");
        Assert.Equal(freed, gc.GetProperty("freedBytes").GetInt64());
        Assert.Equal(versions > 2 + environments, freed > 0);
    }

    [Fact]
    public void Why_names_package_versions_and_environments_however_the_thing_is_named()
    {
        Versions(2, "keep: {versions: 1}", () => { });
        _ground.Ez.Succeed("env", "create", "web", "--template", "small@1.0.0");
        var byPath = _ground.Json("store", "why", "small@1.0.0:/usr/share/base/own").GetProperty("things")[0];
        Assert.Equal(("object", true), (byPath.GetProperty("kind").GetString(), byPath.GetProperty("kept").GetBoolean()));
        Assert.Equal(
            ["package base 1 (amd64): /usr/share/base/own", "version small@1.0.0: /usr/share/base/own (kept: environment web)", "environment web: small@1.0.0"],
            byPath.GetProperty("uses").EnumerateArray().Select(use => $"{use.GetProperty("kind")} {use.GetProperty("name")}: {use.GetProperty("detail")}"));

        var digest = byPath.GetProperty("digest").GetString()!;
        string[] names = [digest, digest[..10], byPath.GetProperty("path").GetString()!, Path.Combine(_ground.Root("web"), "usr/share/base/own")];
        foreach (var name in names)
        {
            Assert.Equal(byPath.GetRawText(), _ground.Json("store", "why", name).GetProperty("things")[0].GetRawText());
        }

        Unmount();
        _ground.Ez.Succeed("env", "remove", "web");
        Assert.Contains("not kept: goes with the next gc", _ground.Ez.Succeed("store", "why", digest).Output, StringComparison.Ordinal);
        Assert.Equal(2, _ground.Ez.Run("store", "why", "small:/nothing").ExitCode);
        Assert.Equal(2, _ground.Ez.Run("store", "why", "/etc/passwd").ExitCode);
        Assert.Equal(2, _ground.Ez.Run("store", "why", "xyz").ExitCode);
    }

    [Fact]
    public void A_build_that_cannot_fit_is_refused_before_the_work()
    {
        var disk = _ground.Temp.MakeFolder("disk");
        ToolRun.Run("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", disk).Succeed();
        var noise = new byte[4_000_000];
        TestSeed.Random("noise").NextBytes(noise);
        _ground.Publish(1, new GeneratedPackage("base", "1") { Compressor = "none" }.File("/usr/share/noise", noise));
        var recipe = _ground.Recipes.Os("small", "base");
        var ez = _ground.NewProgram("disk/store");
        ez.Succeed("lock", recipe);

        var refused = ez.Run("build", recipe);

        Assert.Equal(6, refused.ExitCode);
        Assert.Matches("building `small` needs 1[23] MB at least, [0-9] MB are free in `.*/disk/store`\nhint: ez store gc", refused.Error);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(disk, "store/store/archives")));
        ToolRun.Run("umount", disk).Succeed();
    }

    private static long Sum(JsonElement report, string rows, string column) =>
        report.GetProperty(rows).EnumerateArray().Sum(row => row.GetProperty(column).GetInt64());

    private static long Du(string folder) =>
        long.Parse(ToolRun.Run("du", "-sx", "--block-size=1", folder).Succeed().Output.Split('\t')[0], CultureInfo.InvariantCulture);

    /// <summary>Versions 1.0.0 to 1.0.N-1; each has a file of its own, and one in common with the others.</summary>
    private string Versions(int count, string more, Action between)
    {
        var recipe = "";
        var shared = new byte[200_000];
        TestSeed.Random("shared").NextBytes(shared);
        for (var i = 0; i < count; i++)
        {
            var own = new byte[100_000 + (i * 8192)];
            TestSeed.Random("own " + i.ToString(CultureInfo.InvariantCulture)).NextBytes(own);
            var number = (i + 1).ToString(CultureInfo.InvariantCulture);
            _ground.Publish(i + 1, Ground.Package("base", number).File("/usr/share/base/own", own).File("/usr/share/base/shared", shared), Ground.Package("same", "1"));
            recipe = _ground.Recipes.Os("small", "base, same", more);
            _ground.Ez.Succeed("update", recipe);
            between();
        }

        return recipe;
    }

    private void Unmount()
    {
        foreach (var view in MountTable.Below(_ground.Temp.Root).Reverse())
        {
            ToolRun.Run("umount", view).Succeed();
        }
    }
}
