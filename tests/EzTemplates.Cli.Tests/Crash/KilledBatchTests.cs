using System.Globalization;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>One command over several environments: killed at any call it leaves each wholly before or wholly after, and its calls hardly grow with their number.</summary>
[Collection(OtherNamespaces.Name)]
public sealed class KilledBatchTests : IDisposable
{
    private const string First = "small@1.0.0";
    private const string Second = "small@1.0.1";
    private static readonly string[] Names = ["one", "two", "three", "four"];

    private readonly Ground _ground = new();

    public KilledBatchTests()
    {
        Strace.Require();
        _ground.Publish(0, Ground.Package("base", "1").File("/etc/shells", "/bin/sh\n"));
        var recipe = _ground.Recipes.Os("small", "base");
        _ground.Ez.Succeed("build", recipe);
        _ground.Publish(1, Ground.Package("base", "2").File("/etc/shells", "/bin/sh\n/bin/zsh\n"));
        _ground.Ez.Succeed("update", recipe);
    }

    [Fact]
    public void Each_environment_is_wholly_before_or_after_and_the_same_command_ends_it()
    {
        Create(Names);
        string[] there = ["env", "remap", .. Names, "--to", Second], back = ["env", "remap", .. Names, "--to", First];
        _ground.Ez.Succeed(there);
        var after = Names.ToDictionary(name => (name, Second), Picture);
        var calls = Strace.Positions(_ground.Ez, back, Log, _ground.Ez.Store);
        foreach (var name in Names)
        {
            after[(name, First)] = Picture(name);
        }

        var random = TestSeed.Random("killed batches");
        var points = calls.SelectMany(row => row.Value.Select(number => (Call: row.Key, Number: number))).OrderBy(_ => random.Next()).Take(TestScale.Of(12, 400)).ToList();
        var killed = 0;
        foreach (var (call, number) in points)
        {
            _ground.Ez.Succeed(there);
            var run = Strace.Tamper(_ground.Ez, back, Log, (call, "signal=KILL", number.ToString(CultureInfo.InvariantCulture)));
            killed += run.Injected is null ? 0 : 1;
            foreach (var (name, version) in Mappings())
            {
                var (expected, seen) = (after[(name, version)], Picture(name));
                Assert.True(expected == seen, $"killed at {call} {number}, `{name}` on {version} shows\n{seen}\nin place of\n{expected}\n{TestSeed.Hint}");
            }

            _ground.Ez.Succeed(back);
            Assert.All(Mappings(), row => Assert.Equal(First, row.Version));
        }

        TestNotes.Write($"{killed} of {points.Count} runs were killed at a system call; {TestSeed.Hint}");
        Assert.True(killed > 0, "no run met its system call");
    }

    [Fact]
    public void What_a_line_of_history_says_is_on_the_disk_before_any_line_and_all_lines_before_the_end()
    {
        Create(Names);
        var lines = Trace("syncfs,fsync,openat,write,mount", ["env", "remap", .. Names, "--to", Second]);
        List<int> notes = At(lines, "/unsettled\""), written = [.. Names.SelectMany(name => At(lines, $"/environments/{name}/history>")).Where(at => lines[at].Contains(" write(", StringComparison.Ordinal))], syncs = [.. At(lines, "syncfs(").Concat(At(lines, "fsync("))], mounts = At(lines, " mount(");
        notes.RemoveAll(at => !lines[at].Contains("O_CREAT", StringComparison.Ordinal));
        Assert.Equal((Names.Length, Names.Length, Names.Length + 1), (notes.Count, written.Count, mounts.Count));
        var (prepared, first, last) = (notes.Max(), written.Min(), written.Max());
        Assert.Contains(syncs, at => at > prepared && at < first);
        Assert.Contains(syncs, at => at > last && at < mounts.Min());
    }

    [Fact]
    public void Looks_at_the_host_and_syncs_do_not_grow_with_the_number_of_environments()
    {
        string[] many = [.. Enumerable.Range(0, 12).Select(number => $"many{number}")];
        Create([.. Names, .. many]);
        var few = Counts(["env", "remap", .. Names, "--to", Second]);
        var more = Counts(["env", "remap", .. many, "--to", Second]);
        Assert.Equal((2, 2), (few.Syncs, more.Syncs));
        Assert.Equal(few.Tables, more.Tables);
        Assert.Equal(few.Scans, more.Scans);
        var (fewGone, moreGone) = (Counts(["env", "remove", .. Names]), Counts(["env", "remove", .. many]));
        Assert.Equal((fewGone.Tables, fewGone.Scans), (moreGone.Tables, moreGone.Scans));
    }

    public void Dispose()
    {
        if (_ground is not null)
        {
            foreach (var view in MountTable.Below(_ground.Temp.Root).Reverse())
            {
                ToolRun.Run("umount", view).Succeed();
            }

            _ground.Dispose();
        }
    }

    private string Log => _ground.Temp.At("strace.log");

    /// <summary>Each has private files of the kinds that a remap looks at, and is mounted.</summary>
    private void Create(string[] names)
    {
        _ground.Ez.Succeed(["env", "create", .. names, "--template", First]);
        foreach (var root in names.Select(_ground.Root))
        {
            File.WriteAllText(Path.Combine(root, "usr/share/base/own"), "mine\n");
            File.AppendAllText(Path.Combine(root, "etc/shells"), "/bin/own\n");
            Directory.CreateDirectory(Path.Combine(root, "srv/data"));
        }
    }

    private List<(string Name, string Version)> Mappings() =>
    [
        .. _ground.Json("env", "list").GetProperty("environments").EnumerateArray()
            .Select(row => (row.GetProperty("name").GetString()!, row.GetProperty("version").GetString()!)),
    ];

    /// <summary>All of a view but the sizes of folders, with the files whose content differs between the versions.</summary>
    private string Picture(string name)
    {
        var root = _ground.Root(name);
        var found = ToolRun.Run("find", root, "-xdev", "-printf", "%P %y %m %U %G %T@ %l\\n").Succeed().Lines.Order(StringComparer.Ordinal);
        return string.Join('\n', found) + "\n" + _ground.Read(name, "usr/share/base/version") + _ground.Read(name, "usr/share/base/own") + _ground.Read(name, "etc/shells");
    }

    private (int Syncs, int Tables, int Scans) Counts(string[] command)
    {
        var lines = Trace("syncfs,fsync,openat,open", command);
        return (At(lines, "syncfs(").Count, At(lines, "/proc/self/mountinfo\"").Count, lines.Count(line => line.Contains("\"/proc\"", StringComparison.Ordinal) || line.Contains("\"/proc/\"", StringComparison.Ordinal)));
    }

    private string[] Trace(string calls, string[] command)
    {
        ToolRun.Run(new ToolCommand("strace", ["-f", "-y", "-q", "-o", Log, "-e", "trace=" + calls, EzProgram.File, .. command]) { Environment = _ground.Ez.Environment }).Succeed();
        return File.ReadAllLines(Log);
    }

    private static List<int> At(string[] lines, string text) =>
        [.. Enumerable.Range(0, lines.Length).Where(at => lines[at].Contains(text, StringComparison.Ordinal))];
}
