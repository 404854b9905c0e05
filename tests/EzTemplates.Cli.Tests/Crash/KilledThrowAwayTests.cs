using System.Diagnostics;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>Throw-away environments by the hundred, some of whose <c>ez</c> is killed: nothing of any of them stays, the catalog's bytes included.</summary>
public sealed class KilledThrowAwayTests : IDisposable
{
    private readonly Ground _ground = new();

    [Fact]
    public void A_loop_of_runs_some_of_them_killed_leaves_no_mount_process_folder_or_catalog_row()
    {
        var watch = MountWatch.Start(_ground.Temp.Root);
        _ground.Publish(0, ShellPackage.Make("1"));
        _ground.Ez.Succeed("build", _ground.Recipes.Os("small", "shell"));
        var before = StoreSnapshot.Take(_ground.Ez.Store, "store/locks");
        var random = TestSeed.Random("throw-away runs");
        var (usual, killed, fastest) = (0, 0, TimeSpan.MaxValue);
        var runs = TestScale.Of(20, 1000);
        var oneIn = TestScale.Of(4, 10);
        for (var i = 0; i < runs; i++)
        {
            string[] command = ["run", .. i % 8 >= 4 ? (string[])["--disk"] : [], "small", "--", "sh", "-c", "echo x > /x; echo y > /etc/y; sleep 0.02"];
            if (i % oneIn == oneIn - 1)
            {
                killed += Kill(command, fastest * random.NextDouble()) ? 1 : 0;
                continue;
            }

            var started = TimeProvider.System.GetTimestamp();
            _ground.Ez.Succeed(command);
            usual++;
            fastest = TimeSpan.FromTicks(Math.Min(fastest.Ticks, TimeProvider.System.GetElapsedTime(started).Ticks));
        }

        TestNotes.Write($"{usual} runs ended, {killed} were killed before; {TestSeed.Hint}");
        Assert.True(killed > 0, "no run was killed before it ended");
        watch.AssertNothingLeft();

        // The next command removes what a killed one with its area on disk has left.
        Assert.Empty(_ground.Json("env", "list").GetProperty("environments").EnumerateArray());
        before.AssertSame(StoreSnapshot.Take(_ground.Ez.Store, "store/locks"));
    }

    public void Dispose() => _ground.Dispose();

    /// <summary>Kills `ez` alone; all else is the kernel's affair.</summary>
    /// <returns>False if it ended before.</returns>
    private bool Kill(IReadOnlyList<string> command, TimeSpan after)
    {
        var start = new ProcessStartInfo(EzProgram.File, command);
        foreach (var (name, value) in _ground.Ez.Environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        if (process.WaitForExit(after))
        {
            return false;
        }

        process.Kill();
        process.WaitForExit();
        return true;
    }
}
