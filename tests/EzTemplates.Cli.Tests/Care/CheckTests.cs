using System.Globalization;
using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>One bit flipped here and there: all is found, and all is repaired while environments run.</summary>
public sealed class CheckTests : IDisposable
{
    private readonly Ground _ground = new();
    private readonly Random _random = TestSeed.Random("flipped bits");

    private static int Objects => TestScale.Of(12, 100);

    private static int Versions => TestScale.Of(3, 10);

    public void Dispose()
    {
        Unmount();
        _ground.Dispose();
    }

    [Theory]
    [InlineData("image", true)]
    [InlineData("tree", false)]
    [InlineData("copy", true)]
    public void Every_flipped_bit_is_found_and_repaired_and_a_running_environment_sees_the_right_bytes(string layer, bool archivesAreThere)
    {
        _ground.Ez.Environment["EZ_VIEW_LAYER"] = layer;
        var recipe = Build();
        _ground.Ez.Succeed("env", "create", "web", "--template", "small");
        var file = Path.Combine(_ground.Root("web"), "usr/share/base/part-1");
        var right = File.ReadAllBytes(file);
        var open = File.OpenRead(file);
        if (!archivesAreThere)
        {
            foreach (var archive in Directory.EnumerateFiles(Store("archives")))
            {
                File.Delete(archive);
            }
        }

        Assert.Equal(0, _ground.Json("store", "check").GetProperty("faults").GetArrayLength());
        var damaged = DamageAll(layer);
        Assert.NotEqual(right, File.ReadAllBytes(file));

        var found = _ground.Ez.Run("store", "check", "--json");
        Assert.Equal(6, found.ExitCode);

        // A layer cannot be judged by a manifest that is damaged itself: it shows when that is repaired.
        var visible = damaged.Where(path => !((string[])["images", "trees", "copies"]).Any(layers => path.StartsWith(Store(layers), StringComparison.Ordinal)));
        Assert.Equal(visible.Order(StringComparer.Ordinal), Paths(found).Order(StringComparer.Ordinal));

        var repaired = _ground.Ez.Run("store", "check", "--repair", "--recipe", recipe, "--json");

        Assert.True(repaired.ExitCode == 0, repaired.Output + repaired.Error);
        Assert.Equal(damaged.Order(StringComparer.Ordinal), Paths(repaired).Order(StringComparer.Ordinal));
        Assert.Equal(right, File.ReadAllBytes(file));
        var again = new byte[right.Length];
        open.ReadExactly(again);
        Assert.Equal(right, again);
        open.Dispose();
        Assert.Equal(0, _ground.Json("store", "check").GetProperty("faults").GetArrayLength());
        Assert.False(Directory.Exists(Store("repairs")));
        Unmount();
    }

    [Fact]
    public void What_no_archive_and_no_mirror_has_stays_and_is_told()
    {
        Build();
        foreach (var archive in Directory.EnumerateFiles(Store("archives")))
        {
            File.Delete(archive);
        }

        var target = Directory.EnumerateFiles(Store("data"), "*", SearchOption.AllDirectories).First(file => new FileInfo(file).Length > 0);
        Flip(target, 0);
        var run = _ground.Ez.Run("store", "check", "--repair", "--offline", "--json");
        Assert.Equal(6, run.ExitCode);
        Assert.Equal([target], Paths(run));
        Assert.Contains("not in the cache", run.Output, StringComparison.Ordinal);
    }

    /// <summary>Killed before each call by which it changes something: the next command finishes, and the check after it finds nothing.</summary>
    [Fact]
    public void A_repair_that_is_killed_is_finished_by_the_next_one()
    {
        Strace.Require();
        Build();
        var target = Directory.EnumerateFiles(Store("data"), "*", SearchOption.AllDirectories).First(file => new FileInfo(file).Length > 100_000);
        var right = File.ReadAllBytes(target);
        string[] command = ["store", "check", "--repair"];
        Flip(target, 5000);
        var log = _ground.Temp.At("strace.log");
        var calls = Strace.Positions(_ground.Ez, command, log, Path.Combine(_ground.Ez.Store, "store"));
        var points = calls.SelectMany(row => row.Value.Select(number => (row.Key, number))).OrderBy(_ => _random.Next()).Take(TestScale.Of(6, 1000));
        var killed = 0;
        foreach (var (call, number) in points)
        {
            Flip(target, 5000);
            var run = Strace.Tamper(_ground.Ez, command, log, (call, "signal=KILL", number.ToString(CultureInfo.InvariantCulture)));
            killed += run.Injected is null ? 0 : 1;
            _ground.Ez.Succeed("env", "list");
            Assert.False(Directory.Exists(Store("repairs")), $"{call} {number}: {run.Injected}");
            if (!right.AsSpan().SequenceEqual(File.ReadAllBytes(target)))
            {
                _ground.Ez.Succeed(command);
                Assert.Equal(right, File.ReadAllBytes(target));
            }
        }

        Assert.True(killed > 0, "no run met its system call");
    }

    private string Build()
    {
        var recipe = "";
        for (var version = 1; version <= Versions; version++)
        {
            var package = Ground.Package("base", version.ToString(CultureInfo.InvariantCulture));
            for (var i = 0; i < Objects; i++)
            {
                var content = new byte[200 + (i == 3 ? 300_000 : i * 37)];
                TestSeed.Random($"part {i}").NextBytes(content);
                package = package.File($"/usr/share/base/part-{i}", content);
            }

            _ground.Publish(version, package);
            recipe = _ground.Recipes.Os("small", "base");
            _ground.Ez.Succeed("update", recipe);
        }

        return recipe;
    }

    private List<string> DamageAll(string layer)
    {
        var damaged = new List<string>();
        var parts = _ground.Json("store", "why", "small:/usr/share/base/part-1").GetProperty("things")[0].GetProperty("path").GetString()!;
        damaged.Add(parts);
        var objects = Directory.EnumerateFiles(Store("data"), "*", SearchOption.AllDirectories).Where(file => new FileInfo(file).Length > 0 && file != parts);
        damaged.AddRange(objects.OrderBy(_ => _random.Next()).Take(Objects - 1));
        damaged.AddRange(Directory.EnumerateFiles(Store("manifests")));
        if (layer == "image")
        {
            damaged.AddRange(Directory.EnumerateFiles(Store("images")));
        }

        foreach (var path in damaged)
        {
            Flip(path, _random.Next((int)Math.Min(new FileInfo(path).Length, 100)));
        }

        foreach (var tree in layer == "tree" ? Directory.EnumerateDirectories(Store("trees")) : [])
        {
            File.SetUnixFileMode(Path.Combine(tree, "usr/share/base/version"), (UnixFileMode)0b110_100_101);
            damaged.Add(tree);
        }

        foreach (var copy in layer == "copy" ? Directory.EnumerateDirectories(Store("copies")) : [])
        {
            Flip(Path.Combine(copy, "usr/share/base/part-1"), 3);
            File.Delete(Path.Combine(copy, "usr/share/base/version"));
            damaged.Add(copy);
        }

        damaged.Add(DamageCatalog());
        return damaged;
    }

    private string DamageCatalog()
    {
        var catalog = Path.Combine(_ground.Ez.Store, "catalog.db");
        var bytes = File.ReadAllBytes(catalog);
        var at = bytes.AsSpan().IndexOf("small1.0.0"u8);
        Assert.True(at > 0, "the catalog has no row of small@1.0.0");
        Flip(catalog, at + 2);
        return catalog;
    }

    private string Store(string folder) => Path.Combine(_ground.Ez.Store, "store", folder);

    private static IEnumerable<string> Paths(ToolRun run)
    {
        using var report = JsonDocument.Parse(run.Stdout);
        return [.. report.RootElement.GetProperty("faults").EnumerateArray().Select(fault => fault.GetProperty("path").GetString()!)];
    }

    private void Flip(string path, long at)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = at;
        var read = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(read ^ (1 << _random.Next(8))));
    }

    private void Unmount()
    {
        foreach (var view in MountTable.Below(_ground.Temp.Root).Reverse())
        {
            ToolRun.Run("umount", view).Succeed();
        }
    }
}
