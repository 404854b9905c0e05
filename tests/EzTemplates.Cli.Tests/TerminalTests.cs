using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>What is drawn while a command runs.</summary>
public sealed class TerminalTests : IDisposable
{
    private const string Erase = "\u001b[";

    // Select graphic rendition: a colour, bold.
    private const string Rendition = "\u001b\\[[0-9;]*m";

    private readonly Ground _ground = new();

    public TerminalTests() => _ground.Publish(0, Ground.Package("base", "1"));

    public void Dispose() => _ground.Dispose();

    [Fact]
    public void A_terminal_gets_bars_that_are_gone_in_the_end_and_a_file_plain_lines()
    {
        Requires.Tool("script");
        var recipe = _ground.Recipes.Os("small", "base");
        var onTerminal = ToolRun.Run(new ToolCommand("script", "--quiet", "--return", "--command", $"{EzProgram.File} up {recipe}", "/dev/null")
        {
            Environment = new Dictionary<string, string?>(_ground.Ez.Environment) { ["TERM"] = "xterm" },
        }).Succeed().Output;
        Assert.Contains("fetch 1 of 1", onTerminal, StringComparison.Ordinal);
        Assert.Contains(Erase, onTerminal, StringComparison.Ordinal);
        Assert.Matches("environment `small` is created, on small@1\\.0\\.0\r?\n", onTerminal);

        var piped = _ground.Ez.Succeed("up", recipe, "--name", "other");
        Assert.Equal("snapshot ...\nsolve ...\nenvironment ...\n", piped.Error);
        Assert.DoesNotContain(Erase, piped.Output, StringComparison.Ordinal);
        Assert.Equal("", _ground.Ez.Succeed("up", recipe, "--name", "third", "--quiet").Error);
    }

    [Fact]
    public void The_summary_tells_packages_files_bytes_and_times()
    {
        var up = _ground.Ez.Succeed("up", _ground.Recipes.Os("small", "base")).Lines;
        Assert.Equal("small@1.0.0: locked, 1 package", up[0]);
        Assert.Matches(@"^small@1\.0\.0: 1 package, 1 file; downloaded \d+ B, new in the store \d+ B, shared 0 B$", up[1]);
        Assert.Matches(@"^snapshot [\d.]+ s, solve [\d.]+ s, fetch [\d.]+ s, ingest [\d.]+ s, compose [\d.]+ s, commit [\d.]+ s, environment [\d.]+ s$", up[2]);
        Assert.Equal("environment `small` is created, on small@1.0.0", up[3]);
        Assert.Matches("^enter it with: ez env exec small -- ", up[4]);
    }

    [Fact]
    public void Oddities_of_the_host_s_apt_are_told_only_where_the_recipe_uses_it()
    {
        var host = AptRoot.Write(_ground.Temp.At("host"), _ground.Repository, AptSourceStyle.SourcesInline, (_ground.Server.Address, "stable-one", "main"));
        File.WriteAllText(Path.Combine(host, "etc/apt/apt.conf.d/99lax"), "Acquire::Check-Valid-Until \"false\";\n");
        var recipe = _ground.Recipes.Os("small", "base");
        Assert.DoesNotContain("warning", _ground.Ez.Succeed("lock", recipe).Error, StringComparison.Ordinal);

        File.WriteAllText(recipe, File.ReadAllText(recipe)
            .Replace($"[\"{_ground.Server.Address}\"]", "[host]", StringComparison.Ordinal)
            .Replace(_ground.Repository.KeyFile, "host", StringComparison.Ordinal));
        Assert.Contains("warning: this host's APT switches `Acquire::Check-Valid-Until` off", _ground.Ez.Succeed("lock", recipe).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_fits_the_terminal_and_is_whole_in_a_pipe()
    {
        Requires.Tool("script");
        _ground.Ez.Succeed("up", _ground.Recipes.Os("small", "base"), "--name", "an-environment-with-a-name-that-is-far-too-long-for-it");
        var whole = _ground.Ez.Succeed("env", "list").Output;
        Assert.Contains("an-environment-with-a-name-that-is-far-too-long-for-it  small@1.0.0  no", whole, StringComparison.Ordinal);
        Assert.DoesNotContain(Erase, whole, StringComparison.Ordinal);

        var narrow = OnTerminal("stty cols 70; " + EzProgram.File + " env list", ("TERM", "xterm"));
        Assert.Contains("…  small@1.0.0  no", narrow, StringComparison.Ordinal);
        Assert.Contains("\u001b[1mENVIRONMENT", narrow, StringComparison.Ordinal);
        Assert.All(narrow.Split('\n'), line => Assert.InRange(line.TrimEnd('\r').Replace("\u001b[1m", "", StringComparison.Ordinal).Replace("\u001b[0m", "", StringComparison.Ordinal).Length, 0, 70));
    }

    [Fact]
    public void Colour_is_for_terminals_that_have_it_and_never_with_NO_COLOR()
    {
        Requires.Tool("script");
        var command = EzProgram.File + " env show absent || true";
        Assert.Contains("\u001b[31mez:\u001b[0m there is no environment", OnTerminal(command, ("TERM", "xterm")), StringComparison.Ordinal);
        Assert.DoesNotMatch(Rendition, OnTerminal(command, ("TERM", "xterm"), ("NO_COLOR", "1")));
        Assert.DoesNotMatch(Rendition, OnTerminal(command, ("TERM", "dumb")));
        Assert.StartsWith("ez: there is no environment", _ground.Ez.Run("env", "show", "absent").Error, StringComparison.Ordinal);
    }

    private string OnTerminal(string command, params (string Name, string Value)[] variables)
    {
        var environment = new Dictionary<string, string?>(_ground.Ez.Environment) { ["NO_COLOR"] = null };
        foreach (var (name, value) in variables)
        {
            environment[name] = value;
        }

        return ToolRun.Run(new ToolCommand("script", "--quiet", "--return", "--command", command, "/dev/null") { Environment = environment }).Succeed().Output;
    }
}
