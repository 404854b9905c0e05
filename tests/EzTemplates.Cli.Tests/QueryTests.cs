using System.Text.Json;

namespace EzTemplates.Cli.Tests;

/// <summary>Commands that only look: as text for a person, and as an object with <c>--json</c>.</summary>
public sealed class QueryTests : IDisposable
{
    private readonly Ground _ground = new();

    public QueryTests()
    {
        _ground.Publish(
            0,
            Ground.Package("base", "1"),
            Ground.Package("server", "2", "libmiddle (>= 1)"),
            Ground.Package("libmiddle", "1.5", "libdeep, base"),
            Ground.Package("libdeep", "3"),
            Ground.Package("init", "1") with { Essential = true });
        _ground.Recipes.Os("small", "base");
        _ground.Ez.Succeed("up", _ground.Recipes.App("app", "small", "server"), "--name", "web");
    }

    public void Dispose() => _ground.Dispose();

    [Fact]
    public void Why_tells_the_chain_from_a_top_level_package()
    {
        var app = _ground.Recipes.PathOf("app");
        Assert.Equal(
            "libdeep 3 in app@1.0.0:\n  server (in the recipe) -> libmiddle -> libdeep\n", _ground.Ez.Succeed("why", "libdeep", "--recipe", app).Output);
        Assert.Equal("server 2 in app@1.0.0:\n  server (in the recipe)\n", _ground.Ez.Succeed("why", "server", "--recipe", app).Output);
        Assert.Equal("init 1 in small@1.0.0:\n  init (essential)\n", _ground.Ez.Succeed("why", "init").Output);
        var answer = Assert.Single(Schema("ez.why/1", "why", "libdeep").GetProperty("answers").EnumerateArray());
        Assert.Equal(["server", "libmiddle", "libdeep"], answer.GetProperty("chain").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal("root", answer.GetProperty("cause").GetString());
        Ground.Fails(
            _ground.Ez.Run("why", "libdeap"), 3, "ez: no lock has `libdeap` (asked: app, small)\nhint: did you mean `libdeep`?");
    }

    [Fact]
    public void Template_list_and_show_tell_versions_packages_and_that_nothing_is_configured()
    {
        var list = _ground.Ez.Succeed("template", "list").Lines;
        Assert.Matches("^TEMPLATE +KIND +BASE +PACKAGES +FILES +SIZE +CONFIGURED +COMMITTED$", list[0]);
        Assert.Matches("^app@1\\.0\\.0 +app +small@1\\.0\\.0 +5 +[0-9]+ +[0-9]+ B +no +20", list[1]);
        Assert.Matches("^small@1\\.0\\.0 +os +- +2 ", list[2]);
        Assert.Equal(2, Schema("ez.templates/1", "template", "ls").GetProperty("templates").GetArrayLength());

        var show = _ground.Ez.Succeed("template", "show", "app").Lines;
        Assert.Equal("app@1.0.0 (app on small@1.0.0)", show[0]);
        Assert.Equal("  configured: no", show[1]);
        Assert.Contains(show, line => line.StartsWith("libmiddle  1.5 ", StringComparison.Ordinal) && line.EndsWith(" server", StringComparison.Ordinal));
        var json = Schema("ez.template/1", "template", "show", "app@1.0.0");
        Assert.False(json.GetProperty("version").GetProperty("configured").GetBoolean());
        Assert.Equal(3, json.GetProperty("packages").GetArrayLength());
        Ground.Fails(_ground.Ez.Run("template", "show", "smal"), 2, "ez: this store has no template `smal`\nhint: did you mean `small`?");
        Ground.Fails(
            _ground.Ez.Run("template", "show", "small@7"), 2, "ez: this store has no version `7` of template `small`\nhint: it has 1.0.0");
    }

    [Fact]
    public void Environment_list_and_show_tell_where_each_stands()
    {
        var list = _ground.Ez.Succeed("env", "list").Lines;
        Assert.Matches("^ENVIRONMENT +TEMPLATE +MOUNTED +MAPPINGS +CREATED$", list[0]);
        Assert.Matches("^web +app@1\\.0\\.0 +no +1 +20", list[1]);
        _ground.Root("web");
        var row = Assert.Single(Schema("ez.environments/1", "env", "ls").GetProperty("environments").EnumerateArray());
        Assert.True(row.GetProperty("mounted").GetBoolean());
        var show = Schema("ez.environment/1", "env", "show", "web");
        Assert.Equal(Schema("ez.template/1", "template", "show", "app").GetProperty("manifest").GetString(), show.GetProperty("manifest").GetString());
        Assert.Contains("overlay", show.GetProperty("view").GetString(), StringComparison.Ordinal);
        Assert.Equal(show.GetProperty("root").GetString(), Schema("ez.path/1", "env", "path", "web").GetProperty("path").GetString());
        Ground.Fails(_ground.Ez.Run("env", "show", "wob"), 7, "ez: there is no environment `wob`\nhint: ez env list shows those there are");
    }

    [Fact]
    public void An_empty_store_says_what_to_do_next()
    {
        var ez = _ground.NewProgram("empty");
        Assert.Equal("no template yet; ez build RECIPE makes one\n", ez.Succeed("template", "list").Output);
        Assert.Equal("no environment yet; ez env create NAME --template TEMPLATE makes one\n", ez.Succeed("env", "list").Output);
    }

    [Fact]
    public void Changes_to_environments_are_objects_too()
    {
        Schema("ez.environment-changes/1", "env", "create", "more", "--template", "app");
        Schema("ez.environment-changes/1", "env", "remap", "more", "--to", "small");
        Assert.Equal("1\n", _ground.Read("more", "usr/share/base/version"));
        Schema("ez.environment-changes/1", "rollback", "more");
        Schema("ez.environment-changes/1", "upgrade", "more");
        Assert.Equal("more: removed, was on app@1.0.0\n", _ground.Ez.Succeed("env", "rm", "more").Output);
        Schema("ez.version/1", "version");
        Schema("ez.lock/1", "lock", _ground.Recipes.PathOf("app"));
        Schema("ez.build/1", "build", _ground.Recipes.PathOf("app"));
        Schema("ez.update/1", "update", _ground.Recipes.PathOf("app"));
        Schema("ez.up/1", "up", _ground.Recipes.PathOf("app"));
    }

    private JsonElement Schema(string schema, params IReadOnlyList<string> arguments)
    {
        var json = _ground.Json(arguments);
        Assert.Equal(schema, json.GetProperty("schema").GetString());
        return json;
    }
}
