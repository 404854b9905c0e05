using System.Globalization;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>A command that runs in an environment while <c>ez</c> is killed, asked to end, or asked to move the environment.</summary>
public sealed class KilledExecTests : IDisposable
{
    /// <summary>No other process on this machine sleeps for so long.</summary>
    private const string Nap = "2718281";

    private readonly TempFolder _temp;
    private readonly GeneratedRepository _repository;
    private readonly LocalServer _server;
    private readonly EzProgram _ez;
    private readonly string _recipe;

    public KilledExecTests()
    {
        Requires.Overlay();
        Requires.Tool("gpg");
        Requires.Tool("gpgv");
        _repository = new GeneratedRepository();
        _server = new LocalServer(_repository.Root);
        _temp = new TempFolder();
        _repository.Publish(new PublishOptions(), ShellPackage.Make("1"));
        _ez = new EzProgram(_temp.At("store")) { Environment = { ["DOTNET_EnableDiagnostics"] = "0" } };
        _recipe = new RecipeFolder(_temp.At("recipes"), _repository, _server).Os("small", "shell");
        _ez.Succeed("up", _recipe, "--name", "web");
    }

    [Fact]
    public void All_that_runs_inside_dies_with_a_killed_ez_and_the_next_command_works()
    {
        Update();
        using (var exec = new RunningEz(_ez, "env", "exec", "web", "--", "sh", "-c", $"sleep {Nap} & echo ready; sleep {Nap}"))
        {
            RunningEz.WaitFor(exec.Output, "ready");
            Assert.True(SpinWait.SpinUntil(() => Nappers().Count == 2, TimeSpan.FromSeconds(20)), "nothing sleeps inside");
            exec.Kill();
        }

        Assert.True(SpinWait.SpinUntil(() => Nappers().Count == 0, TimeSpan.FromSeconds(20)), $"still there: {string.Join(", ", Nappers())}");
        Assert.Empty(NamespacesWithTheView());
        _ez.Succeed("env", "remap", "web", "--to", "small@1.0.1");
        Assert.Equal("2\n", _ez.Succeed("env", "exec", "web", "--", "cat", "/etc/shell-version").Output);
    }

    [Fact]
    public void A_remap_right_after_the_kill_waits_for_the_dying_sandbox()
    {
        Update();
        using (var exec = new RunningEz(_ez, "env", "exec", "web", "--", "sh", "-c", $"echo ready; sleep {Nap}"))
        {
            RunningEz.WaitFor(exec.Output, "ready");
            exec.Kill();
            _ez.Succeed("env", "remap", "web", "--to", "small@1.0.1");
        }

        Assert.Empty(Nappers());
    }

    [Fact]
    public void A_request_to_end_is_handed_on_to_the_command()
    {
        using var exec = new RunningEz(_ez, "env", "exec", "web", "--", "sh", "-c", "trap 'echo asked; exit 42' TERM; echo ready; while :; do sleep 0.1; done");
        RunningEz.WaitFor(exec.Output, "ready");

        exec.Signal("TERM");

        var (code, output, _) = exec.End();
        Assert.Equal((42, "asked\n"), (code, output));
    }

    [Fact]
    public void A_busy_environment_is_not_moved_unless_one_waits()
    {
        Update();
        using var exec = new RunningEz(_ez, "env", "exec", "web", "--", "sh", "-c", "echo ready; read line");
        RunningEz.WaitFor(exec.Output, "ready");

        foreach (var command in (IReadOnlyList<string>[])[["env", "remap", "web", "--to", "small@1.0.1"], ["upgrade", "web"], ["env", "remove", "web"]])
        {
            var refused = _ez.Run(command);
            Assert.Equal(7, refused.ExitCode);
            Assert.Contains("environment `web` is in use", refused.Error, StringComparison.Ordinal);
            Assert.Contains(exec.Id, refused.Error, StringComparison.Ordinal);
            Assert.Contains("hint: end it, or wait for it: --wait", refused.Error, StringComparison.Ordinal);
        }

        using var remap = new RunningEz(_ez, "env", "remap", "web", "--to", "small@1.0.1", "--wait");
        Assert.Contains("environment web", RunningEz.WaitFor(remap.Error, "waiting for"), StringComparison.Ordinal);
        exec.CloseInput();

        Assert.Equal(0, remap.End().ExitCode);
        Assert.Equal("2\n", _ez.Succeed("env", "exec", "web", "--", "cat", "/etc/shell-version").Output);
    }

    [Fact]
    public void Who_waits_for_a_stopped_command_says_so_and_goes_on_after_it()
    {
        var stall = _server.Add(new ServerFault { Path = "InRelease", StallAfter = 10 });
        using var first = new RunningEz(_ez, "update", _recipe);
        Assert.True(SpinWait.SpinUntil(() => stall.Struck > 0, TimeSpan.FromMinutes(1)), "the first command asked for nothing");
        first.Signal("STOP");

        using var second = new RunningEz(_ez, "update", _recipe);
        var told = RunningEz.WaitFor(second.Error, "waiting for");
        Assert.Contains("the lock of `small`", told, StringComparison.Ordinal);
        Assert.Contains(first.Id, told, StringComparison.Ordinal);
        _server.Heal();
        first.Signal("CONT");

        Assert.Equal((0, 0), (first.End().ExitCode, second.End().ExitCode));
    }

    public void Dispose()
    {
        _server.Dispose();
        _repository.Dispose();
        foreach (var view in MountTable.Below(_temp.Root))
        {
            ToolRun.Run("umount", view).Succeed();
        }

        _temp.Dispose();
    }

    private void Update()
    {
        _repository.Publish(new PublishOptions { Date = new PublishOptions().Date.AddDays(1) }, ShellPackage.Make("2"));
        _ez.Succeed("update", _recipe);
    }

    private static List<string> Nappers() =>
    [
        .. MountTable.ProcessIds().Select(pid => Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cmdline")))
            .Where(words => words.StartsWith("sleep\0" + Nap, StringComparison.Ordinal)),
    ];

    /// <summary>Processes in another mount namespace whose root is the environment's view.</summary>
    private IEnumerable<int> NamespacesWithTheView() => MountTable.ProcessIds().Where(pid =>
        Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/mountinfo")).Split('\n')
            .Any(line => line.Contains(" / / ", StringComparison.Ordinal) && line.Contains("upperdir=environments/web/private", StringComparison.Ordinal)));

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
