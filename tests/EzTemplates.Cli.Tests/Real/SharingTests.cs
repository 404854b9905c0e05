using System.Diagnostics;
using System.Globalization;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Real;

/// <summary>Many environments of one version are one copy of its files, on disk and in memory, and none sees another's changes.</summary>
[Collection(RealGroundUsers.Name)]
public sealed class SharingTests(RealGround ground)
{
    private const string Library = "/usr/lib/x86_64-linux-gnu/libc.so.6";

    [Fact]
    public void Fifty_environments_hold_nothing_of_their_own_and_show_the_same()
    {
        Requires.Tool("python3");
        var environments = ground.Create("nginx", 50);
        var digests = FileDigests("nginx");
        IReadOnlyList<string>? first = null;
        foreach (var (environment, number) in environments.Select((name, i) => (name, i)))
        {
            var root = ground.Mount(environment);
            if (number >= TestScale.Of(3, 50))
            {
                continue;
            }

            var view = SeenTree.List(root);
            first ??= view.Lines();
            Assert.Equal(first, view.Lines());
            var files = view.Rows.Values.Where(seen => seen.Row.Type == 'f').ToList();
            Assert.Equal(digests.Order(StringComparer.Ordinal), files.Select(seen => seen.Row.Content).Distinct().Order(StringComparer.Ordinal));
        }

        var folders = environments.Select(name => Path.Combine(ground.Ez.Store, "environments", name)).ToList();
        Assert.Empty(ToolRun.Run("find", [.. folders.Select(folder => folder + "/private"), "-type", "f", .. SeenTree.OwnFiles.SelectMany(path => (string[])["!", "-name", Path.GetFileName(path)])]).Succeed().Lines);
        var bytes = ToolRun.Run("du", ["-s", "-x", "-c", "--block-size=1", .. folders]).Succeed().Lines[^1].Split('\t')[0];
        Assert.InRange(long.Parse(bytes, CultureInfo.InvariantCulture), 1, 5 << 20);
        var told = environments.Sum(name => RealGround.Json(ground.Ez.Succeed("env", "show", name, "--json")).GetProperty("privateBytes").GetInt64());
        Assert.InRange(told, 0, 5 << 20);
        TestNotes.Write($"50 environments: {bytes} bytes on disk, {told} in private areas");
        ground.Ez.Succeed(["env", "remove", .. environments]);
    }

    [Fact]
    public void A_library_that_twenty_environments_map_is_in_memory_once()
    {
        var environments = ground.Create("nginx", 20);
        var running = environments.Select(Start).ToList();
        try
        {
            foreach (var process in running)
            {
                process.StandardInput.WriteLine("up");
            }

            foreach (var process in running)
            {
                Assert.Equal("up", process.StandardOutput.ReadLine());
            }

            var mapped = environments.Select(name => Maps(CatIn(name))).ToList();
            var (resident, proportional) = (mapped.Max(map => map.Resident), mapped.Sum(map => map.Proportional));
            TestNotes.Write($"20 processes map {Library}: {mapped.Sum(map => map.Resident)} KB resident, the largest {resident} KB, {proportional} KB proportional");
            Assert.All(mapped, map => Assert.True(map.Resident > 200, $"{map.Resident} KB of {Library} resident"));

            // Each may have touched pages that no other has, and the kernel rounds down: one copy, not 20, nor 2.
            Assert.InRange(proportional, resident * 0.7, resident * 1.5);
        }
        finally
        {
            foreach (var process in running)
            {
                process.StandardInput.Close();
                process.WaitForExit();
                process.Dispose();
            }
        }
    }

    [Fact]
    public void Changes_to_real_files_in_one_environment_are_in_no_other_and_in_no_object()
    {
        Requires.Tool("python3");
        var environments = ground.Create("python3", 2);
        var (here, there) = (ground.Mount(environments[0]), ground.Mount(environments[1]));
        var (before, untouched) = (SeenTree.List(there), SeenTree.List(here));
        string[] touched =
        [
            "/usr/bin/apt", "/usr/bin/bash", "/usr/bin/find", "/usr/bin/grep", "/usr/bin/mawk", "/usr/bin/passwd", "/usr/bin/sed", "/usr/bin/tar",
            untouched.Rows.Keys.Single(path => path.StartsWith("/usr/lib/x86_64-linux-gnu/libzstd.so.1.", StringComparison.Ordinal)), "/etc/debian_version",
        ];
        var run = ground.Exec(environments[0], "python3", "-c", """
            import glob, mmap, os
            os.chdir("/usr/bin")
            with open("bash", "r+b") as file: file.write(b"written")
            os.truncate("find", 100)
            os.chmod("passwd", 0o600)
            os.chown("grep", 12, 34)
            with open("new", "wb") as file: file.write(b"new")
            os.rename("new", "sed")
            os.link("tar", "tar-too")
            with open("tar-too", "r+b") as file: file.write(b"through the link")
            with open("apt", "r+b") as file:
                with mmap.mmap(file.fileno(), 0) as view: view[0:6] = b"mapped"
            with open("/etc/debian_version", "a") as file: file.write("appended")
            os.utime(glob.glob("/usr/lib/x86_64-linux-gnu/libzstd.so.1.*")[0], (1, 1))
            os.unlink("mawk")
            """).Succeed();
        Assert.Equal("", run.Error);

        var after = SeenTree.List(here);
        foreach (var path in touched)
        {
            Assert.True(!after.Rows.TryGetValue(path, out var now) || now.Row != untouched.Rows[path].Row, $"{path} was not changed");
        }

        Assert.Equal(before.Lines(), SeenTree.List(there).Lines());
        var digests = FileDigests("python3");
        Assert.Subset(digests.ToHashSet(), touched.Select(path => untouched.Rows[path].Row.Content).ToHashSet());
        AssertObjectsWhole(digests);
    }

    private void AssertObjectsWhole(IReadOnlyCollection<string> digests)
    {
        Assert.NotEmpty(digests);
        var objects = digests.Select(ground.ObjectOf).ToList();
        var sums = ToolRun.Run(new ToolCommand("xargs", "-d", "\n", "sha256sum", "--") { Stdin = System.Text.Encoding.UTF8.GetBytes(string.Join('\n', objects)) }).Succeed();
        Assert.Equal(digests.Order(StringComparer.Ordinal), sums.Lines.Select(line => line[..64]).Order(StringComparer.Ordinal));
        Assert.All(sums.Lines, line => Assert.EndsWith(ground.ObjectOf(line[..64]), line, StringComparison.Ordinal));
        Assert.All(objects, file => Assert.Equal((UnixFileMode)0b100_100_100, File.GetUnixFileMode(file)));
    }

    /// <summary>The objects of a version's regular files, from the text of its manifest.</summary>
    private List<string> FileDigests(string recipe)
    {
        var builds = ground.Up(recipe).GetProperty("builds").EnumerateArray();
        var manifest = builds.First(build => build.GetProperty("template").GetString() == recipe).GetProperty("manifest").GetString()!;
        return [.. File.ReadLines(Path.Combine(ground.Ez.Store, "store", "manifests", manifest)).Where(line => line.StartsWith("f ", StringComparison.Ordinal)).Select(line => line.Split(' ')[6]).Distinct()];
    }

    private Process Start(string environment)
    {
        var start = new ProcessStartInfo(EzProgram.File, ["env", "exec", environment, "--", "cat"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var (name, value) in ground.Ez.Environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private int CatIn(string environment)
    {
        var processes = RealGround.Json(ground.Ez.Succeed("env", "show", environment, "--json")).GetProperty("processes").EnumerateArray().Select(pid => pid.GetInt32());
        return Assert.Single(processes, pid => File.ReadAllText($"/proc/{pid}/comm") == "cat\n");
    }

    /// <summary>KB of the library's mappings that no write made private (proc(5), smaps).</summary>
    private static (long Resident, long Proportional) Maps(int pid)
    {
        long resident = 0, proportional = 0;
        var inLibrary = false;
        foreach (var words in File.ReadLines($"/proc/{pid}/smaps").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            if (!words[0].EndsWith(':'))
            {
                inLibrary = words.Length > 5 && words[5].EndsWith(Library, StringComparison.Ordinal) && !words[1].Contains('w', StringComparison.Ordinal) && words[1][0] == 'r';
                continue;
            }

            var value = inLibrary && words.Length > 1 && long.TryParse(words[1], out var kilobytes) ? kilobytes : 0;
            resident += words[0] == "Rss:" ? value : 0;
            proportional += words[0] == "Pss:" ? value : 0;
        }

        return (resident, proportional);
    }
}
