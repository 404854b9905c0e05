namespace EzTemplates.Cli.Tests;

/// <summary><c>ez env diff</c> and <c>ez template diff</c>.</summary>
public sealed class DiffCommandTests : IDisposable
{
    private readonly Ground _ground = new();
    private readonly string _recipe;

    public DiffCommandTests()
    {
        _ground.Publish(0, Ground.Package("base", "1").File("/etc/base.conf", "one\n"), Ground.Package("old", "1"));
        _recipe = _ground.Recipes.Os("small", "base, old");
        _ground.Ez.Succeed("up", _recipe, "--name", "web");
    }

    public void Dispose() => _ground.Dispose();

    [Fact]
    public void An_environment_s_changes_are_told_by_path_and_package()
    {
        Assert.Equal("web against small@1.0.0: 0 added, 0 changed (0 B), 0 only in metadata, 0 removed\n", _ground.Ez.Succeed("env", "diff", "web").Output);
        var root = _ground.Root("web");
        File.AppendAllText(Path.Combine(root, "etc/base.conf"), "mine\n");
        File.SetUnixFileMode(Path.Combine(root, "usr/share/old/version"), UnixFileMode.UserRead);
        Directory.Delete(Path.Combine(root, "usr/share/base"), recursive: true);
        File.WriteAllText(Path.Combine(root, "new\nline"), "x");
        Assert.Equal(
            """
            changed   /etc/base.conf (content, time) [base]
            added     /new\x0aline
            removed   /usr/share/base [base]
            removed   /usr/share/base/version [base]
            metadata  /usr/share/old/version (mode) [old]
            web against small@1.0.0: 1 added, 1 changed (10 B), 1 only in metadata, 2 removed
            of packages: base 3, old 1

            """,
            _ground.Ez.Succeed("env", "diff", "web").Output);

        var json = _ground.Json("env", "diff", "web");
        Assert.Equal("ez.environment-diff/1", json.GetProperty("schema").GetString());
        var first = json.GetProperty("changes")[0];
        Assert.Equal(("/etc/base.conf", "changed", "base", 9), (first.GetProperty("path").GetString(), first.GetProperty("change").GetString(), first.GetProperty("package").GetString(), first.GetProperty("bytes").GetInt32()));
        Assert.Equal(2, json.GetProperty("totals").GetProperty("removed").GetInt32());
        Assert.Equal(3, json.GetProperty("totals").GetProperty("packages").GetProperty("base").GetInt32());
        Ground.Fails(_ground.Ez.Run("env", "diff", "wob"), 7, "ez: there is no environment `wob`\nhint: ez env list shows those there are");
    }

    [Fact]
    public void A_planned_removal_tells_what_would_be_lost()
    {
        File.WriteAllText(Path.Combine(_ground.Root("web"), "large"), new string('x', 3_000_000));
        Assert.Matches("^web: planned: its removal, with 3\\.\\d MB of private files; it is on small@1\\.0\\.0\n$", _ground.Ez.Succeed("env", "remove", "web", "--dry-run").Output);
        Assert.True(File.Exists(Path.Combine(_ground.Root("web"), "large")));
    }

    [Fact]
    public void Private_files_that_hide_newer_ones_are_found()
    {
        File.AppendAllText(Path.Combine(_ground.Root("web"), "etc/base.conf"), "mine\n");
        Assert.Equal("no private file of web hides a newer file of small@1.0.0\n", _ground.Ez.Succeed("env", "diff", "web", "--shadows").Output);
        _ground.Publish(1, Ground.Package("base", "2").File("/etc/base.conf", "two\n"), Ground.Package("old", "1"));
        _ground.Ez.Succeed("update", _recipe);
        _ground.Ez.Succeed("upgrade", "web");
        var shadows = _ground.Ez.Succeed("env", "diff", "web", "--shadows").Lines;
        Assert.Equal(["PATH            MADE ON      PACKAGE", "/etc/base.conf  small@1.0.0  base"], shadows);
        Assert.Equal("/etc/base.conf", _ground.Json("env", "diff", "web", "--shadows").GetProperty("shadows")[0].GetProperty("path").GetString());
    }

    [Fact]
    public void Two_versions_are_compared_by_packages_files_and_sizes()
    {
        _ground.Publish(1, Ground.Package("base", "2").File("/etc/base.conf", "one\n").File("/etc/more.conf", "more\n"), Ground.Package("young", "1"));
        _ground.Recipes.Os("small", "base, young");
        _ground.Ez.Succeed("update", _recipe);
        var lines = _ground.Ez.Succeed("template", "diff", "small@1.0.0", "small", "--files").Lines;
        Assert.Matches("^small@1\\.0\\.0: 2 packages, 3 files, ", lines[0]);
        Assert.Matches("^small@1\\.0\\.1: 2 packages, 4 files, ", lines[1]);
        Assert.Equal(["changed   base 1 -> 2 (amd64)", "removed   old 1 (amd64)", "added     young 1 (amd64)"], lines.Skip(2).Take(3).Select(l => l.Replace("(all)", "(amd64)", StringComparison.Ordinal)));
        Assert.Contains("added     /etc/more.conf [base]", lines);
        Assert.Contains("removed   /usr/share/old/version [old]", lines);
        Assert.Contains(lines, line => line.StartsWith("changed   /usr/share/base/version (content", StringComparison.Ordinal));
        Assert.Contains("packages: 1 added, 1 changed, 1 removed", lines);
        Assert.Matches("^contents: 7 B only in the second, 0 B only in the first$", lines[^1]);
        var json = _ground.Json("template", "diff", "small@1.0.0", "small@1.0.1");
        Assert.Equal("ez.template-diff/1", json.GetProperty("schema").GetString());
        Assert.Equal(3, json.GetProperty("packages").GetArrayLength());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, json.GetProperty("files").ValueKind);

        // Without its sidecar a version's paths are of no known package; its packages are what the lock says.
        File.Delete(Path.Combine(_ground.Ez.Store, "store/versions/small/1.0.0.provenance"));
        Assert.Equal(3, _ground.Json("template", "diff", "small@1.0.0", "small@1.0.1").GetProperty("packages").GetArrayLength());

        var same = _ground.Ez.Succeed("template", "diff", "small", "small").Lines;
        Assert.Equal("files: 0 added, 0 changed (0 B), 0 only in metadata, 0 removed", same[^2]);
    }
}
