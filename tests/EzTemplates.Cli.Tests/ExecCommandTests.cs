using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary><c>ez env exec</c> as a shell script relies on it.</summary>
public sealed class ExecCommandTests : IDisposable
{
    private readonly Ground _ground = new();

    public ExecCommandTests()
    {
        _ground.Publish(0, HostPrograms.Package());
        _ground.Ez.Succeed("up", _ground.Recipes.Os("box", "programs"));
    }

    public void Dispose() => _ground.Dispose();

    [Fact]
    public void The_command_s_status_output_input_and_signals_are_its_own()
    {
        var run = Exec("sh", "-c", "echo out; echo err >&2; exit 9");
        Assert.Equal((9, "out\n", "err\n"), (run.ExitCode, run.Output, run.Error));
        Assert.Equal(137, Exec("sh", "-c", "kill -KILL $$").ExitCode);
        Assert.Equal(2, Exec("sh", "-c", "exit 2").ExitCode);
        var cat = ToolRun.Run(_ground.Ez.Command("env", "exec", "box", "--", "cat") with { Stdin = "what goes in\n"u8.ToArray() });
        Assert.Equal("what goes in\n", cat.Output);
        Assert.Equal("--json --help -x\n", Exec("sh", "-c", "echo $*", "sh", "--json", "--help", "-x").Output);
    }

    [Fact]
    public void What_cannot_start_is_125_126_or_127_and_told()
    {
        Ground.Fails(Exec("no-such"), 127, "ez: cannot run `no-such`: there is no such program in the environment\nhint: check its name, or add its package to the recipe: ez up RECIPE");
        var notes = Exec("/etc/notes");
        Assert.Equal(126, notes.ExitCode);
        Assert.Contains("`/etc/notes`", notes.Error, StringComparison.Ordinal);
        Ground.Fails(_ground.Ez.Run("env", "exec", "bux", "--", "id"), 125, "ez: there is no environment `bux`\nhint: ez env list shows those there are");
        Assert.Equal(125, _ground.Ez.Run("env", "exec", "box").ExitCode);
        Assert.Equal(125, _ground.Ez.Run("env", "exec", "box", "--network", "some", "--", "id").ExitCode);
        Assert.Equal(125, _ground.Ez.Run("env", "exec", "box", "--env", "x", "--", "id").ExitCode);
        Assert.Equal(125, _ground.Ez.Run("env", "exec", "box", "--bind", "/nowhere-at-all:/x", "--", "id").ExitCode);
        Assert.Equal(125, _ground.Ez.Run("env", "exec", "box", "--user", "nobody-here", "--", "id").ExitCode);
    }

    [Fact]
    public void User_folder_variables_and_network_are_as_asked()
    {
        Assert.Equal("1234 1300\n", With(["--user", "bo"], "sh", "-c", "echo $(id -u) $(id -g)").Output);
        Assert.Equal("7:8\n", With(["-u", "7:8"], "sh", "-c", "echo $(id -u):$(id -g)").Output);
        Assert.Equal("/usr/bin\n", With(["--workdir", "/usr/bin"], "readlink", "/proc/self/cwd").Output);
        Assert.Equal("x y=z\n", With(["--env", "A=x y=z", "-e", "B="], "sh", "-c", "echo \"$A$B\"").Output);
        Assert.Equal(File.ReadAllText("/proc/net/dev").Count(letter => letter == ':'), Interfaces("host").Count);
        Assert.Equal(["lo"], Interfaces("none"));
    }

    [Fact]
    public void A_bound_folder_shows_inside_and_read_only_means_it()
    {
        var folder = _ground.Temp.MakeFolder("bound");
        _ground.Temp.WriteFile("bound/note", "from outside\n");
        Assert.Equal("from outside\n", With(["--bind", $"{folder}:/mnt/here:ro"], "cat", "/mnt/here/note").Output);
        Assert.NotEqual(0, With(["--bind", $"{folder}:/mnt/here:ro"], "sh", "-c", "echo x > /mnt/here/new").ExitCode);
        Assert.Empty(Directory.GetFiles(folder, "new"));
        With(["--bind", $"{folder}:/mnt/here"], "sh", "-c", "echo x > /mnt/here/new").Succeed();
        Assert.Equal("x\n", File.ReadAllText(Path.Combine(folder, "new")));
        Assert.NotEqual(0, Exec("cat", "/mnt/here/note").ExitCode);
    }

    [Fact]
    public void A_first_command_runs_in_each_new_environment_and_leaves_the_report_alone()
    {
        var made = _ground.Ez.Succeed("env", "create", "a", "b", "--template", "box", "--run", "echo said; echo $PWD > /mark", "--json");
        using var report = System.Text.Json.JsonDocument.Parse(made.Stdout);
        Assert.All(report.RootElement.GetProperty("changes").EnumerateArray(), change => Assert.Equal("created", change.GetProperty("outcome").GetString()));
        Assert.Equal(2, made.Error.Split('\n').Count(line => line == "said"));
        foreach (var name in (string[])["a", "b"])
        {
            Assert.Equal("/\n", File.ReadAllText(Path.Combine(_ground.Root(name), "mark")));
        }
    }

    [Fact]
    public void A_first_command_that_fails_is_told_and_its_environment_stays()
    {
        var failed = _ground.Ez.Run("env", "create", "a", "b", "--template", "box", "--run", "test ! -e /mark; echo x > /mark; exit 3");
        Assert.Equal(7, failed.ExitCode);
        Assert.Contains("ez: environment `a` was created, but `test ! -e /mark; echo x > /mark; exit 3` ended there with 3\nhint: ez env exec a -- sh", failed.Error, StringComparison.Ordinal);
        Assert.Contains("environment `b` was created", failed.Error, StringComparison.Ordinal);
        Assert.Equal("x\n", File.ReadAllText(Path.Combine(_ground.Root("b"), "mark")));

        // More than run at the same time.
        string[] many = [.. Enumerable.Range(10, 20).Select(number => $"n{number}")];
        var interrupted = _ground.Ez.Run(["env", "create", .. many, "--template", "box", "--run", "kill -INT $$"]);
        Assert.Equal((130, "n29: created on box@1.0.0 (`kill -INT $$` was not run there)"), (interrupted.ExitCode, interrupted.Lines[^1]));
        _ground.Ez.Succeed(["env", "remove", .. many]);
        _ground.Ez.Succeed("env", "create", "c", "--template", "box", "--run", "exit 3", "--dry-run");
        Assert.DoesNotContain("c", _ground.Ez.Succeed("env", "list").Lines);
    }

    private IReadOnlyList<string> Interfaces(string network) =>
        With(["--network", network], "sh", "-c", "while read n r; do case $n in *:) echo ${n%:};; esac; done < /proc/self/net/dev").Lines;

    private ToolRun Exec(params IReadOnlyList<string> command) => With([], command);

    private ToolRun With(IReadOnlyList<string> options, params IReadOnlyList<string> command) =>
        _ground.Ez.Run(["env", "exec", "box", .. options, "--", .. command]);
}
