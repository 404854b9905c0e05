using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary><c>ez run</c> as a script relies on it.</summary>
public sealed class RunCommandTests : IDisposable
{
    private readonly Ground _ground = new();
    private readonly MountWatch _watch;
    private readonly string _recipe;

    public RunCommandTests()
    {
        _watch = MountWatch.Start(_ground.Temp.Root);
        _ground.Publish(0, HostPrograms.Package(), Ground.Package("tool", "1"));
        _recipe = _ground.Recipes.Os("box", "programs");
        _ground.Ez.Succeed("build", _recipe);
    }

    public void Dispose()
    {
        _watch.AssertNothingLeft();
        _ground.Dispose();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("--disk")]
    public void What_was_written_is_gone_and_the_store_as_it_was(string? area)
    {
        string[] options = area is null ? [] : [area];
        var before = StoreSnapshot.Take(_ground.Ez.Store, "store/locks");
        var run = Run([.. options, "box"], "sh", "-c", "echo out; echo err >&2; echo x > /etc/passwd; echo y > /new; exit 9");
        Assert.Equal((9, "out\n", "err\n"), (run.ExitCode, run.Output, run.Error));
        Assert.Equal("", Run([.. options, "box@1.0.0"], "sh", "-c", "for f in /new*; do [ -e $f ] && echo $f; done; true").Succeed().Output);
        before.AssertSame(StoreSnapshot.Take(_ground.Ez.Store, "store/locks"));
        Assert.Empty(_ground.Json("env", "list").GetProperty("environments").EnumerateArray());
    }

    [Fact]
    public void Several_at_once_see_nothing_of_each_other() => Parallel.For(0, 8, number => Assert.Equal(
        $"{number}\n",
        Run(number % 2 == 0 ? ["box"] : ["--disk", "box"], "sh", "-c", $"[ ! -e /mine ] && echo {number} > /mine && cat /mine").Succeed().Output));

    [Fact]
    public void Its_options_are_those_of_exec()
    {
        var folder = _ground.Temp.MakeFolder("bound");
        Assert.Equal("1234 1300\n", Run(["--user", "bo", "box"], "sh", "-c", "echo $(id -u) $(id -g)").Output);
        Assert.Equal("/usr/bin\n", Run(["-w", "/usr/bin", "box"], "readlink", "/proc/self/cwd").Output);
        Assert.Equal("x y=z\n", Run(["-e", "A=x y=z", "box"], "sh", "-c", "echo \"$A\"").Output);
        Assert.Equal("box\n", Run(["box"], "cat", "/proc/sys/kernel/hostname").Output);
        Run(["--bind", $"{folder}:/mnt/here", "box"], "sh", "-c", "echo x > /mnt/here/made").Succeed();
        Assert.Equal("x\n", File.ReadAllText(Path.Combine(folder, "made")));
        Assert.Equal("lo:\n", Run(["--network", "none", "box"], "sh", "-c", "while read n r; do case $n in *:) echo $n;; esac; done < /proc/self/net/dev").Output);
        Assert.Equal("no\n", Run(["--tmpfs-size", "64k", "box"], "sh", "-c", "cat /usr/bin/* > /all 2>/dev/null || echo no").Output);
    }

    [Fact]
    public void What_ez_itself_cannot_do_is_125_and_what_cannot_start_126_or_127()
    {
        Assert.Equal(127, Run(["box"], "no-such").ExitCode);
        Assert.Equal(126, Run(["box"], "/etc/notes").ExitCode);
        Ground.Fails(Run(["bux"], "id"), 125, "ez: this store has no template `bux`\nhint: did you mean `box`?");
        Ground.Fails(Run(["--tmpfs-size", "a lot", "box"], "id"), 125, "ez: `a lot` is no size for a tmpfs\nhint: --tmpfs-size 512m, 2g or 25%");
        Assert.Equal(125, Run(["--tmpfs-size", "1m", "--disk", "box"], "id").ExitCode);
        Assert.Equal(125, Run(["--keep", "Not a name", "box"], "id").ExitCode);
        Assert.Equal(125, _ground.Ez.Run("run", "box").ExitCode);
    }

    [Fact]
    public void A_recipe_is_built_where_the_store_lacks_its_version()
    {
        var recipe = _ground.Recipes.Os("other", "programs, tool");
        var dry = JsonDocument.Parse(_ground.Ez.Succeed("run", "--dry-run", "--json", recipe, "--", "id").Stdout).RootElement;
        Assert.Equal(("ez.run-plan/1", "other@1.0.0"), (dry.GetProperty("schema").GetString(), dry.GetProperty("template").GetString()));
        Assert.Equal(JsonValueKind.Null, dry.GetProperty("manifest").ValueKind);
        Assert.False(File.Exists(_ground.Recipes.LockOf("other")));
        Assert.Equal(125, Run(["--locked", recipe], "id").ExitCode);

        Assert.Equal("1\n", Run([recipe], "cat", "/usr/share/tool/version").Succeed().Output);
        _ground.Server.Dispose();
        Assert.Equal("1\n", Run([recipe], "cat", "/usr/share/tool/version").Succeed().Output);
    }

    [Fact]
    public void A_kept_one_is_an_environment_as_any_other()
    {
        var run = Run(["--keep", "kept", "box"], "sh", "-c", "echo mine > /note; exit 4");
        Assert.Equal(4, run.ExitCode);
        Assert.Equal("mine\n", _ground.Ez.Succeed("env", "exec", "kept", "--", "cat", "/note").Output);
        Assert.Equal(125, Run(["--keep", "kept", "box"], "id").ExitCode);
        _ground.Ez.Succeed("env", "remove", "kept");
    }

    [Fact]
    public void A_view_is_mounted_and_given_back_and_busy_ones_are_refused()
    {
        _ground.Ez.Succeed("env", "create", "web", "--template", "box");
        var path = _ground.Ez.Succeed("env", "mount", "web").Lines.Single();
        Assert.Equal(path, _ground.Ez.Succeed("env", "path", "web").Lines.Single());
        Assert.Equal("not a program\n", File.ReadAllText(Path.Combine(path, "etc/notes")));

        using (File.OpenRead(Path.Combine(path, "etc/notes")))
        {
            var busy = _ground.Ez.Run("env", "umount", "web");
            Assert.Equal(7, busy.ExitCode);
            Assert.Contains($" {Environment.ProcessId} (", busy.Error, StringComparison.Ordinal);
            Assert.Equal(7, _ground.Ez.Run("env", "remove", "web").ExitCode);
            Assert.True(File.Exists(Path.Combine(path, "etc/notes")));
        }

        Assert.Equal("web: unmounted\n", _ground.Ez.Succeed("env", "umount", "web").Output);
        Assert.Equal("web: was not mounted\n", _ground.Ez.Succeed("env", "umount", "web").Output);
        _ground.Ez.Succeed("env", "mount", "web");
        _ground.Ez.Succeed("env", "remove", "web");
    }

    [Fact]
    public void A_shell_is_the_login_shell_of_the_user_in_passwd_and_starts_at_home()
    {
        _ground.Ez.Succeed("env", "create", "web", "--template", "box");
        var command = _ground.Ez.Command("env", "shell", "web", "--user", "bo") with { Stdin = "echo $0 $USER; readlink /proc/$$/exe; readlink /proc/self/cwd\n"u8.ToArray() };
        Assert.Equal("-sh bo\n/usr/bin/sh\n/\n", ToolRun.Run(command).Succeed().Output);
        _ground.Ez.Succeed("env", "exec", "web", "--", "sh", "-c", "echo 'bo:x:1234:1300:Bo:/etc:' > /etc/passwd");
        Assert.Equal("-sh bo\n/usr/bin/sh\n/etc\n", ToolRun.Run(command).Succeed().Output);
        _ground.Ez.Succeed("env", "remove", "web");
    }

    private ToolRun Run(IReadOnlyList<string> options, params IReadOnlyList<string> command) => _ground.Ez.Run(["run", .. options, "--", .. command]);
}
