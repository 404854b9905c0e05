using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>What goes wrong is told well: text, hint, exit code.</summary>
[Collection(OtherNamespaces.Name)]
public sealed class FailureTests : IDisposable
{
    private readonly Ground _ground = new();

    public void Dispose() => _ground.Dispose();

    [Fact]
    public void An_unknown_recipe_key_is_named_with_its_place_and_the_nearest_known_one()
    {
        var recipe = _ground.Recipes.Os("small", "base", "recomends: true");
        Ground.Fails(_ground.Ez.Run("lock", recipe), 2, $"ez: `{recipe}`, line 15, column 1: unknown key `recomends` in the recipe\nhint: did you mean `recommends`?");
        File.WriteAllText(recipe, File.ReadAllText(recipe).Replace("recomends: true", "", StringComparison.Ordinal).Replace("packages:", "packges:", StringComparison.Ordinal));
        Ground.Fails(_ground.Ez.Run("lock", recipe), 2, $"ez: `{recipe}`, line 13, column 1: unknown key `packges` in the recipe\nhint: did you mean `packages`?");
    }

    [Fact]
    public void What_the_framework_says_of_a_failure_is_told_in_words()
    {
        _ground.Publish(0, Ground.Package("app", "1"));
        _ground.Ez.Succeed("build", "--quiet", _ground.Recipes.Os("small", "app"));
        var record = Directory.GetFiles(Path.Combine(_ground.Ez.Store, "store/versions"), "*.json", SearchOption.AllDirectories).Single(file => !file.EndsWith(".lock.json", StringComparison.Ordinal));
        File.WriteAllText(record, "{");
        var run = _ground.Ez.Run("template", "show", "small");
        Assert.Matches("is no record of a template version: [A-Z][a-z]+( [a-z]+){4}", run.Error);
    }

    [Fact]
    public void A_recipe_that_is_not_there_is_named_with_the_nearest_one()
    {
        _ground.Recipes.Os("small", "base");
        Ground.Fails(
            _ground.Ez.Run("lock", "smal"), 2, "ez: no recipe `smal`: `smal.yaml` and `recipes/smal.yaml` do not exist\nhint: did you mean `small`?");
    }

    [Fact]
    public void An_unknown_package_is_named_with_near_names()
    {
        _ground.Publish(0, Ground.Package("postgresql", "1"), Ground.Package("nginx", "1"));
        Ground.Fails(
            _ground.Ez.Run("lock", _ground.Recipes.Os("small", "postgresq")),
            3,
            "ez: `small` cannot be locked: no repository has a package `postgresq`\nhint: did you mean `postgresql`?");
    }

    [Fact]
    public void An_unsatisfiable_request_is_derived_from_what_was_asked()
    {
        _ground.Publish(0, Ground.Package("server", "1", "libdeep (>= 3)"), Ground.Package("libdeep", "2"));
        var run = _ground.Ez.Run("lock", _ground.Recipes.Os("small", "server"));
        Ground.Fails(run, 3, "ez: `small` cannot be locked: `server` is asked for\nserver 1 needs libdeep (>= 3), but there is only libdeep 2\nhint: leave out `server`, or add a repository that has `libdeep (>= 3)`");
    }

    [Fact]
    public void An_application_that_its_base_is_too_old_for_is_told_what_would_help()
    {
        _ground.Publish(0, Ground.Package("base", "1"), Ground.Package("tool", "1", "base (>= 1)"));
        var os = _ground.Recipes.Os("small", "base");
        var app = _ground.Recipes.App("app", "small", "tool");
        _ground.Ez.Succeed("build", app);
        _ground.Publish(1, Ground.Package("base", "1"), Ground.Package("base", "2"), Ground.Package("tool", "2", "base (>= 2)"));
        Ground.Fails(
            _ground.Ez.Run("lock", app),
            3,
            "ez: `app` cannot be locked: `tool` is asked for\ntool 2 needs base (>= 2) (there is base 2)\nsmall@1.0.0 has base 1, and a package of the base cannot change\nhint: `ez update small` would allow it");
        _ground.Ez.Succeed("update", os);
        Assert.Equal(["tool 2"], _ground.Rows("app"));
    }

    [Fact]
    public void A_lock_that_cannot_be_written_is_no_internal_error()
    {
        Requires.Tool("setpriv");
        _ground.Publish(0, Ground.Package("base", "1"));
        var recipe = _ground.Recipes.Os("small", "base");
        var own = _ground.Temp.MakeFolder("own");
        ToolRun.Run("chown", "65534:65534", own).Succeed();
        var run = AsNobody(Path.Combine(own, "store"), "lock", recipe);
        Assert.Equal(7, run.ExitCode);
        Assert.Contains($"ez: cannot write the lock `{_ground.Recipes.LockOf("small")}`: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("\nhint: ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_key_is_a_trust_failure()
    {
        _ground.Publish(0, Ground.Package("base", "1"));
        var recipe = _ground.Recipes.Os("small", "base");
        File.WriteAllText(recipe, File.ReadAllText(recipe).Replace(_ground.Repository.KeyFile, "absent.gpg", StringComparison.Ordinal));
        var run = _ground.Ez.Run("lock", recipe);
        Assert.Contains("absent.gpg", run.Error, StringComparison.Ordinal);
        Assert.Contains("\nhint: ", run.Error, StringComparison.Ordinal);
        Assert.Equal(5, run.ExitCode);
    }

    [Fact]
    public void A_release_signed_by_another_key_is_refused()
    {
        using var other = new SigningKey("Somebody else <other@example.org>");
        _ground.Repository.Publish(new PublishOptions { Key = other }, Ground.Package("base", "1"));
        var run = _ground.Ez.Run("lock", _ground.Recipes.Os("small", "base"));
        Assert.Contains(other.Fingerprint[^16..], run.Error, StringComparison.Ordinal);
        Assert.Contains($"{_ground.Server.Address}/dists/stable-one/InRelease", run.Error, StringComparison.Ordinal);
        Assert.Contains("\nhint: ", run.Error, StringComparison.Ordinal);
        Assert.Equal(5, run.ExitCode);
        Assert.False(File.Exists(_ground.Recipes.LockOf("small")));
    }

    [Fact]
    public void A_release_that_was_changed_after_signing_is_refused()
    {
        _ground.Publish(0, Ground.Package("base", "1"));
        _ground.Repository.TamperRelease("stable-one", "Origin: Generated", "Origin: Somebody");
        var run = _ground.Ez.Run("lock", _ground.Recipes.Os("small", "base"));
        Ground.Fails(
            run,
            5,
            $"ez: the signature of `{_ground.Server.Address}/dists/stable-one/InRelease` is bad: the text was changed after it was signed\n"
            + "hint: a broken proxy or mirror does this as well as an attack: try another mirror, `--mirror ID=URL`");
    }

    [Fact]
    public void An_expired_release_is_refused_and_says_since_when()
    {
        _ground.Repository.Publish(new PublishOptions { Date = Ground.Day(0), ValidFor = TimeSpan.FromDays(7) }, Ground.Package("base", "1"));
        var run = _ground.Ez.Run("lock", _ground.Recipes.Os("small", "base"));
        Assert.Contains("2024-06-08", run.Error, StringComparison.Ordinal);
        Assert.Contains("\nhint: ", run.Error, StringComparison.Ordinal);
        Assert.Equal(5, run.ExitCode);
    }

    [Fact]
    public void An_unreachable_mirror_is_named()
    {
        _ground.Publish(0, Ground.Package("base", "1"));
        var recipe = _ground.Recipes.Os("small", "base");
        var address = _ground.Server.Address;
        _ground.Server.Dispose();
        Ground.Fails(
            _ground.Ez.Run("lock", recipe),
            4,
            $"ez: cannot fetch the Release of suite `stable-one` of repository `generated`: `{address}/dists/stable-one/InRelease`: the host refuses the connection\n"
            + "hint: check the network and the mirror, or use what was fetched before with --offline");
    }

    [Fact]
    public void A_full_disk_is_a_store_failure_and_the_same_command_works_when_there_is_space()
    {
        _ground.Publish(0, Ground.Package("base", "1").File("/usr/share/big", TestSeed.Random("big").GetItems("0123456789abcdef".AsSpan(), 6_000_000) is var text ? new string(text) : ""));
        var recipe = _ground.Recipes.Os("small", "base");
        var folder = _ground.Temp.MakeFolder("disk");
        ToolRun.Run("mount", "-t", "tmpfs", "-o", "size=6m,mode=0755", "tmpfs", folder).Succeed();
        try
        {
            var ez = _ground.NewProgram("disk/store");
            var run = ez.Run("build", recipe);
            Assert.Matches("(?m)^ez: building `small` needs 1?[0-9] MB at least, [0-9] MB are free in `.*/disk/store`$", run.Error);
            Assert.EndsWith("\nhint: ez store gc\n", run.Error, StringComparison.Ordinal);
            Assert.Equal(6, run.ExitCode);
            ToolRun.Run("mount", "-o", "remount,size=64m", folder).Succeed();
            Assert.Contains("small@1.0.0: 1 package", ez.Succeed("build", recipe).Output, StringComparison.Ordinal);
        }
        finally
        {
            ToolRun.Run("umount", folder).Succeed();
        }
    }

    [Fact]
    public void An_ordinary_user_is_told_why_nothing_can_be_made_for_him()
    {
        Requires.Tool("setpriv");
        Requires.Tool("unshare");
        Requires.Tool("chroot");
        _ground.Publish(0, Ground.Package("base", "1"));
        var recipe = _ground.Recipes.Os("small", "base");
        var own = _ground.Temp.MakeFolder("own");
        ToolRun.Run("chown", "-R", "65534:65534", own, _ground.Recipes.Folder).Succeed();

        // The kernel makes no user namespace for who has another root than its mount namespace (unshare(2)).
        var built = NobodyCommand(Path.Combine(own, "store"), "build", recipe);
        var root = _ground.Temp.MakeFolder("chroot");
        var chrooted = OwnMounts.Of(built with { File = "chroot", Arguments = [root, built.File, .. built.Arguments] }, $"mount --rbind / '{root}'");
        Ground.Fails(
            ToolRun.Run(chrooted),
            7,
            "ez: an ordinary user's environments need a user namespace, and none can be made: unshare: unshare failed: Operation not permitted\n"
            + "hint: ez doctor says what is missing; or run as root, in a store of root's");
        _ground.Ez.Succeed("env", "list");
        var foreign = AsNobody(_ground.Ez.Store, "env", "list");
        Assert.Equal(7, foreign.ExitCode);
        Assert.Contains($"`{_ground.Ez.Store}`", foreign.Error, StringComparison.Ordinal);
        Assert.EndsWith("\nhint: run as root, or choose a store of your own with --store DIR\n", foreign.Error, StringComparison.Ordinal);
        Assert.Equal(7, AsNobody(Path.Combine(_ground.Temp.Root, "unwritable"), "env", "list").ExitCode);
    }

    [Fact]
    public void A_store_of_a_newer_format_is_left_alone()
    {
        _ground.Ez.Succeed("env", "list");
        File.WriteAllText(Path.Combine(_ground.Ez.Store, "store/format"), "2\n");
        var before = StoreSnapshot.Take(_ground.Ez.Store).Digest;
        Ground.Fails(
            _ground.Ez.Run("env", "list"),
            6,
            $"ez: the store `{_ground.Ez.Store}` has format 2; this ez knows formats up to 1\nhint: use the newer ez that made it, or choose another store with --store DIR");
        Assert.Equal(before, StoreSnapshot.Take(_ground.Ez.Store).Digest);
    }

    [Fact]
    public void Usage_errors_are_2_and_point_at_help()
    {
        Ground.Fails(_ground.Ez.Run("lock"), 2, "ez: Required argument 'RECIPE' missing for command: 'lock'\nhint: ez lock --help");
        Ground.Fails(_ground.Ez.Run("env", "create", "x"), 2, "ez: Option '--template' is required\nhint: ez env create --help");
        var unknown = _ground.Ez.Run("template", "shwo");
        Assert.Equal(2, unknown.ExitCode);
        Assert.Equal("ez: `ez template` has no command `shwo`\nhint: did you mean `ez template show`?\n", unknown.Error);
        Ground.Fails(_ground.Ez.Run("template"), 2, "ez: `ez template` needs a command: list, show, diff, remove\nhint: ez template --help");
        Ground.Fails(_ground.Ez.Run("env", "create", "x", "--tempate", "y"), 2, "ez: `ez env create` has no option `--tempate`\nhint: did you mean `--template`?");
        Ground.Fails(
            _ground.Ez.Run("lock", "x", "--mirror", "nonsense"), 2, "ez: `--mirror nonsense` is not ID=URL\nhint: --mirror debian=http://127.0.0.1:3142/debian");
        Ground.Fails(_ground.Ez.Run("upgrade"), 2, "ez: nothing to upgrade was named\nhint: ez upgrade ENV..., or ez upgrade --all");
        var nothing = _ground.Ez.Run("env", "show", "../x");
        Assert.Equal(2, nothing.ExitCode);
        Assert.Contains("`../x`", nothing.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void With_json_a_failure_is_an_object()
    {
        var run = _ground.Ez.Run("template", "show", "nothing", "--json");
        Assert.Equal(2, run.ExitCode);
        Assert.Equal("", run.Output);
        using var json = JsonDocument.Parse(run.Stderr);
        Assert.Equal("ez.error/1", json.RootElement.GetProperty("schema").GetString());
        Assert.Equal(2, json.RootElement.GetProperty("exitCode").GetInt32());
        Assert.Equal("Usage", json.RootElement.GetProperty("kind").GetString());
        Assert.Equal("this store has no template `nothing`", json.RootElement.GetProperty("error").GetString());
        Assert.Equal("ez build nothing", json.RootElement.GetProperty("hint").GetString());
        using var usage = JsonDocument.Parse(_ground.Ez.Run("lock", "--json").Stderr);
        Assert.Equal(2, usage.RootElement.GetProperty("exitCode").GetInt32());
    }

    private ToolRun AsNobody(string store, params IReadOnlyList<string> arguments) => ToolRun.Run(NobodyCommand(store, arguments));

    private ToolCommand NobodyCommand(string store, params IReadOnlyList<string> arguments) => new(
        "setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all", EzProgram.File, .. arguments])
    {
        Environment = new Dictionary<string, string?>(_ground.Ez.Environment) { ["EZ_STORE"] = store, ["HOME"] = _ground.Temp.At("own") },
        WorkingDirectory = _ground.Temp.Root,
    };
}
