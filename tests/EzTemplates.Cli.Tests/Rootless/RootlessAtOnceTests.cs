using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>An ordinary user's commands that run side by side, and that are killed.</summary>
public sealed class RootlessAtOnceTests : IDisposable
{
    private readonly RootlessGround _ground = new(SubordinateRanges.Granted);

    [Fact]
    public void Commands_at_once_share_one_view_however_the_first_ends()
    {
        _ground.Succeed("up", _ground.Recipe);
        using var first = Start("env", "exec", "small", "--", "sh", "-c", "echo one > /tmp/one; echo ready; read line");
        RunningEz.WaitFor(first.Output, "ready");
        using var second = Start("env", "exec", "small", "--", "sh", "-c", "cat /tmp/one; echo ready; read line; cat /tmp/three");
        Assert.Equal("one", RunningEz.WaitFor(second.Output, "one"));
        RunningEz.WaitFor(second.Output, "ready");
        Assert.Matches(@"small +small@1\.0\.0 +yes ", _ground.Run("env", "list").Output);

        // Who made the namespaces goes, without a word; they stay for the second, and a third finds them.
        first.Kill();
        _ground.Run("env", "exec", "small", "--", "sh", "-c", "cat /tmp/one && echo three > /tmp/three").Succeed();
        second.CloseInput();
        var (code, output, _) = second.End();
        Assert.Equal((0, "three\n"), (code, output));
        _ground.AssertNothingLeft();
        Assert.Matches(@"small +small@1\.0\.0 +no ", _ground.Succeed("env", "list").Output);
    }

    [Fact]
    public void Many_that_start_at_one_moment_make_one_pair_of_namespaces()
    {
        _ground.Succeed("up", _ground.Recipe);
        var runs = Enumerable.Range(0, 8).Select(i =>
            Start("env", "exec", "small", "--", "sh", "-c", $"echo {i} > /tmp/{i}; readlink /proc/self/ns/user; read line; exit 0")).ToList();
        try
        {
            // None has ended yet: a number would be given anew.
            Assert.Single(runs.Select(run => RunningEz.WaitFor(run.Output, "user:[")).Distinct());
            Assert.All(runs, run =>
            {
                run.CloseInput();
                Assert.Equal(0, run.End().ExitCode);
            });
        }
        finally
        {
            runs.ForEach(run => run.Dispose());
        }

        Assert.Equal("0\n1\n2\n3\n4\n5\n6\n7\n", _ground.Exec("small", "cat /tmp/0 /tmp/1 /tmp/2 /tmp/3 /tmp/4 /tmp/5 /tmp/6 /tmp/7"));
    }

    [Fact]
    public void A_busy_environment_is_not_moved()
    {
        _ground.Succeed("up", _ground.Recipe);
        _ground.Publish("2");
        _ground.Succeed("update", _ground.Recipe);
        using var exec = Start("env", "exec", "small", "--", "sh", "-c", "echo ready; read line; exit 0");
        RunningEz.WaitFor(exec.Output, "ready");

        var refused = _ground.Run("upgrade", "small");

        Assert.Equal(7, refused.ExitCode);
        Assert.Contains("environment `small` is in use", refused.Error, StringComparison.Ordinal);
        Assert.Contains(exec.Id, refused.Error, StringComparison.Ordinal);
        exec.CloseInput();
        Assert.Equal(0, exec.End().ExitCode);
        Assert.Equal("small: remapped from small@1.0.0 to small@1.0.1\n", _ground.Succeed("upgrade", "small").Output);
    }

    [Theory]
    [InlineData("fetch ...")]
    [InlineData("ingest ...")]
    [InlineData("commit ...")]
    [InlineData("environment ...")]
    public void A_command_that_is_killed_leaves_nothing_that_the_next_does_not_mend(string step)
    {
        using (var up = Start("up", _ground.Recipe))
        {
            RunningEz.WaitFor(up.Error, step);
            up.Kill();
        }

        _ground.AssertNothingLeft();
        _ground.Succeed("env", "list");
        _ground.Succeed("up", _ground.Recipe);
        Assert.Equal("1\n", _ground.Exec("small", "cat /etc/base-version"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_ground.Store, "store", "work")));
    }

    [Fact]
    public void A_killed_exec_takes_all_with_it()
    {
        _ground.Succeed("up", _ground.Recipe);
        using (var exec = Start("env", "exec", "small", "--user", "bo", "--", "sh", "-c", "echo ready; while :; do :; done"))
        {
            RunningEz.WaitFor(exec.Output, "ready");
            exec.Kill();
        }

        _ground.AssertNothingLeft();
        Assert.Equal("small: removed, was on small@1.0.0\n", _ground.Succeed("env", "remove", "small").Output);
    }

    [Fact]
    public void Signals_reach_the_command()
    {
        _ground.Succeed("up", _ground.Recipe);
        using var exec = Start("env", "exec", "small", "--", "sh", "-c", "trap 'echo asked; exit 42' TERM; echo ready; while :; do :; done");
        RunningEz.WaitFor(exec.Output, "ready");
        exec.Signal("TERM");
        var (code, output, _) = exec.End();
        Assert.Equal((42, "asked\n"), (code, output));
        _ground.AssertNothingLeft();
    }

    public void Dispose() => _ground.Dispose();

    private RunningEz Start(params IReadOnlyList<string> arguments) => new(_ground.Command(arguments));
}
