using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Real;

/// <summary>The shipped recipes are systems that dpkg and APT find in order, and equal what a bootstrap of the same packages gives.</summary>
[Collection(RealGroundUsers.Name)]
public sealed class ConfiguredRecipesTests(RealGround ground)
{
    public static TheoryData<string> Recipes() =>
        TestScale.IsFull ? ["debian-12", "debian-13", "nginx", "postgresql", "python3", "build-essential"] : ["debian-12", "nginx"];

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Dpkg_and_apt_find_every_package_configured_and_no_file_changed(string recipe)
    {
        var environment = ground.Create(recipe);
        var rows = ground.LayersOf(recipe).Sum(file => Packages(file).Count);
        var states = ground.Exec(environment, "dpkg-query", "-W", "-f", "${Status}\\n").Succeed().Lines;
        Assert.Equal(Enumerable.Repeat("install ok installed", rows), states);
        Assert.Equal("", ground.Exec(environment, "sh", "-c", "dpkg --audit && dpkg -V").Succeed().Output);
        ground.Exec(environment, "apt-get", "check").Succeed();
        Assert.Equal("base-files: /etc/debian_version\n", ground.Exec(environment, "dpkg", "-S", "/etc/debian_version").Succeed().Output);
        Assert.Equal("apt\n", ground.Exec(environment, "sh", "-c", "apt-mark showmanual | grep '^apt$'").Succeed().Output);
    }

    [Fact]
    public void Nginx_serves_a_page()
    {
        ground.Up("nginx");
        const string Script = "nginx && exec 3<>/dev/tcp/127.0.0.1/80 && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3";
        Assert.Contains("Welcome to nginx!", ground.Ez.Succeed("run", "--network", "none", "nginx", "--", "bash", "-c", Script).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Debian_12_equals_what_mmdebstrap_makes_of_its_packages()
    {
        Assert.SkipUnless(TestScale.IsFull, "takes a minute: EZ_TEST_SCALE=full");
        Requires.Tool("mmdebstrap");
        ground.Up("debian-12");
        using var temp = new TempFolder();
        var (ours, peer) = (SeenTree.List(ground.Mount(ground.Create("debian-12"))), Peer(temp));
        var allowed = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Real", "peer-differences.txt"))
            .Where(line => line.StartsWith('/')).Select(line => line.Split("  # ")[0]).ToList();
        var unused = allowed.ToHashSet(StringComparer.Ordinal);
        var told = new List<string>();
        foreach (var path in ours.Rows.Keys.Union(peer.Rows.Keys).Where(path => Line(ours, path) != Line(peer, path)).Order(StringComparer.Ordinal))
        {
            if (allowed.Find(pattern => pattern.EndsWith('*') ? path.StartsWith(pattern[..^1], StringComparison.Ordinal) : path == pattern) is { } known)
            {
                unused.Remove(known);
            }
            else
            {
                told.Add($"{path}: {Line(ours, path)}; mmdebstrap has {Line(peer, path)}");
            }
        }

        Assert.True(told.Count == 0, string.Join('\n', told.Take(40)));
        Assert.Empty(unused);
    }

    /// <summary>All of a path but a folder's time, which is that of the last change in it.</summary>
    private static string? Line(SeenTree tree, string path) => tree.Rows.TryGetValue(path, out var seen)
        ? $"{(seen.Row.IsFolder ? seen.Row with { Mtime = "" } : seen.Row)} {(seen.Row.IsFolder ? 0 : seen.Links)} {seen.Xattrs}"
        : null;

    private SeenTree Peer(TempFolder temp)
    {
        using var held = JsonDocument.Parse(File.ReadAllBytes(ground.LockOf("debian-12")));
        var packages = string.Join(',', Packages(ground.LockOf("debian-12")));
        var (archive, root) = (temp.At("peer.tar"), temp.MakeFolder("peer"));
        ToolRun.Run(new ToolCommand(
            "mmdebstrap",
            ["--variant=custom", "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr", "--include=" + packages, "bookworm", archive, .. Directory.GetFiles("/etc/apt/sources.list.d", "*.sources")])
        {
            Environment = new Dictionary<string, string?> { ["SOURCE_DATE_EPOCH"] = held.RootElement.GetProperty("epoch").GetRawText() },
            Timeout = TimeSpan.FromMinutes(10),
        }).Succeed();
        ToolRun.Run("tar", "-xpf", archive, "-C", root, "--xattrs", "--xattrs-include=*", "--numeric-owner").Succeed();
        return SeenTree.List(root);
    }

    private static List<string> Packages(string lockFile)
    {
        using var held = JsonDocument.Parse(File.ReadAllBytes(lockFile));
        return [.. held.RootElement.GetProperty("packages").EnumerateArray().Select(row => $"{row.GetProperty("name").GetString()}={row.GetProperty("version").GetString()}")];
    }
}
