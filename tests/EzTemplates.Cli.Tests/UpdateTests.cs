using System.Diagnostics;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>Snapshots come and go; templates follow, environments move and come back.</summary>
public sealed class UpdateTests : IDisposable
{
    private readonly Ground _ground = new();

    public void Dispose() => _ground.Dispose();

    [Fact]
    public void An_upgrade_changes_contents_a_rollback_brings_them_back_and_private_files_stay()
    {
        _ground.Publish(0, Ground.Package("base", "1").File("/usr/share/base/old", "old\n").File("/etc/base.conf", "a=1\n"));
        var recipe = _ground.Recipes.Os("small", "base");
        _ground.Ez.Succeed("up", recipe);
        var root = _ground.Root("small");
        File.WriteAllText(Path.Combine(root, "etc/own"), "mine\n");
        File.AppendAllText(Path.Combine(root, "etc/base.conf"), "b=2\n");
        File.WriteAllText(Path.Combine(root, "usr/share/base/mended"), "as the next version has it\n");

        _ground.Publish(1, Ground.Package("base", "2").File("/usr/share/base/new", "new\n").File("/etc/base.conf", "a=2\n")
            .File("/usr/share/base/mended", "as the next version has it\n"));
        var update = _ground.Ez.Succeed("update", recipe).Output;
        Assert.Contains("small@1.0.1: locked, 1 package\n  base 1 -> 2\n", update, StringComparison.Ordinal);
        Assert.EndsWith("\nsmall could move from small@1.0.0 to small@1.0.1: ez upgrade small\n", update, StringComparison.Ordinal);
        Assert.Equal("1\n", _ground.Read("small", "usr/share/base/version"));

        Assert.Equal("small: remapped from small@1.0.0 to small@1.0.1\n  PATH            ACTION  DETAIL\n  /etc/base.conf  keep    hides the new version's\n", _ground.Ez.Succeed("upgrade", "small").Output);
        Assert.Equal("2\n", _ground.Read("small", "usr/share/base/version"));
        Assert.Equal("new\n", _ground.Read("small", "usr/share/base/new"));
        Assert.False(File.Exists(Path.Combine(root, "usr/share/base/old")));
        Assert.Equal("mine\n", _ground.Read("small", "etc/own"));
        Assert.Equal("a=1\nb=2\n", _ground.Read("small", "etc/base.conf"));

        Assert.Equal("small: remapped from small@1.0.1 to small@1.0.0\n  PATH            ACTION  DETAIL\n  /etc/base.conf  keep    hides the new version's\n", _ground.Ez.Succeed("rollback", "small").Output);
        Assert.Equal("1\n", _ground.Read("small", "usr/share/base/version"));
        Assert.Equal("old\n", _ground.Read("small", "usr/share/base/old"));
        Assert.False(File.Exists(Path.Combine(root, "usr/share/base/new")));
        Assert.Equal("mine\n", _ground.Read("small", "etc/own"));
        Assert.Equal("a=1\nb=2\n", _ground.Read("small", "etc/base.conf"));
        HistoryTellsAll();
    }

    private void HistoryTellsAll()
    {
        var shown = _ground.Json("env", "show", "small");
        Assert.Equal("ez.environment/1", shown.GetProperty("schema").GetString());
        var history = shown.GetProperty("history").EnumerateArray().ToList();
        Assert.Equal(["create", "upgrade", "rollback"], history.Select(line => line.GetProperty("action").GetString()));
        Assert.Equal([1, 2, 3], history.Select(line => line.GetProperty("number").GetInt32()));
        var times = history.Select(line => line.GetProperty("at").GetDateTimeOffset()).ToList();
        Assert.Equal(times.Order(), times);
        Assert.All(history, line => Assert.Matches("^root [0-9]+ ez ", line.GetProperty("by").GetString()));
        Assert.Null(history[0].GetProperty("from").GetString());
        Assert.StartsWith("small@1.0.0 (", history[0].GetProperty("to").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("small@1.0.1 (", history[1].GetProperty("to").GetString(), StringComparison.Ordinal);
        Assert.Equal(history[1].GetProperty("to").GetString(), history[2].GetProperty("from").GetString());
        Assert.Equal(history[0].GetProperty("to").GetString(), history[2].GetProperty("to").GetString());
        var text = _ground.Ez.Succeed("env", "show", "small").Lines;
        Assert.Equal("small on small@1.0.0", text[0]);
        Assert.Matches(@"^3  20\d\d-\d\d-\d\d \d\d:\d\d:\d\dZ  root .*  rollback  small@1\.0\.1 \([0-9a-f]+\)  small@1\.0\.0 \([0-9a-f]+\)$", text[^1]);
    }

    [Fact]
    public void A_snapshot_that_is_only_signed_anew_changes_no_lock_and_makes_no_version()
    {
        var first = _ground.Publish(0, Ground.Package("base", "1"), Ground.Package("tool", "1", "base"));
        var recipe = _ground.Recipes.Os("small", "base");
        var app = _ground.Recipes.App("app", "small", "tool");
        _ground.Ez.Succeed("build", app);
        var (os, own) = (_ground.Lock("small"), _ground.Lock("app"));
        var templates = _ground.Ez.Succeed("template", "list").Output;

        var again = _ground.Repository.Resign(first, Ground.Day(3));
        Assert.NotEqual(first.ReleaseText, again.ReleaseText);
        Assert.Contains("small@1.0.0: lock unchanged", _ground.Ez.Succeed("lock", recipe, app).Output, StringComparison.Ordinal);
        var update = _ground.Json("update", recipe);
        Assert.All(update.GetProperty("locks").EnumerateArray(), one => Assert.False(one.GetProperty("changed").GetBoolean()));
        Assert.Equal(2, update.GetProperty("locks").GetArrayLength());
        Assert.All(update.GetProperty("builds").EnumerateArray(), one => Assert.Equal("present", one.GetProperty("outcome").GetString()));

        Assert.Equal(os, _ground.Lock("small"));
        Assert.Equal(own, _ground.Lock("app"));
        Assert.Equal(templates, _ground.Ez.Succeed("template", "list").Output);
    }

    [Fact]
    public void An_os_takes_its_applications_along_and_one_that_cannot_follow_stays_and_is_named()
    {
        _ground.Publish(0, Ground.Package("base", "1"), Ground.Package("tool", "1", "base (>= 1)"), Ground.Package("plugin", "1", "base (= 1)"));
        var os = _ground.Recipes.Os("small", "base");
        _ground.Ez.Succeed("up", _ground.Recipes.App("follows", "small", "tool"));
        _ground.Ez.Succeed("up", _ground.Recipes.App("stays", "small", "plugin"));
        var stays = _ground.Lock("stays");

        _ground.Publish(1, Ground.Package("base", "2"), Ground.Package("tool", "2", "base (>= 1)"), Ground.Package("plugin", "1", "base (= 1)"));
        var run = _ground.Ez.Succeed("update", os);
        Assert.Contains("follows@1.0.1: locked", run.Output, StringComparison.Ordinal);
        Assert.Contains("stays stays as it is: `stays` cannot be locked: ", run.Output, StringComparison.Ordinal);
        Assert.Contains("plugin 1 needs base (= 1)", run.Output, StringComparison.Ordinal);
        Assert.Contains("small@1.0.1", run.Output, StringComparison.Ordinal);
        Assert.Equal(stays, _ground.Lock("stays"));

        Assert.Equal(
            "follows: remapped from follows@1.0.0 to follows@1.0.1\nstays: unchanged, on stays@1.0.0\n",
            _ground.Ez.Succeed("upgrade", "--all").Output);
        Assert.Equal("2\n", _ground.Read("follows", "usr/share/base/version"));
        Assert.Equal("2\n", _ground.Read("follows", "usr/share/tool/version"));
        Assert.Equal("1\n", _ground.Read("stays", "usr/share/base/version"));
    }

    [Fact]
    public void A_broken_recipe_beside_an_os_stops_no_update_and_is_named()
    {
        _ground.Publish(0, Ground.Package("base", "1"));
        var os = _ground.Recipes.Os("small", "base");
        _ground.Ez.Succeed("build", os);
        _ground.Publish(1, Ground.Package("base", "2"));
        _ground.Recipes.Write("broken", "kind: app\nnonsense: true");
        File.WriteAllBytes(_ground.Recipes.LockOf("broken"), _ground.Lock("small"));
        _ground.Recipes.Write("compose", "services: {web: {image: x}}");

        var update = _ground.Json("update", os);
        Assert.Equal("1.0.1", Assert.Single(update.GetProperty("builds").EnumerateArray()).GetProperty("version").GetString());
        Assert.Equal(["broken"], update.GetProperty("failures").EnumerateArray().Select(one => one.GetProperty("template").GetString()));
    }

    [Fact]
    public void Upgrading_all_skips_a_busy_environment_says_who_uses_it_and_goes_on()
    {
        _ground.Publish(0, Ground.Package("base", "1"));
        var recipe = _ground.Recipes.Os("small", "base");
        _ground.Ez.Succeed("build", recipe);
        _ground.Ez.Succeed("env", "create", "one", "two", "--template", "small");
        _ground.Publish(1, Ground.Package("base", "2"));
        _ground.Ez.Succeed("update", recipe);
        using (var user = Process.Start(new ProcessStartInfo("cat") { WorkingDirectory = _ground.Root("one"), RedirectStandardInput = true })!)
        {
            var planned = _ground.Ez.Succeed("upgrade", "--all", "--dry-run").Output;
            Assert.Equal($"one: planned from small@1.0.0 to small@1.0.1 (busy: {user.Id} (cat))\ntwo: planned from small@1.0.0 to small@1.0.1\n", planned);
            var all = _ground.Ez.Succeed("upgrade", "--all").Output;
            Assert.Equal($"one: busy, stays on small@1.0.0 ({user.Id} (cat))\ntwo: remapped from small@1.0.0 to small@1.0.1\n", all);
            Ground.Fails(_ground.Ez.Run("upgrade", "one"), 7, $"ez: environment `one` is in use by process {user.Id} (cat)\nhint: end it, or wait for it: --wait");
            user.StandardInput.Close();
            user.WaitForExit();
        }

        Assert.Equal("one: remapped from small@1.0.0 to small@1.0.1\ntwo: unchanged, on small@1.0.1\n", _ground.Ez.Succeed("upgrade", "--all").Output);
    }

    [Fact]
    public void Rolling_back_goes_one_further_each_time_or_to_a_named_version()
    {
        _ground.Publish(0, Ground.Package("base", "1"));
        var recipe = _ground.Recipes.Os("small", "base");
        _ground.Ez.Succeed("up", recipe);
        for (var version = 2; version <= 3; version++)
        {
            _ground.Publish(version, Ground.Package("base", $"{version}"));
            _ground.Ez.Succeed("update", recipe);
            _ground.Ez.Succeed("upgrade", "small");
        }

        _ground.Server.Dispose();
        _ground.Ez.Succeed("rollback", "small");
        Assert.Equal("2\n", _ground.Read("small", "usr/share/base/version"));
        _ground.Ez.Succeed("rollback", "small");
        Assert.Equal("1\n", _ground.Read("small", "usr/share/base/version"));
        Ground.Fails(
            _ground.Ez.Run("rollback", "small"), 7, "ez: environment `small` has nothing to roll back to: it has been `small@1.0.0` from the start\nhint: ez env show small");
        _ground.Ez.Succeed("rollback", "small", "--to", "1.0.2");
        Assert.Equal("3\n", _ground.Read("small", "usr/share/base/version"));
        _ground.Ez.Succeed("rollback", "small", "--to", "small@1.0.1");
        Assert.Equal("2\n", _ground.Read("small", "usr/share/base/version"));
        Ground.Fails(
            _ground.Ez.Run("rollback", "small", "--to", "9.9.9"),
            7,
            "ez: environment `small` was never mapped to `9.9.9`; it was to `small@1.0.0`, `small@1.0.1`, `small@1.0.2`\nhint: ez env show small");
    }

    [Fact]
    public void A_dry_run_changes_neither_locks_nor_store_nor_environments()
    {
        _ground.Publish(0, Ground.Package("base", "1"), Ground.Package("tool", "1", "base"));
        var os = _ground.Recipes.Os("small", "base");
        var app = _ground.Recipes.App("app", "small", "tool");
        _ground.Ez.Succeed("up", app);
        _ground.Publish(1, Ground.Package("base", "2"), Ground.Package("tool", "2", "base"));
        _ground.Ez.Succeed("update", os);
        _ground.Ez.Succeed("upgrade", "--all");
        _ground.Publish(2, Ground.Package("base", "3"), Ground.Package("tool", "3", "base"));
        var (before, recipes) = (Store(), StoreSnapshot.Take(_ground.Recipes.Folder).Digest);

        Assert.Contains("small@1.0.2: locked, 1 package\n  base 2 -> 3\n", _ground.Ez.Succeed("update", os, "--dry-run").Output, StringComparison.Ordinal);
        string[][] commands =
        [
            ["up", app], ["lock", app], ["build", app], ["env", "create", "more", "--template", "app"], ["env", "remap", "app", "--to", "app@1.0.0"],
            ["rollback", "app"], ["upgrade", "--all"], ["env", "remove", "app"],
        ];
        foreach (var command in commands)
        {
            _ground.Ez.Succeed([.. command, "--dry-run"]);
        }

        Assert.Equal(before, Store());
        Assert.Equal(recipes, StoreSnapshot.Take(_ground.Recipes.Folder).Digest);
    }

    /// <summary>All but the cached metadata, which a plan needs too, and the empty files that locks are taken on.</summary>
    private string Store() => string.Join('\n', StoreSnapshot.Take(_ground.Ez.Store, "store/metadata", "store/lock", "store/locks", "catalog.db").Lines);

    [Fact]
    public void Locked_builds_what_fits_and_refuses_what_does_not()
    {
        _ground.Publish(0, Ground.Package("base", "1"), Ground.Package("tool", "1", "base"));
        var os = _ground.Recipes.Os("small", "base");
        var app = _ground.Recipes.App("app", "small", "tool");
        Ground.Fails(
            _ground.Ez.Run("build", os, "--locked"), 2, $"ez: `small` has no lock: `{_ground.Recipes.LockOf("small")}` does not exist\nhint: ez lock {os}");
        _ground.Ez.Succeed("lock", app);
        _ground.Publish(1, Ground.Package("base", "2"), Ground.Package("tool", "2", "base"));
        _ground.Ez.Succeed("up", app, "--locked");
        Assert.Equal("1\n", _ground.Read("app", "usr/share/base/version"));

        _ground.Recipes.App("app", "small", "tool, base");
        Ground.Fails(
            _ground.Ez.Run("up", app, "--locked"),
            2,
            $"ez: the lock `{_ground.Recipes.LockOf("app")}` does not fit its recipe: `{app}` was changed after it was made\nhint: ez lock {app}");
        _ground.Recipes.App("app", "small", "tool");
        _ground.Ez.Succeed("lock", app, "--locked");

        File.Delete(_ground.Recipes.LockOf("small"));
        var elsewhere = _ground.NewProgram("other");
        var missing = elsewhere.Run("up", app, "--locked");
        Assert.Equal(2, missing.ExitCode);
        Assert.Matches(
            $"^ez: the lock of `app` stands on small@1\\.0\\.0 \\(lock [0-9a-f]+\\), which neither the store nor `{_ground.Recipes.LockOf("small")}` has\nhint: ez lock {app}\n$",
            missing.Error);
    }

    [Fact]
    public void Offline_needs_nothing_but_what_an_earlier_run_fetched()
    {
        _ground.Publish(0, Ground.Package("base", "1"), Ground.Package("tool", "1", "base"));
        var app = _ground.Recipes.App("app", "small", "tool");
        var os = _ground.Recipes.Os("small", "base");
        var first = _ground.Ez.Run("up", app, "--offline");
        Assert.Equal(4, first.ExitCode);
        Assert.Matches("(?m)^ez: .*offline.*$", first.Error);
        Assert.Matches("(?m)^hint: .*without --offline", first.Error);
        Assert.Empty(_ground.Server.Requests);

        _ground.Ez.Succeed("up", app);
        var asked = _ground.Server.Requests.Count;
        var locked = _ground.Lock("app");
        foreach (var command in (string[][])[["up", app], ["lock", app], ["build", app], ["update", os]])
        {
            _ground.Ez.Succeed([.. command, "--offline"]);
        }

        Assert.Equal(asked, _ground.Server.Requests.Count);
        _ground.Server.Dispose();
        _ground.Ez.Succeed("up", app, "--name", "second", "--offline");
        Assert.Equal("1\n", _ground.Read("second", "usr/share/tool/version"));
        Assert.Equal(locked, _ground.Lock("app"));
    }
}
