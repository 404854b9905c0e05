using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>What is told while a command runs, to a person, a file and a program.</summary>
public sealed class LogTests : IDisposable
{
    private readonly Ground _ground = new();
    private readonly string _recipe;

    public LogTests()
    {
        _ground.Publish(0, Ground.Package("base", "1"));
        _recipe = _ground.Recipes.Os("small", "base");
    }

    public void Dispose() => _ground.Dispose();

    [Fact]
    public void Verbose_tells_what_is_fetched_from_where_and_each_step_s_time()
    {
        var lines = _ground.Ez.Succeed("up", _recipe, "-v").Error.TrimEnd('\n').Split('\n');
        Assert.Contains("fetch ...", lines);
        Assert.Contains(lines, line => line.StartsWith($"{_ground.Server.Address}dists/stable-one/InRelease: ", StringComparison.Ordinal) || line.StartsWith($"{_ground.Server.Address}/dists/stable-one/InRelease: ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("base_1_", StringComparison.Ordinal) && line.Contains(" bytes, ", StringComparison.Ordinal));
        Assert.Contains(lines, line => System.Text.RegularExpressions.Regex.IsMatch(line, @"^commit: [0-9.]+ s$"));
    }

    [Fact]
    public void A_log_gets_everything_with_times_and_the_outcome_and_no_password()
    {
        var log = _ground.Temp.At("ez.log");
        Assert.Equal("", _ground.Ez.Succeed("up", _recipe, "--quiet", "--log", log).Error);
        var first = File.ReadAllLines(log);
        Assert.All(first, line => Assert.Matches(@"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \[\d+\] ", line));
        Assert.EndsWith($"] ez up {_recipe} --quiet --log {log}", first[0], StringComparison.Ordinal);
        Assert.Contains(first, line => line.Contains("/dists/stable-one/InRelease: ", StringComparison.Ordinal));
        Assert.EndsWith("] exit code 0", first[^1], StringComparison.Ordinal);

        Assert.Equal(4, _ground.Ez.Run("lock", _recipe, "--mirror", "generated=http://me:secret@127.0.0.1:1/debian", "--log", log).ExitCode);
        var all = File.ReadAllLines(log);
        Assert.Equal(first, all[..first.Length]);
        Assert.DoesNotContain(all, line => line.Contains("secret", StringComparison.Ordinal));
        Assert.Contains(all, line => line.Contains("] hint: ", StringComparison.Ordinal));
        Assert.EndsWith("] exit code 4", all[^1], StringComparison.Ordinal);

        Ground.Fails(
            _ground.Ez.Run("env", "list", "--log", _ground.Temp.At("no/such/folder")), 2,
            $"ez: cannot write the log `{_ground.Temp.At("no/such/folder")}`: there is no such folder\nhint: --log FILE, in a folder that this user may write to");
    }

    [Fact]
    public void Progress_as_json_is_lines_of_the_documented_shape()
    {
        var documented = Documented();
        var good = Lines(_ground.Ez.Succeed("up", _recipe, "--progress", "json", "-v").Error);
        Assert.Superset(new HashSet<string> { "step-started", "step-finished", "progress", "request" }, good.Select(line => line.GetProperty("event").GetString()!).ToHashSet());
        foreach (var line in good)
        {
            var kind = line.GetProperty("event").GetString()!;
            Assert.Equal("ez.progress/1", line.GetProperty("schema").GetString());
            Assert.True(line.GetProperty("at").TryGetDateTimeOffset(out _));
            Assert.Equal(["schema", "at", "event", .. documented[kind]], line.EnumerateObject().Select(property => property.Name));
        }

        var last = good.Last(line => line.GetProperty("event").GetString() == "progress" && line.GetProperty("step").GetString() == "fetch");
        Assert.Equal((last.GetProperty("totalBytes").GetInt64(), 1), (last.GetProperty("bytes").GetInt64(), last.GetProperty("items").GetInt32()));
        Assert.DoesNotContain(Lines(_ground.Ez.Succeed("up", _recipe, "--progress", "json").Error), line => line.GetProperty("event").GetString() == "request");

        var failure = Lines(_ground.Ez.Run("up", "absent", "--progress", "json").Error)[^1];
        Assert.Equal(["schema", "exitCode", "kind", "error", "hint"], failure.EnumerateObject().Select(property => property.Name));
        Assert.Equal("", _ground.Ez.Succeed("up", _recipe, "--progress", "none").Error);
    }

    private static List<JsonElement> Lines(string text) => [.. text.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>README's table: each event with its properties in order.</summary>
    private static Dictionary<string, string[]> Documented() => File.ReadLines(Path.Combine(RepositoryRoot.Find(), "README.md"))
        .SkipWhile(line => line != "| event | has |").Skip(2).TakeWhile(line => line.StartsWith('|'))
        .Select(line => line.Split('|'))
        .SelectMany(cells => Quoted(cells[1]).Select(kind => (kind, Quoted(cells[2].Split(';', ':')[0]))))
        .ToDictionary(row => row.kind, row => row.Item2);

    private static string[] Quoted(string text) => [.. text.Split('`').Where((_, number) => number % 2 == 1)];
}
