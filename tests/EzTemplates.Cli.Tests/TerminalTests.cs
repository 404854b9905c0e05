using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>What is drawn while a command runs.</summary>
public sealed class TerminalTests : IDisposable
{
    private const string Erase = "\u001b[";
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
}
