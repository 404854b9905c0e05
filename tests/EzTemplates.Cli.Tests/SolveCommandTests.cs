using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>Commands that ask the solver and change nothing: why a row changes, why a package is not there, what an archive cannot install.</summary>
public sealed class SolveCommandTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly GeneratedRepository _repository;
    private readonly LocalServer _server;
    private readonly RecipeFolder _recipes;
    private readonly EzProgram _ez;

    public SolveCommandTests()
    {
        foreach (var tool in (string[])["dpkg-deb", "gpgv", "gpg", "xz"])
        {
            Requires.Tool(tool);
        }

        _repository = new GeneratedRepository();
        _server = new LocalServer(_repository.Root);
        _recipes = new RecipeFolder(_temp.At("recipes"), _repository, _server);
        _ez = new EzProgram(_temp.At("store")) { Environment = { ["EZ_HOST_ROOT"] = _temp.MakeFolder("host") }, WorkingDirectory = _temp.Root };
    }

    public void Dispose()
    {
        _server.Dispose();
        _repository.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void A_dry_lock_tells_the_cause_of_each_change()
    {
        Publish(0, Ground.Package("base", "1"), Ground.Package("tool", "1", "lib"), Ground.Package("lib", "1"), Ground.Package("extra", "1"), Ground.Package("kept", "1"));
        var recipe = _recipes.Os("small", "base, tool, extra, kept");
        _ez.Succeed("lock", recipe);
        var before = File.ReadAllBytes(_recipes.LockOf("small"));

        Publish(
            1,
            Ground.Package("base", "1"),
            Ground.Package("base", "2"),
            Ground.Package("tool", "2", "more, base (>= 2)"),
            Ground.Package("more", "1"),
            Ground.Package("extra", "1"),
            Ground.Package("wanted", "1"),
            Ground.Package("kept", "1"));
        _recipes.Os("small", "base, tool, kept, wanted", "exclude: [extra]");
        Assert.Equal(
            """
            small@1.0.1: locked, 5 packages
              base 1 -> 2: tool 2 needs base (>= 2)
              tool 1 -> 2: no repository has 1 any more
              + more 1 (amd64): tool needs it
              + wanted 1 (amd64): the recipe asks for it
              - extra 1 (amd64): the recipe excludes it
              - lib 1 (amd64): tool 2 does not need it

            """,
            _ez.Succeed("lock", "--dry-run", recipe).Output);
        Assert.Equal(before, File.ReadAllBytes(_recipes.LockOf("small")));
    }

    [Fact]
    public void Why_not_tells_what_stands_in_the_way_and_what_would_help()
    {
        Publish(0, Ground.Package("base", "1"), Ground.Package("tool", "1", "base (<< 2)"));
        var recipe = _recipes.Os("small", "base, tool");
        _ez.Succeed("lock", recipe);
        Publish(
            1,
            Ground.Package("base", "1"),
            Ground.Package("base", "1.5"),
            Ground.Package("base", "2"),
            Ground.Package("tool", "1", "base (<< 2)"),
            Ground.Package("idle", "1"),
            Ground.Package("idle2", "1", "gone"));

        Assert.Equal(
            $"base 1.5 could be in small:\n  the lock keeps 1\n  hint: ez update small\n", _ez.Succeed("why-not", "base=1.5", "--recipe", recipe).Output);
        Assert.Equal(
            """
            base 2 cannot be in small:
              `base = 2` is asked for
              `tool` is asked for
              tool 1 needs base (<< 2) (there is base 1, base 1.5)
              only one version of base can be installed
              hint: leave out `tool`

            """,
            _ez.Succeed("why-not", "base", "--recipe", recipe).Output);
        Assert.Equal(
            $"idle could be in small:\n  nothing that the recipe asks for needs it\n  hint: add `idle` to `packages:` in {recipe}\n", _ez.Succeed("why-not", "idle", "--recipe", recipe).Output);
        Assert.Contains("idle2 1 needs gone, which no repository has\n", _ez.Succeed("why-not", "idle2", "--recipe", recipe).Output, StringComparison.Ordinal);
        Assert.StartsWith("tool 1 is in the lock of small:\n  tool 1 (amd64) is locked, and no repository has a newer one\n", _ez.Succeed("why-not", "tool", "--recipe", recipe).Output, StringComparison.Ordinal);
        var unknown = _ez.Run("why-not", "idel", "--recipe", recipe);
        Assert.Equal(3, unknown.ExitCode);
        Assert.EndsWith("hint: did you mean `idle`, `idle2`?\n", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Repo_check_names_what_cannot_be_installed_and_why()
    {
        Publish(0, Ground.Package("base", "1"), Ground.Package("bad", "1", "gone"), Ground.Package("worse", "1", "base, bad"));
        const string Expected =
            """
            bad 1 (amd64) of SOURCE cannot be installed:
              bad 1 needs gone, which no repository has
            worse 1 (amd64) of SOURCE cannot be installed:
              worse 1 needs bad
              bad 1 needs gone, which no repository has
            3 packages, 2 of them cannot be installed

            """;
        var ofRecipe = _ez.Run("repo", "check", _recipes.Os("small", "base"));
        Assert.Equal(Expected.Replace("SOURCE", "generated/stable-one", StringComparison.Ordinal), ofRecipe.Output);
        Assert.Equal(3, ofRecipe.ExitCode);

        var index = Directory.EnumerateFiles(_repository.Root, "Packages.xz", SearchOption.AllDirectories).First();
        Assert.Equal(Expected.Replace("SOURCE", "Packages.xz", StringComparison.Ordinal), _ez.Run("repo", "check", index).Output);
        var excluded = _ez.Run("repo", "check", _recipes.Os("small", "base", "exclude: [bad, worse]"));
        Assert.Equal("1 package, 0 of them cannot be installed\n", excluded.Output);
        Assert.Equal(0, excluded.ExitCode);
    }

    [Fact]
    public void Update_takes_what_is_named_or_what_security_suites_have_and_leaves_the_rest()
    {
        Publish(0, Ground.Package("base", "1"), Ground.Package("tool", "1"), Ground.Package("lib", "1"));
        _repository.Publish(new PublishOptions { Suite = "stable-one-security", Date = Ground.Day(0) });
        var recipe = _recipes.Os("small", "base, tool, lib");
        File.WriteAllText(recipe, File.ReadAllText(recipe).Replace("[stable-one]", "[stable-one, stable-one-security]", StringComparison.Ordinal));
        _ez.Succeed("lock", recipe);
        Publish(1, Ground.Package("base", "2"), Ground.Package("base", "1"), Ground.Package("tool", "2"), Ground.Package("tool", "1"), Ground.Package("lib", "2"), Ground.Package("lib", "1"));
        _repository.Publish(new PublishOptions { Suite = "stable-one-security", Date = Ground.Day(1) }, Ground.Package("lib", "1.1"), Ground.Package("lib", "1.2"));

        string Changes(params string[] words) => string.Join(", ", _ez.Succeed(["update", "--dry-run", recipe, .. words]).Lines.Where(line => line.Contains(" -> ", StringComparison.Ordinal)).Select(line => line.Trim()));
        Assert.Equal("base 1 -> 2, lib 1 -> 2, tool 1 -> 2", Changes());
        Assert.Equal("tool 1 -> 2", Changes("--only", "tool"));
        Ground.Fails(_ez.Run("update", "--dry-run", recipe, "--only", "tol"), 3, "ez: no lock of `small` has a package `tol`\nhint: did you mean `tool`?");
        File.AppendAllText(recipe, "update: {class: security}\n");
        Assert.Equal("lib 1 -> 1.2", Changes());
        File.WriteAllText(recipe, File.ReadAllText(recipe).Replace("class: security", "class: none", StringComparison.Ordinal));
        Assert.Equal("", Changes());
    }

    private void Publish(int day, params IReadOnlyList<GeneratedPackage> packages) => _repository.Publish(new PublishOptions { Date = Ground.Day(day) }, packages);
}
