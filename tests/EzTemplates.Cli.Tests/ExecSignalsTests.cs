using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>The process group of what runs inside: what it signals is its own, what is sent to <c>ez</c> reaches it, and a terminal's keys work.</summary>
public sealed class ExecSignalsTests : IDisposable
{
    private readonly Ground _ground = new();

    public ExecSignalsTests()
    {
        _ground.Publish(0, ShellPackage.Make("1"));
        _ground.Ez.Succeed("up", _ground.Recipes.Os("small", "shell"), "--name", "web");
    }

    public void Dispose()
    {
        _ground.Ez.Succeed("env", "umount", "web");
        _ground.Dispose();
    }

    [Fact]
    public void A_command_that_signals_its_group_reaches_no_caller()
    {
        var run = Sh($"{EzProgram.File} env exec web -- sh -c 'sleep 1000 & kill 0'; echo survived $?");
        Assert.Equal("survived 143\n", run.Output);
    }

    [Fact]
    public void A_key_for_all_reaches_all_that_runs_inside_and_the_command_s_status_is_ez_s()
    {
        using var exec = new RunningEz(_ground.Ez, "env", "exec", "web", "--", "sh", "-c", "trap 'echo parent; exit 42' INT; sh -c 'trap \"echo child; exit 1\" INT; echo ready; while :; do sleep 0.1; done'");
        RunningEz.WaitFor(exec.Output, "ready");
        exec.Signal("INT");
        var (code, output, _) = exec.End();
        Assert.Equal((42, "child\nparent\n"), (code, output));
    }

    [Fact]
    public void On_a_terminal_the_command_is_in_front_stops_and_goes_on_and_the_shell_outside_has_it_back()
    {
        Requires.Tool("script");
        using var shell = new RunningEz(new ToolCommand("script", "--quiet", "--command", "PS1= ENV= sh -i", "/dev/null") { Environment = _ground.Ez.Environment });
        shell.Type($"{EzProgram.File} env exec web -- sh -c 'read -r a b c d group session tty front rest < /proc/self/stat; echo \"front\"=$((group == front && group > 0)); read line; echo got\"\" $line; exit 5'\n");
        RunningEz.WaitFor(shell.Output, "front=1");
        shell.Type("\u001a");
        RunningEz.WaitFor(shell.Output, "Stopped");
        shell.Type("echo out\"\"side\n");
        RunningEz.WaitFor(shell.Output, "outside");
        shell.Type("fg\nit all\n");
        RunningEz.WaitFor(shell.Output, "got it all");
        shell.Type("echo status\"\" $?\n");
        RunningEz.WaitFor(shell.Output, "status 5");

        shell.Type($"{EzProgram.File} env exec web -- sh -c 'echo rea\"\"dy; sleep 1000'; echo end\"\"ed $?\n");
        RunningEz.WaitFor(shell.Output, "ready");
        shell.Type("\u0003");
        RunningEz.WaitFor(shell.Output, "ended 130");
        shell.Type("exit\n");
        Assert.Equal(0, shell.End().ExitCode);
    }

    [Fact]
    public void A_script_that_has_stopped_with_the_command_goes_on_with_it()
    {
        Requires.Tool("script");
        var script = _ground.Temp.At("script");
        File.WriteAllText(script, $"{EzProgram.File} env exec web -- sh -c 'echo ready; read line; echo got $line'\necho the script went on\n");
        using var shell = new RunningEz(new ToolCommand("script", "--quiet", "--command", "PS1= ENV= sh -i", "/dev/null") { Environment = _ground.Ez.Environment });
        shell.Type($"sh {script}\n");
        RunningEz.WaitFor(shell.Output, "ready");
        shell.Type("\u001a");
        RunningEz.WaitFor(shell.Output, "Stopped");

        // The runtime's terminal settings, written from behind the command, would stop the script for sure, and `ez` now and then.
        shell.Type("fg\nit all\n");
        RunningEz.WaitFor(shell.Output, "got it all");
        RunningEz.WaitFor(shell.Output, "the script went on");
        shell.Type("exit\n");
        Assert.Equal(0, shell.End().ExitCode);
    }

    [Fact]
    public void At_one_end_of_a_pipe_the_command_stays_with_the_other_which_may_want_the_terminal()
    {
        Requires.Tool("script");
        const string inside = "read -r a b c d group rest < /proc/self/stat; echo group $group";
        Assert.Equal("group 0\n", OnTerminal($"{EzProgram.File} env exec web -- sh -c \"{inside.Replace("$", "\\$", StringComparison.Ordinal)}\" | cat"));
    }

    private string OnTerminal(string command) =>
        ToolRun.Run(new ToolCommand("script", "--quiet", "--return", "--command", command, "/dev/null") { Environment = _ground.Ez.Environment }).Succeed().Output.Replace("\r", "", StringComparison.Ordinal);

    private ToolRun Sh(string script) => ToolRun.Run(new ToolCommand("sh", "-c", script) { Environment = _ground.Ez.Environment });
}
