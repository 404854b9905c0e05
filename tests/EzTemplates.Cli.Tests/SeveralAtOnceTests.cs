using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>Commands over several recipes or environments: each for itself, and nothing of the outcome lost.</summary>
public sealed class SeveralAtOnceTests : IDisposable
{
    private readonly Ground _ground = new();

    public void Dispose() => _ground.Dispose();

    [Fact]
    public void Two_applications_may_give_one_repository_id_to_unlike_archives()
    {
        _ground.Publish(1, Ground.Package("base", "1"));
        using var first = new Vendor("first");
        using var second = new Vendor("second");
        _ground.Ez.Succeed("lock", _ground.Recipes.Os("small", "base"));
        var a = _ground.Recipes.App("a", "small", "thing", first.Repositories);
        var b = _ground.Recipes.App("b", "small", "thing", second.Repositories);

        _ground.Ez.Succeed("lock", a, b);

        Assert.Equal(["thing first"], _ground.Rows("a"));
        Assert.Equal(["thing second"], _ground.Rows("b"));
    }

    [Fact]
    public void One_environment_that_fails_keeps_no_other_from_its_change()
    {
        _ground.Publish(1, Ground.Package("base", "1"));
        _ground.Ez.Succeed("build", _ground.Recipes.Os("small", "base"));
        _ground.Ez.Succeed("env", "create", "a", "c", "--template", "small");

        var removed = _ground.Ez.Run("env", "remove", "a", "b", "c");

        Assert.Equal(7, removed.ExitCode);
        Assert.Equal("a: removed, was on small@1.0.0\nb: failed (there is no environment `b`)\nc: removed, was on small@1.0.0\n", removed.Output);
        Assert.Equal("ez: there is no environment `b`\nhint: ez env list shows those there are\n", removed.Error);
        Assert.Empty(_ground.Json("env", "list").GetProperty("environments").EnumerateArray());
    }

    [Fact]
    public void A_lock_for_rules_that_this_ez_lacks_is_not_built()
    {
        _ground.Publish(1, Ground.Package("base", "1"));
        var recipe = _ground.Recipes.Os("small", "base");
        _ground.Ez.Succeed("lock", recipe);
        var held = File.ReadAllText(_ground.Recipes.LockOf("small"));
        File.WriteAllText(_ground.Recipes.LockOf("small"), held.Replace("\"rules\": 0", "\"rules\": 9", StringComparison.Ordinal));

        Ground.Fails(
            _ground.Ez.Run("build", recipe),
            2,
            "ez: the lock of `small` asks for configure rules 9, and this ez has rules 3\nhint: ez lock small, or use the ez that made it");
    }

    [Fact]
    public void Device_nodes_are_refused_also_where_the_store_has_the_package_already()
    {
        _ground.Publish(1, Ground.Package("base", "1").Add(new GeneratedEntry.Node("/dev/null", 'c', 1, 3)));
        _ground.Ez.Succeed("build", _ground.Recipes.Os("trusting", "base", "devices: allow"));

        var refused = _ground.Ez.Run("build", _ground.Recipes.Os("small", "base"));

        Assert.Equal(5, refused.ExitCode);
        Assert.Contains("brings the device node `/dev/null`, which the recipe does not allow", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_store_name_is_a_usage_error() =>
        Ground.Fails(_ground.Ez.Run("env", "list", "--store", ""), 2, "ez: `--store` names no folder\nhint: --store /var/lib/ez");

    /// <summary>An archive of its own with one package, <c>thing</c>, whose version is the archive's name.</summary>
    private sealed class Vendor : IDisposable
    {
        private readonly GeneratedRepository _repository = new();
        private readonly LocalServer _server;

        public Vendor(string version)
        {
            _repository.Publish(new PublishOptions { Date = Ground.Day(1) }, new GeneratedPackage("thing", version) { Compressor = "gzip" }.File("/usr/share/thing", version));
            _server = new LocalServer(_repository.Root);
        }

        public string Repositories =>
            $$"""
            repositories:
              - {id: vendor, mirrors: ["{{_server.Address}}"], suites: [stable-one], components: [main], keys: {{_repository.KeyFile}}}
            """;

        public void Dispose()
        {
            _server.Dispose();
            _repository.Dispose();
        }
    }
}
