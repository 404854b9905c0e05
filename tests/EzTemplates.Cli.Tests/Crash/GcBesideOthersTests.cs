using System.Globalization;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>gc beside a build, mounted environments and remaps; and gc that is killed.</summary>
public sealed class GcBesideOthersTests : IDisposable
{
    private readonly Ground _ground = new();

    public void Dispose()
    {
        Unmount();
        _ground.Dispose();
    }

    [Fact]
    public void Gc_beside_builds_mounted_environments_and_remaps_loses_nothing()
    {
        var recipe = Update(1);
        Update(2);
        Update(3);
        var environments = Enumerable.Range(0, TestScale.Of(6, 50)).Select(i => "e" + i.ToString(CultureInfo.InvariantCulture)).ToList();
        environments.ForEach(name => _ground.Ez.Succeed("env", "create", name, "--template", "small@1.0.2"));
        environments.ForEach(name => _ground.Root(name));
        for (var round = 4; round < 4 + TestScale.Of(2, 12); round++)
        {
            Publish(round);
            // The remap's version may have gone by then: that is refused, and no more.
            var target = string.Create(CultureInfo.InvariantCulture, $"small@1.0.{round - 2}");
            string[][] commands = [["update", recipe], ["store", "gc"], ["env", "remap", environments[0], "--to", target], ["store", "gc"]];
            var runs = new ToolRun[commands.Length];
            var threads = commands.Select((command, i) => new Thread(() => runs[i] = _ground.Ez.Run(command))).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());
            foreach (var run in runs)
            {
                Assert.True(run.ExitCode == 0 || (run == runs[2] && run.ExitCode == 2), $"{string.Join(' ', run.Command.Arguments)}: {run.Error}");
            }

            AssertWhole(environments, round);
        }

        _ground.Ez.Succeed("store", "gc");
        AssertWhole(environments, null);
    }

    [Fact]
    public void Gc_that_is_killed_at_a_call_that_removes_leaves_a_whole_store_and_ends_the_next_time()
    {
        Strace.Require();
        var random = TestSeed.Random("gc killed");
        for (var i = 1; i <= 4; i++)
        {
            Update(i);
        }

        _ground.Ez.Succeed("env", "create", "web", "--template", "small@1.0.1");
        var saved = _ground.Temp.At("saved");
        ToolRun.Run("cp", "-a", _ground.Ez.Store, saved).Succeed();
        string[] command = ["store", "gc"];
        var log = _ground.Temp.At("strace.log");
        var calls = Strace.Positions(_ground.Ez, command, log, Path.Combine(_ground.Ez.Store, "store"));
        var after = StoreSnapshot.Take(Path.Combine(_ground.Ez.Store, "store"), "lock", "locks", "history");
        string[] removing = ["unlink", "unlinkat", "rmdir", "rename", "renameat", "renameat2", "fsync"];
        var points = calls.Where(row => removing.Contains(row.Key)).SelectMany(row => row.Value.Select(number => (row.Key, number))).ToList();
        var killed = 0;
        foreach (var (call, number) in points.OrderBy(_ => random.Next()).Take(TestScale.Of(8, 2000)))
        {
            ToolRun.Run("rm", "-rf", _ground.Ez.Store).Succeed();
            ToolRun.Run("cp", "-a", saved, _ground.Ez.Store).Succeed();
            var run = Strace.Tamper(_ground.Ez, command, log, (call, "signal=KILL", number.ToString(CultureInfo.InvariantCulture)));
            killed += run.Injected is null ? 0 : 1;

            // Rows that are left in the catalog, which is an index, are mended in passing.
            var check = _ground.Ez.Run("store", "check");
            Assert.True(check.ExitCode == 0, $"after {call} {number} ({run.Injected}): {check.Output}{check.Error}");
            _ground.Ez.Succeed(command);
            Assert.Equal(0, _ground.Ez.Run("store", "check").ExitCode);
            after.AssertSame(StoreSnapshot.Take(Path.Combine(_ground.Ez.Store, "store"), "lock", "locks", "history"));
        }

        Assert.True(killed > 0, "no run met its system call");
        Assert.Equal("2\n", _ground.Read("web", "usr/share/base/version"));
    }

    private void AssertWhole(List<string> environments, int? round)
    {
        var check = _ground.Ez.Run("store", "check");
        Assert.True(check.ExitCode == 0, $"{check.Output}{check.Error}");
        foreach (var name in environments.Skip(1))
        {
            Assert.Equal("3\n", _ground.Read(name, "usr/share/base/version"));
            Assert.Equal("3 in part\n", _ground.Read(name, "usr/share/base/part"));
        }

        if (round is { } built)
        {
            _ground.Ez.Succeed("env", "create", "probe", "--template", "small");
            Assert.Equal(built.ToString(CultureInfo.InvariantCulture) + "\n", _ground.Read("probe", "usr/share/base/version"));
            ToolRun.Run("umount", Path.Combine(_ground.Ez.Store, "environments/probe/root")).Succeed();
            _ground.Ez.Succeed("env", "remove", "probe");
        }
    }

    private string Update(int number)
    {
        Publish(number);
        var recipe = _ground.Recipes.Os("small", "base, old", "keep: {versions: 1}");
        _ground.Ez.Succeed("update", recipe);
        return recipe;
    }

    /// <summary>Every other version has the objects of the one before the last again: what gc is about to remove is found "there already".</summary>
    private void Publish(int number)
    {
        var text = number.ToString(CultureInfo.InvariantCulture);
        _ground.Publish(
            number,
            Ground.Package("base", text).File("/usr/share/base/part", text + " in part\n").File("/usr/share/base/turn", $"turn {number % 2}\n"),
            Ground.Package("old", text).File("/usr/share/old/again", $"again {number % 3}\n"));
    }

    private void Unmount()
    {
        foreach (var view in MountTable.Below(_ground.Temp.Root).Reverse())
        {
            ToolRun.Run("umount", view).Succeed();
        }
    }
}
