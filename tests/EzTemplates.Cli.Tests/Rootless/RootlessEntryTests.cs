using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>How an ordinary user's command comes into the namespaces of his store: there is one pair, and it is the command that was called.</summary>
[Collection(OtherNamespaces.Name)]
public sealed class RootlessEntryTests : IDisposable
{
    private readonly RootlessGround _ground = new(SubordinateRanges.Granted);

    [Fact]
    public void A_store_that_is_named_through_a_link_is_the_same_store()
    {
        _ground.Succeed("up", _ground.Recipe);
        var link = _ground.User.Temp.At("link");
        File.CreateSymbolicLink(link, _ground.Store);
        using var first = Start("env", "exec", "small", "--", "sh", "-c", "readlink /proc/self/ns/user; echo ready; read line; exit 0");
        var space = RunningEz.WaitFor(first.Output, "user:");
        RunningEz.WaitFor(first.Output, "ready");

        Assert.Equal(space + "\n", _ground.Run("env", "exec", "small", "--store", link, "--", "readlink", "/proc/self/ns/user").Succeed().Output);
        first.CloseInput();
        Assert.Equal(0, first.End().ExitCode);
        _ground.AssertNothingLeft();
    }

    [Fact]
    public void Where_it_cannot_be_seen_who_is_inside_nobody_else_gets_in()
    {
        _ground.Succeed("up", _ground.Recipe);
        using var first = Start("env", "exec", "small", "--", "sh", "-c", "echo ready; read line; exit 0");
        RunningEz.WaitFor(first.Output, "ready");
        var command = _ground.Command("env", "exec", "small", "--", "true");

        var refused = ToolRun.Run(OwnMounts.Of(command, "mount --bind /dev/null /proc/locks"));

        Assert.Equal(125, refused.ExitCode);
        Assert.StartsWith($"ez: the store `{_ground.Store}` is in use by a command that cannot be joined from here: process ", refused.Error, StringComparison.Ordinal);
        Assert.Contains($" {first.Id} (ez)", refused.Error, StringComparison.Ordinal);
        first.CloseInput();
        Assert.Equal(0, first.End().ExitCode);
    }

    [Fact]
    public void What_a_killed_command_left_running_is_waited_for_and_then_named()
    {
        _ground.Succeed("up", _ground.Recipe);
        using var first = Start("env", "exec", "small", "--", "sh", "-c", "echo ready; read line; exit 0");
        RunningEz.WaitFor(first.Output, "ready");
        using var left = new RunningEz(_ground.User.Command(
            "nsenter", "--preserve-credentials", "--user", "--mount", "--target", first.Id, "sh", "-c", "echo ready; read line"));
        RunningEz.WaitFor(left.Output, "ready");
        first.Kill();

        var refused = _ground.Run("env", "exec", "small", "--", "true");

        Ground.Fails(
            refused,
            125,
            $"ez: the store `{_ground.Store}` is still in use by what a command that was killed has left: process {left.Id} (sh)\n"
            + $"hint: kill {left.Id}; if they have nothing to do with ez: rm {_ground.Store}/store/locks/last-namespaces");
        left.CloseInput();
        left.End();
        _ground.Exec("small", "true");
    }

    [Fact]
    public void A_working_directory_that_cannot_be_entered_is_not_another_one()
    {
        _ground.Succeed("up", _ground.Recipe);
        var closed = _ground.User.Temp.MakeFolder("closed");
        ToolRun.Run("chmod", "700", closed).Succeed();

        Ground.Fails(
            ToolRun.Run(_ground.Command("env", "remove", "small") with { WorkingDirectory = closed }),
            7,
            $"ez: cannot enter the working directory `{closed}`\nhint: cd to a directory that this user may enter");
        Assert.Contains("small", _ground.Succeed("env", "list").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_user_s_own_configuration_counts_inside()
    {
        var file = _ground.User.Temp.WriteFile("home/.config/ez/config.yaml", "mirors: {}\n");
        _ground.User.Own(_ground.User.Home);

        Assert.Equal(2, _ground.Run("up", _ground.Recipe).ExitCode);
        File.Delete(file);
        _ground.Succeed("up", _ground.Recipe);
    }

    [Fact]
    public void A_log_begins_once()
    {
        var log = Path.Combine(_ground.User.Home, "ez.log");
        _ground.Succeed("up", _ground.Recipe, "--log", "ez.log");
        var lines = File.ReadAllLines(log);
        Assert.EndsWith($"] ez up {_ground.Recipe} --log ez.log", lines[0], StringComparison.Ordinal);
        Assert.Single(lines, line => line.Contains("] ez ", StringComparison.Ordinal));
        Assert.EndsWith("] exit code 0", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_process_that_enters_leaves_nothing_of_the_runtime_s()
    {
        var temporary = Path.Combine(_ground.User.Home, "tmp");
        Directory.CreateDirectory(temporary);
        _ground.User.Own(temporary);
        var command = _ground.Command("up", _ground.Recipe);
        ToolRun.Run(command with { Environment = new Dictionary<string, string?>(command.Environment) { ["TMPDIR"] = temporary, ["DOTNET_EnableDiagnostics"] = null } }).Succeed();
        Assert.Empty(Directory.EnumerateFileSystemEntries(temporary));
    }

    public void Dispose() => _ground.Dispose();

    private RunningEz Start(params IReadOnlyList<string> arguments) => new(_ground.Command(arguments));
}
