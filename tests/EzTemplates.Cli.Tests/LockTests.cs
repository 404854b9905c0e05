using EzTemplates.Formats.Locks;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>What a lock keeps, what it takes anew, and when it becomes another version.</summary>
public sealed class LockTests : IDisposable
{
    private readonly Ground _ground = new();

    public void Dispose() => _ground.Dispose();

    [Fact]
    public void Lock_keeps_each_row_that_the_snapshot_still_has_and_update_takes_the_newest()
    {
        _ground.Publish(0, Ground.Package("base", "1"), Ground.Package("tool", "1"));
        var recipe = _ground.Recipes.Os("small", "base, tool");
        _ground.Ez.Succeed("lock", recipe);
        var first = _ground.Lock("small");

        _ground.Publish(1, Ground.Package("base", "1"), Ground.Package("base", "2"), Ground.Package("tool", "1"), Ground.Package("tool", "2"));
        Assert.Equal("small@1.0.0: lock unchanged, 2 packages\n", _ground.Ez.Succeed("lock", recipe).Output);
        Assert.Equal(first, _ground.Lock("small"));

        _ground.Publish(2, Ground.Package("base", "1"), Ground.Package("base", "2"), Ground.Package("tool", "2"));
        Assert.Equal("small@1.0.1: locked, 2 packages\n  tool 1 -> 2\n", _ground.Ez.Succeed("lock", recipe).Output);
        Assert.Equal(["base 1", "tool 2"], _ground.Rows("small"));

        _ground.Ez.Succeed("update", recipe);
        Assert.Equal(["base 2", "tool 2"], _ground.Rows("small"));
        Assert.Equal("1.0.2", _ground.LockJson("small").GetProperty("version").GetString());
        Assert.Equal(Ground.Day(2).ToUnixTimeSeconds(), _ground.LockJson("small").GetProperty("epoch").GetInt64());
    }

    [Fact]
    public void A_locked_package_that_the_mirror_dropped_is_a_fetch_failure_whose_hint_helps()
    {
        _ground.Publish(0, Ground.Package("base", "1"), Ground.Package("tool", "1"));
        var recipe = _ground.Recipes.Os("small", "base, tool");
        _ground.Ez.Succeed("lock", recipe);
        _ground.Repository.ForgetOldPackages(_ground.Publish(1, Ground.Package("base", "2"), Ground.Package("tool", "1")));

        var build = _ground.Ez.Run("build", recipe);
        Assert.Equal(4, build.ExitCode);
        Assert.Matches($"(?m)^ez: .*base 1 \\(amd64\\).*pool/main/b/base/base_1_amd64\\.deb", build.Error);
        Assert.EndsWith($"\nhint: ez lock {recipe}\n", build.Error, StringComparison.Ordinal);

        _ground.Ez.Succeed("lock", recipe);
        _ground.Ez.Succeed("build", recipe);
        Assert.Equal(["base 2", "tool 1"], _ground.Rows("small"));
    }

    [Fact]
    public void An_application_can_be_locked_on_a_base_whose_packages_only_the_store_still_has()
    {
        _ground.Publish(0, Ground.Package("base", "1"), Ground.Package("tool", "1", "base (= 1)"));
        _ground.Recipes.Os("small", "base");
        var app = _ground.Recipes.App("app", "small", "tool");
        _ground.Ez.Succeed("build", app);
        var held = _ground.Lock("small");
        _ground.Repository.ForgetOldPackages(_ground.Publish(1, Ground.Package("base", "2"), Ground.Package("tool", "1", "base (= 1)"), Ground.Package("more", "1", "base")));

        _ground.Recipes.App("app", "small", "tool, more");
        _ground.Ez.Succeed("up", app);
        Assert.Equal(["more 1", "tool 1"], _ground.Rows("app"));
        Assert.Equal("1\n", _ground.Read("app", "usr/share/base/version"));
        Assert.Equal("1.0.1", _ground.LockJson("app").GetProperty("version").GetString());
        Assert.Equal("1.0.0", _ground.LockJson("app").GetProperty("base").GetProperty("version").GetString());
        Assert.Equal(held, _ground.Lock("small"));
    }

    [Fact]
    public void A_base_outside_the_application_s_range_is_refused()
    {
        _ground.Publish(0, Ground.Package("base", "1"), Ground.Package("tool", "1"));
        var os = _ground.Recipes.Os("small", "base");
        var app = _ground.Recipes.App("app", "small", "tool");
        File.WriteAllText(app, File.ReadAllText(app).Replace("[1.0,2.0)", "[1.1,2.0)", StringComparison.Ordinal));
        Ground.Fails(
            _ground.Ez.Run("lock", app),
            3,
            $"ez: `app` accepts small@[1.1,2.0), and the base is at small@1.0.0\nhint: widen `base:` in {app}, or change `version:` in {os}");
        Assert.False(File.Exists(_ground.Recipes.LockOf("app")));
    }

    [Fact]
    public void Two_locks_with_one_version_and_other_content_are_an_error_that_names_both()
    {
        _ground.Publish(0, Ground.Package("base", "1"));
        var recipe = _ground.Recipes.Os("small", "base");
        _ground.Ez.Succeed("build", recipe);
        var first = _ground.Json("template", "show", "small").GetProperty("lockDigest").GetString()!;
        File.Delete(_ground.Recipes.LockOf("small"));
        _ground.Publish(1, Ground.Package("base", "2"));

        var build = _ground.Ez.Run("build", recipe);
        var second = LockText.DigestOf(LockText.Read(_ground.Lock("small"), "")).Short;
        Ground.Fails(
            build,
            2,
            $"ez: `small@1.0.0` is in the store, built from lock {first[..12]}; this lock {second} has the same version and other content\n"
            + "hint: take the lock that comes after small@1.0.0 from version control, or raise `version:` in the recipe, then: ez lock small");
        Assert.DoesNotContain("fetch ...", build.Error, StringComparison.Ordinal);
        Assert.Equal(first, _ground.Json("template", "show", "small").GetProperty("lockDigest").GetString());
    }

    [Fact]
    public void A_recipe_s_new_version_starts_the_third_number_anew()
    {
        _ground.Publish(0, Ground.Package("base", "1"));
        var recipe = _ground.Recipes.Os("small", "base");
        _ground.Ez.Succeed("lock", recipe);
        _ground.Publish(1, Ground.Package("base", "2"));
        _ground.Ez.Succeed("update", recipe);
        Assert.Equal("1.0.1", _ground.LockJson("small").GetProperty("version").GetString());
        File.WriteAllText(recipe, File.ReadAllText(recipe).Replace("version: \"1.0\"", "version: \"1.1\"", StringComparison.Ordinal));
        Assert.Equal("small@1.1.0: locked, 1 package\n", _ground.Ez.Succeed("lock", recipe).Output);
        Assert.Equal("1.1.0", _ground.LockJson("small").GetProperty("version").GetString());
    }

    [Fact]
    public void A_comment_or_another_layout_of_the_recipe_is_no_change()
    {
        _ground.Publish(0, Ground.Package("base", "1"));
        var recipe = _ground.Recipes.Os("small", "base");
        _ground.Ez.Succeed("lock", recipe);
        var held = _ground.Lock("small");
        File.WriteAllText(recipe, "# why this recipe\n" + File.ReadAllText(recipe).Replace("[base]", "\n  - base   # the base", StringComparison.Ordinal));
        Assert.Equal("small@1.0.0: lock unchanged, 1 package\n", _ground.Ez.Succeed("lock", recipe).Output);
        Assert.Equal(held, _ground.Lock("small"));
    }

    [Fact]
    public void A_hold_keeps_a_package_until_a_snapshot_of_a_later_day()
    {
        _ground.Publish(0, Ground.Package("base", "1.5"));
        var hold = $"hold: [{{package: base, version: \"1.*\", reason: \"2 breaks us\", expires: {Ground.Day(5):yyyy-MM-dd}}}]";
        var recipe = _ground.Recipes.Os("small", "base", hold);
        _ground.Ez.Succeed("lock", recipe);
        GeneratedPackage[] both = [Ground.Package("base", "1.5"), Ground.Package("base", "1.6"), Ground.Package("base", "2")];
        _ground.Publish(5, both);
        _ground.Ez.Succeed("update", recipe);
        Assert.Equal(["base 1.6"], _ground.Rows("small"));
        _ground.Publish(6, both);
        _ground.Ez.Succeed("update", recipe);
        Assert.Equal(["base 2"], _ground.Rows("small"));
    }

    [Fact]
    public void An_excluded_package_is_never_taken_and_its_being_needed_is_an_error()
    {
        _ground.Publish(0, Ground.Package("base", "1", "mail-transport | nothing-else"), Ground.Package("mail-transport", "1"), Ground.Package("nothing-else", "1"));
        var recipe = _ground.Recipes.Os("small", "base", "exclude: [mail-transport]");
        _ground.Ez.Succeed("lock", recipe);
        Assert.Equal(["base 1", "nothing-else 1"], _ground.Rows("small"));

        _ground.Recipes.Os("small", "base", "exclude: [mail-transport, nothing-else]");
        var refused = _ground.Ez.Run("lock", recipe);
        Assert.Equal(3, refused.ExitCode);
        Assert.Matches("(?m)^ez: `small` cannot be locked: .*base", refused.Error);
        Assert.Contains("exclude", refused.Error, StringComparison.Ordinal);
    }
}
