using EzTemplates.Environments;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>What each thing that a maintainer script may do to its host comes to: what `ez` says, its exit code, and what is left of it.</summary>
public sealed class HostileScriptsTests : IClassFixture<HostileScriptsTests.Machine>
{
    private static readonly string Outside = $"/tmp/ez-outside-{Guid.NewGuid():N}";

    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["fails"] = "echo last words\nexit 3",
        ["hangs"] = "trap '' TERM INT HUP\necho waiting\nsleep 1000",
        ["forks"] = "n=0; while test $n -lt 200; do sleep 1000 & n=$((n+1)); done",
        ["fills"] = "head -c 100000000 /dev/zero > /big",
        ["kills"] = "echo farewell\nkill -9 $PPID\nkill -9 0",
        ["mounts"] = "mount -t tmpfs none /tmp",
        ["sets"] = "echo 1 > /proc/sys/vm/swappiness",
        ["device"] = "mknod /disk b 8 0",
        ["network"] = "ls /sys/class/net > /net\nperl -e '$s = syscall(41, 2, 1, 0); $a = pack(\"S n C4 x8\", 2, 80, 192, 0, 2, 1); syscall(42, $s, $a, 16) == 0 or die \"no network: $!\\n\"'",
        ["module"] = "perl -e '$m = \"x\" x 64; $o = \"\\0\" x 8; syscall(175, $m, 64, $o) == 0 or die \"no module: $!\\n\"'",
        ["outside"] = $"echo x > /../../..{Outside}",
        ["daemon"] = "sleep 1000 > /dev/null 2>&1 &",
    };

    private readonly Machine _machine;

    public HostileScriptsTests(Machine machine) => _machine = machine;

    [Theory]
    [InlineData("fails", "the postinst of `fails` failed with status 1", "last words")]
    [InlineData("hangs", "the postinst of `hangs` did not end within 4 seconds", "waiting")]
    [InlineData("fills", "the postinst of `fills` failed", "No space left on device")]
    [InlineData("kills", "failed with status 137", "farewell")]
    [InlineData("mounts", "the postinst of `mounts` failed", "mount: ")]
    [InlineData("sets", "the postinst of `sets` failed", "Read-only file system")]
    [InlineData("network", "the postinst of `network` failed", "no network: Network is unreachable")]
    [InlineData("module", "the postinst of `module` failed", "no module: ")]
    public void Ends_the_build_with_its_package_its_script_and_its_last_words(string name, string what, string said)
    {
        var run = _machine.Build(name);
        Assert.Equal(7, run.ExitCode);
        Assert.Contains($"cannot configure `{name}-os`: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(what, run.Error, StringComparison.Ordinal);
        Assert.True(run.Error.Split('\n').Any(line => line.StartsWith("  | ", StringComparison.Ordinal) && line.Contains(said, StringComparison.Ordinal)), run.Error);
        Assert.Contains("\nhint: ", run.Error, StringComparison.Ordinal);
        Assert.NotEqual(0, _machine.Ground.Ez.Run("template", "show", $"{name}-os").ExitCode);
        _machine.AssertUntouched();
    }

    [Fact]
    public void Forks_no_more_than_it_may()
    {
        Assert.SkipUnless(ScriptBounds.OfThisProcess().Processes is BoundPlace.Unified or BoundPlace.Separate, "needs control groups in which processes can be bounded");
        var run = _machine.Build("forks");
        Assert.Equal(7, run.ExitCode);
        Assert.Contains("the postinst of `forks` failed", run.Error, StringComparison.Ordinal);
        Assert.Contains("; a process was refused: scripts have 64 at a time\n", run.Error, StringComparison.Ordinal);
        _machine.AssertUntouched();
    }

    [Fact]
    public void Makes_no_device_node_that_the_recipe_does_not_allow()
    {
        var run = _machine.Build("device");
        Assert.Equal(5, run.ExitCode);
        Assert.Contains("`/disk`", run.Error, StringComparison.Ordinal);
        Assert.Contains("`devices: allow`", run.Error, StringComparison.Ordinal);
        _machine.AssertUntouched();
    }

    [Theory]
    [InlineData("outside")]
    [InlineData("daemon")]
    public void Harms_nobody_and_is_built(string name)
    {
        _machine.Build(name).Succeed();
        Assert.False(File.Exists(Outside));
        _machine.AssertUntouched();
    }

    /// <summary>One repository with all of them, and a machine that allows scripts little.</summary>
    public sealed class Machine : IDisposable
    {
        private readonly MountWatch _watch;

        public Machine()
        {
            Requires.Tool("perl");
            Ground = new Ground();
            _watch = MountWatch.Start(Ground.Temp.Root);
            Ground.Temp.WriteFile("host/etc/ez/config.yaml", "scripts: {time: 4s, disk: 64MB, processes: 64}\n");
            var perl = DpkgPackage.Make().WithPrograms(["perl"]);
            Ground.Publish(0, [perl, .. Scripts.Select(script => new GeneratedPackage(script.Key, "1") { Depends = "system" }.Script("postinst", $"#!/bin/sh\nset -e\n{script.Value}\n"))]);
        }

        public Ground Ground { get; }

        public ToolRun Build(string name) => Ground.Ez.Run("build", Ground.Recipes.Os($"{name}-os", name, "configure: sandbox"));

        /// <summary>No mount, no process, and no work is left of it.</summary>
        public void AssertUntouched()
        {
            _watch.AssertNothingLeft();
            Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Ground.Ez.Store, "store", "work")));
        }

        public void Dispose() => Ground?.Dispose();
    }
}
