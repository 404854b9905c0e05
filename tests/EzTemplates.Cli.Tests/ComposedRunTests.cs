using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary><c>ez run --with</c>: applications that were built apart, shown together.</summary>
public sealed class ComposedRunTests : IDisposable
{
    private const string Versions = "for f in /usr/share/*/version; do read v < $f; echo $f $v; done";
    private readonly Ground _ground = new();

    public ComposedRunTests() => _ground.Publish(0, Packages("1"));

    public void Dispose() => _ground.Dispose();

    [Fact]
    public void An_application_on_this_very_OS_version_is_shown_without_anything_being_made()
    {
        Build(("web", "server"));
        var before = StoreSnapshot.Take(_ground.Ez.Store, "store/locks");
        Assert.Equal(["/usr/share/common/version 1", "/usr/share/server/version 1"], Run("box", "web"));
        before.AssertSame(StoreSnapshot.Take(_ground.Ez.Store, "store/locks"));
    }

    [Fact]
    public void Several_are_composed_once_whatever_their_order_and_need_no_network()
    {
        Build(("web", "server"), ("data", "storage"));
        _ground.Server.Dispose();
        string[] all = ["/usr/share/common/version 1", "/usr/share/server/version 1", "/usr/share/storage/version 1"];
        Assert.Equal(all, Run("box", "web", "data"));
        var before = StoreSnapshot.Take(_ground.Ez.Store, "store/locks");
        Assert.Equal(all, Run("box", "data", "web"));
        Assert.Equal(all, Run("web", "data"));
        before.AssertSame(StoreSnapshot.Take(_ground.Ez.Store, "store/locks"));

        _ground.Ez.Succeed("run", "--keep", "both", "--with", "web", "--with", "data", "box", "--", "sh", "-c", "true");
        Assert.Equal("box@1.0.0+data@1.0.0+web@1.0.0", _ground.Json("env", "list").GetProperty("environments")[0].GetProperty("version").GetString());
        Assert.Equal(all, _ground.Ez.Succeed("env", "exec", "both", "--", "sh", "-c", Versions).Lines);
        Assert.Equal(
            "both: unchanged, on box@1.0.0+data@1.0.0+web@1.0.0\n",
            _ground.Ez.Succeed("upgrade", "--all").Output);
        _ground.Ez.Succeed("env", "remove", "both");
    }

    [Fact]
    public void A_damaged_manifest_of_several_is_composed_again_and_a_damaged_composition_is_found_and_stops_no_gc()
    {
        Build(("web", "server"), ("data", "storage"));
        string[] known = [.. Names("manifests"), .. Names("compositions")];
        _ground.Ez.Succeed("run", "--keep", "both", "--with", "web", "--with", "data", "box", "--", "sh", "-c", "true");
        var manifest = Assert.Single(Names("manifests").Except(known));
        var right = File.ReadAllBytes(manifest);
        File.WriteAllBytes(manifest, [.. right[..^2], 0, right[^1]]);

        Assert.Equal(6, _ground.Ez.Run("store", "check").ExitCode);
        _ground.Ez.Succeed("store", "check", "--repair");
        Assert.Equal(right, File.ReadAllBytes(manifest));

        string[] written = [.. Names("compositions").Except(known).Order(StringComparer.Ordinal)];
        var (composition, provenance) = (Assert.Single(written, path => path.EndsWith(".lock.json", StringComparison.Ordinal)), Assert.Single(written, path => path.EndsWith(".provenance", StringComparison.Ordinal)));
        right = File.ReadAllBytes(provenance);
        File.WriteAllText(provenance, "?");
        Assert.Contains(provenance, _ground.Ez.Run("store", "check").Output, StringComparison.Ordinal);
        _ground.Ez.Succeed("store", "check", "--repair");
        Assert.Equal(right, File.ReadAllBytes(provenance));

        File.WriteAllText(composition, "{");
        Assert.Contains(composition, _ground.Ez.Run("store", "check").Output, StringComparison.Ordinal);
        _ground.Ez.Succeed("store", "gc");
        _ground.Ez.Succeed("store", "check", "--repair");
        _ground.Ez.Succeed("store", "check");
        _ground.Ez.Succeed("env", "remove", "both");
        _ground.Ez.Succeed("store", "gc");
        Assert.Empty(Names("compositions").Intersect(written));

        string[] Names(string folder) => Directory.GetFiles(Path.Combine(_ground.Ez.Store, "store", folder));
    }

    [Fact]
    public void Whose_a_path_is_and_what_is_configuration_is_known_of_several_too()
    {
        Build(("web", "server"), ("data", "storage"));
        _ground.Ez.Succeed("env", "create", "both", "--template", "box", "--with", "web", "--with", "data");
        File.AppendAllText(Path.Combine(_ground.Root("both"), "etc/server.conf"), "mine\n");
        Assert.Contains("changed   /etc/server.conf (content, time) [server]", _ground.Ez.Succeed("env", "diff", "both").Lines);

        _ground.Publish(1, Packages("2"));
        _ground.Ez.Succeed("update", _ground.Recipes.Os("box", "programs"));
        var row = Assert.Single(_ground.Ez.Succeed("upgrade", "both").Lines, line => line.Contains("/etc/server.conf", StringComparison.Ordinal));
        Assert.Matches("^  /etc/server\\.conf +keep +configuration: own [0-9a-f]+, new [0-9a-f]+$", row);
        _ground.Ez.Succeed("env", "remove", "both");
    }

    [Fact]
    public void Of_two_rows_with_one_name_the_newer_that_satisfies_all_is_taken()
    {
        Build(("web", "server"));
        _ground.Publish(1, Packages("2"));
        Build(("data", "storage"));
        Assert.Equal(["/usr/share/common/version 2", "/usr/share/server/version 1", "/usr/share/storage/version 2"], Run("box", "web", "data"));
    }

    [Fact]
    public void Applications_that_exclude_each_other_are_named()
    {
        Build(("web", "server"), ("rival", "rival"));
        var run = _ground.Ez.Run("run", "--with", "web", "--with", "rival", "box", "--", "sh", "-c", "true");
        Assert.Equal(125, run.ExitCode);
        Assert.StartsWith("ez: `rival@1.0.0` and `web@1.0.0` do not go together on `box@1.0.0`: ", run.Error, StringComparison.Ordinal);
        Assert.EndsWith("hint: ez update box\n", run.Error, StringComparison.Ordinal);
        Assert.Contains("\"kind\":\"Unsolvable\"", _ground.Ez.Run("run", "--json", "--with", "web", "--with", "rival", "box", "--", "sh").Error, StringComparison.Ordinal);
        Ground.Fails(
            _ground.Ez.Run("run", "--with", "box", "web", "--", "sh"), 125,
            "ez: `box@1.0.0` is an OS itself, so it cannot be shown on `box@1.0.0`\nhint: name applications on one OS: ez template list");
    }

    private static GeneratedPackage[] Packages(string version) =>
    [
        HostPrograms.Package(),
        Ground.Package("common", version),
        Ground.Package("server", version, "common").File("/etc/server.conf", version + "\n") with { Conffiles = ["/etc/server.conf"] },
        Ground.Package("storage", version, $"common (>= {version})"),
        Ground.Package("rival", version) with { Conflicts = "server" },
    ];

    private void Build(params IReadOnlyList<(string Name, string Package)> apps)
    {
        _ground.Ez.Succeed("build", _ground.Recipes.Os("box", "programs"));
        foreach (var (name, package) in apps)
        {
            _ground.Ez.Succeed("build", _ground.Recipes.App(name, "box", package));
        }
    }

    private IReadOnlyList<string> Run(string template, params IReadOnlyList<string> with) =>
        _ground.Ez.Succeed(["run", .. with.SelectMany(app => (string[])["--with", app]), template, "--", "sh", "-c", Versions]).Lines;
}
