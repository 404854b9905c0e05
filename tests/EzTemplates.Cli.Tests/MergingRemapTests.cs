using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>An environment that an administrator works in, on its way to a new version and back.</summary>
public sealed class MergingRemapTests : IDisposable
{
    private static readonly Lazy<GeneratedPackage> System = new(DpkgPackage.Make);

    private readonly Ground _ground = new();

    public void Dispose() => _ground.Dispose();

    [Fact]
    public void Users_packages_edits_and_deletions_stand_over_a_remap_and_dpkg_finds_nothing_wrong()
    {
        _ground.Publish(0, System.Value, Base("1", ""), new GeneratedPackage("own", "1").File("/usr/share/own/file", "own\n"));
        var recipe = _ground.Recipes.Os("box", "base", "configure: sandbox");
        _ground.Ez.Succeed("up", recipe, "--name", "web");
        var root = _ground.Root("web");
        File.Copy(Directory.EnumerateFiles(_ground.Repository.Root, "own_1_*.deb", SearchOption.AllDirectories).First(), Path.Combine(root, "tmp/own.deb"));
        Sh("dpkg -i /tmp/own.deb && rm /tmp/own.deb");
        File.AppendAllText(Path.Combine(root, "etc/passwd"), "deploy:x:1000:1000::/home/deploy:/bin/sh\n");
        File.AppendAllText(Path.Combine(root, "etc/edited.conf"), "mine\n");
        File.Delete(Path.Combine(root, "usr/share/base/unwanted"));
        var before = Picture(root);

        _ground.Publish(1, System.Value, Base("2", "redis:x:105:110::/var/lib/redis:/bin/false"), new GeneratedPackage("more", "1").File("/usr/share/more/file", "more\n"));
        _ground.Recipes.Os("box", "base, more", "configure: sandbox");
        _ground.Ez.Succeed("update", recipe);
        var plan = _ground.Ez.Succeed("env", "remap", "web", "--to", "box", "--dry-run").Output;
        Assert.Matches(
            """
            ^web: planned from box@1\.0\.0 to box@1\.0\.1
              PATH +ACTION +DETAIL
              /etc/edited\.conf +keep +configuration: own [0-9a-f]+, new [0-9a-f]+
              /etc/passwd +merge
              /usr/share/base/unwanted +keep +removed in the environment; the new version changes it
              /var/lib/dpkg/status +merge
              \d+ other private paths kept as they are
            $
            """,
            plan);
        Assert.Equal(before, Picture(root));
        var done = _ground.Json("env", "remap", "web", "--to", "box").GetProperty("changes")[0];
        Assert.Equal(
            ["/etc/edited.conf keep", "/etc/passwd merge", "/usr/share/base/unwanted keep", "/var/lib/dpkg/status merge"],
            done.GetProperty("paths").EnumerateArray().Select(path => $"{path.GetProperty("path").GetString()} {path.GetProperty("action").GetString()}"));

        Assert.Equal("root:x:0:0::/root:/bin/sh\ndeploy:x:1000:1000::/home/deploy:/bin/sh\nredis:x:200:110::/var/lib/redis:/bin/false\n", _ground.Read("web", "etc/passwd"));
        Assert.Equal("base install ok installed 2\nmore install ok installed 1\nown install ok installed 1\nsystem install ok installed 1\n", Sh("dpkg-query -W -f '${Package} ${Status} ${Version}\\n'"));
        Assert.Equal("", Sh("dpkg --audit"));
        Assert.Equal(["??5?????? c /etc/edited.conf", "missing     /usr/share/base/unwanted"], _ground.Ez.Run("env", "exec", "web", "--", "dpkg", "-V").Lines.Order(StringComparer.Ordinal));
        Assert.Equal("1\nmine\n2\n", _ground.Read("web", "etc/edited.conf") + _ground.Read("web", "etc/left.conf"));
        Assert.False(File.Exists(Path.Combine(root, "usr/share/base/unwanted")));

        Assert.Matches("/etc/passwd +restore", _ground.Ez.Succeed("rollback", "web").Output);
        Assert.Equal(before, Picture(_ground.Root("web")));
        _ground.Ez.Succeed("store", "gc");
        _ground.Ez.Succeed("env", "remove", "web");
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_ground.Ez.Store, "environments")));
    }

    [Fact]
    public void A_uid_that_the_new_version_gives_to_another_is_refused_by_name()
    {
        _ground.Publish(0, Ground.Package("base", "1").File("/etc/passwd", "root:x:0:0::/:/bin/sh\n"));
        var recipe = _ground.Recipes.Os("box", "base");
        _ground.Ez.Succeed("up", recipe, "--name", "web");
        File.AppendAllText(Path.Combine(_ground.Root("web"), "etc/passwd"), "deploy:x:105:105::/:/bin/sh\n");
        _ground.Publish(1, Ground.Package("base", "2").File("/etc/passwd", "root:x:0:0::/:/bin/sh\nredis:x:105:110::/:/bin/sh\n"));
        _ground.Ez.Succeed("update", recipe);
        const string problem = "user `redis` has uid 105 in the new version, and so has the environment's own `deploy`";
        Assert.Equal(
            $"web: planned from box@1.0.0 to box@1.0.1 (refused: not all can be merged)\n  PATH         ACTION    DETAIL\n  /etc/passwd  conflict  {problem}\n",
            _ground.Ez.Succeed("env", "remap", "web", "--to", "box", "--dry-run").Output);
        Ground.Fails(
            _ground.Ez.Run("env", "remap", "web", "--to", "box"),
            7,
            $"ez: environment `web` cannot move to `box@1.0.1`, and nothing was changed: `/etc/passwd`: {problem}\n"
            + "hint: ez env exec web -- usermod --uid NUMBER deploy, and remap again; or make the same changes in a new environment (ez env create)");
        Assert.Equal("root:x:0:0::/:/bin/sh\ndeploy:x:105:105::/:/bin/sh\n", _ground.Read("web", "etc/passwd"));
    }

    [Fact]
    public void A_package_that_the_template_reaches_as_well_follows_it_from_then_on_and_comes_back_with_the_roll_back()
    {
        var recipe = Up(Library("1", "/usr/share/lib/only-1"));
        _ground.Publish(1, System.Value, Library("2", "/usr/share/lib/only-2"), new GeneratedPackage("more", "1").File("/usr/share/more/file", "1\n"));
        Install("lib_2", "more_1");
        File.AppendAllText(Path.Combine(_ground.Root("web"), "usr/share/lib/edited"), "mine\n");
        var before = Picture(_ground.Root("web"));

        Update(recipe, "lib, more");
        Assert.Contains("package `lib` 2: ", _ground.Ez.Succeed("env", "remap", "web", "--to", "box", "--dry-run").Output, StringComparison.Ordinal);
        Assert.Equal(before, Picture(_ground.Root("web")));
        _ground.Ez.Succeed("env", "remap", "web", "--to", "box");
        var second = Picture(_ground.Root("web"));
        Assert.Equal("2\n2\n1\n", _ground.Read("web", "usr/lib/lib/data") + _ground.Read("web", "etc/lib.conf") + _ground.Read("web", "usr/share/more/file"));
        Assert.Equal(["??5??????   /usr/share/lib/edited"], Verified());

        _ground.Publish(2, System.Value, Library("3", "/usr/share/lib/only-1"), new GeneratedPackage("more", "2").File("/usr/share/more/file", "2\n"));
        Update(recipe, "lib, more");
        Assert.Contains("/usr/share/lib/edited ", _ground.Ez.Succeed("upgrade", "web").Output, StringComparison.Ordinal);
        Assert.Equal("3\n3\n2\n", _ground.Read("web", "usr/lib/lib/data") + _ground.Read("web", "etc/lib.conf") + _ground.Read("web", "usr/share/more/file"));
        Assert.Equal("2\nmine\n", _ground.Read("web", "usr/share/lib/edited"));
        Assert.Equal(["edited", "only-1"], Directory.EnumerateFiles(Path.Combine(_ground.Root("web"), "usr/share/lib")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(["??5??????   /usr/share/lib/edited"], Verified());
        Assert.Equal("lib 3\nmore 2\nsystem 1\n", Sh("dpkg-query -W -f '${Package} ${Version}\\n'"));

        _ground.Ez.Succeed("rollback", "web");
        Assert.Equal(second, Picture(_ground.Root("web")));
        _ground.Ez.Succeed("rollback", "web");
        Assert.Equal(before, Picture(_ground.Root("web")));
        Assert.Equal("lib 2\nmore 1\nsystem 1\n", Sh("dpkg-query -W -f '${Package} ${Version}\\n'"));
    }

    [Fact]
    public void A_roll_back_after_another_package_came_has_that_one_and_the_environments_own_as_it_was()
    {
        var recipe = Up(Library("1"));
        _ground.Publish(1, System.Value, Library("2"), Ground.Package("other", "1"));
        Install("lib_2");
        Update(recipe, "lib");
        _ground.Ez.Succeed("upgrade", "web");
        Install("other_1");
        _ground.Ez.Succeed("rollback", "web");
        Assert.Equal("lib 2\nother 1\nsystem 1\n", Sh("dpkg-query -W -f '${Package} ${Version}\\n'"));
        Assert.Equal("2\n1\n", _ground.Read("web", "usr/lib/lib/data") + _ground.Read("web", "usr/share/other/version"));
        Assert.Empty(Verified());
    }

    [Fact]
    public void A_roll_back_over_several_versions_has_the_packages_again_whose_files_come_back()
    {
        var recipe = Up(Library("1"));
        var more = new GeneratedPackage("more", "1").File("/usr/share/more/file", "1\n");
        _ground.Publish(1, System.Value, Library("1"), Library("2"), more, Ground.Package("other", "1"), Ground.Package("late", "1"), Ground.Package("base", "1"));
        Install("other_1");
        Update(recipe, "lib = 1, base");
        _ground.Ez.Succeed("upgrade", "web");

        // One that no version has had, and one that both had older.
        Install("more_1", "lib_2");
        Update(recipe, "lib, base, more");
        Assert.Contains("package `more` 1: ", _ground.Ez.Succeed("upgrade", "web").Output, StringComparison.Ordinal);
        Install("late_1");
        Assert.Equal("base 1\nlate 1\nlib 2\nmore 1\nother 1\nsystem 1\n", Sh("dpkg-query -W -f '${Package} ${Version}\\n'"));

        _ground.Ez.Succeed("rollback", "web", "--to", "box@1.0.0");
        Assert.Equal("late 1\nlib 2\nmore 1\nother 1\nsystem 1\n", Sh("dpkg-query -W -f '${Package} ${Version}\\n'"));
        Assert.Equal("2\n1\n1\n1\n", _ground.Read("web", "usr/lib/lib/data") + _ground.Read("web", "usr/share/more/file") + _ground.Read("web", "usr/share/other/version") + _ground.Read("web", "usr/share/late/version"));
        Assert.Empty(Verified());
    }

    [Fact]
    public void Files_that_dpkg_unpacked_and_that_are_no_versions_are_refused_by_the_packages_name()
    {
        var recipe = Up(Library("1"));
        _ground.Publish(1, System.Value, Library("2"));
        Install("lib_2");

        // As a remap left it that let the status follow, and not the files.
        var status = Path.Combine(_ground.Root("web"), "var/lib/dpkg/status");
        File.WriteAllText(status, File.ReadAllText(status).Replace("Version: 2\n", "Version: 1\n", StringComparison.Ordinal));
        _ground.Publish(2, System.Value, Library("3"));
        Update(recipe, "lib");
        Ground.Fails(
            _ground.Ez.Run("upgrade", "web"),
            7,
            "ez: environment `web` cannot move to `box@1.0.1`, and nothing was changed: `/var/lib/dpkg/status`: package `lib` 1: `/usr/lib/lib/data` and 1 more, "
            + "which dpkg unpacked in the environment, would hide `lib` 3\n"
            + "hint: ez env exec web -- apt-get install --reinstall lib=1, and remap again; or make the same changes in a new environment (ez env create)");
    }

    [Fact]
    public void What_the_environments_own_packages_need_and_the_new_version_has_no_more_is_refused_by_name()
    {
        var recipe = Up(Library("1") with { Provides = "lib-abi-1" });
        _ground.Publish(
            1, System.Value, Library("2") with { Provides = "lib-abi-2", Breaks = "old-style (<< 2)" },
            Ground.Package("module", "1", "lib-abi-1, lib (>= 1)"), Ground.Package("old-style", "1"), Ground.Package("odd", "1", "nowhere"));
        Install("module_1", "old-style_1", "odd_1");
        Update(recipe, "lib");
        const string needs = "package `module` 1 of the environment needs `lib-abi-1`, which is not there with the new version";
        const string excludes = "package `lib` 2 of the new version excludes `old-style (<< 2)`, and the environment has `old-style` 1";
        var plan = _ground.Ez.Succeed("env", "remap", "web", "--to", "box", "--dry-run").Output;
        Assert.Contains(needs, plan, StringComparison.Ordinal);
        Assert.Contains(excludes, plan, StringComparison.Ordinal);
        Ground.Fails(
            _ground.Ez.Run("env", "remap", "web", "--to", "box"),
            7,
            $"ez: environment `web` cannot move to `box@1.0.1`, and nothing was changed: `/var/lib/dpkg/status`: {needs}; `/var/lib/dpkg/status`: {excludes}\n"
            + "hint: ez env exec web -- apt-get remove module, and remap again; or make the same changes in a new environment (ez env create)");
        Sh("dpkg --remove module old-style");
        _ground.Ez.Succeed("env", "remap", "web", "--to", "box");
        Assert.Equal("lib 2\nodd 1\nsystem 1\n", Sh("dpkg-query -W -f '${Package} ${Version}\\n'"));
    }

    private string Up(GeneratedPackage library)
    {
        _ground.Publish(0, System.Value, library);
        var recipe = _ground.Recipes.Os("box", "lib", "configure: sandbox");
        _ground.Ez.Succeed("up", recipe, "--name", "web");
        return recipe;
    }

    private void Update(string recipe, string packages)
    {
        _ground.Recipes.Os("box", packages, "configure: sandbox");
        _ground.Ez.Succeed("update", recipe);
    }

    /// <summary>With dpkg, in the environment, whatever they depend on.</summary>
    private void Install(params IReadOnlyList<string> archives)
    {
        foreach (var archive in archives)
        {
            File.Copy(Directory.EnumerateFiles(_ground.Repository.Root, archive + "_*.deb", SearchOption.AllDirectories).First(), Path.Combine(_ground.Root("web"), "tmp/some.deb"));
            Sh("dpkg -i --force-depends /tmp/some.deb && rm /tmp/some.deb");
        }
    }

    private string[] Verified() => [.. _ground.Ez.Run("env", "exec", "web", "--", "dpkg", "-V").Lines.Order(StringComparer.Ordinal)];

    private static GeneratedPackage Library(string version, params IReadOnlyList<string> more) => more.Aggregate(
        new GeneratedPackage("lib", version) { Depends = "system", Conffiles = ["/etc/lib.conf"] }
            .File("/etc/lib.conf", version + "\n").File("/usr/lib/lib/data", version + "\n").File("/usr/share/lib/edited", version + "\n"),
        (package, path) => package.File(path, version + "\n"));

    private static GeneratedPackage Base(string version, string user) => new GeneratedPackage("base", version) { Depends = "system", Conffiles = ["/etc/edited.conf", "/etc/left.conf"] }
        .File("/etc/edited.conf", version + "\n").File("/etc/left.conf", version + "\n").File("/usr/share/base/unwanted", version + "\n")
        .Script("postinst", $"#!/bin/sh\nset -e\necho root:x:0:0::/root:/bin/sh > /etc/passwd\ntest -z '{user}' || echo '{user}' >> /etc/passwd\n");

    private string Sh(string script) => _ground.Ez.Succeed("env", "exec", "web", "--", "sh", "-c", script).Output;

    /// <summary>Every path with its metadata, times included, and the bytes of every file.</summary>
    private static string Picture(string root) => ToolRun.Run("find", root, "-xdev", "-printf", "%P %y %m %U %G %s %T@ %l\\n").Succeed().Output
        + ToolRun.Run("sh", "-c", $"cd '{root}' && find . -xdev -type f | sort | xargs -r -d '\\n' sha256sum").Succeed().Output;
}
