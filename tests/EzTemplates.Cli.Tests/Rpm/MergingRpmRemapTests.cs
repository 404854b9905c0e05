using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Rpm;

/// <summary>Packages that an environment's own rpm unpacked, and versions that reach them.</summary>
public sealed class MergingRpmRemapTests : IDisposable
{
    private static readonly GeneratedRpm Base = new("base", "1") { Files = [("/etc/base.conf", "of base\n")] };

    private readonly RpmRecipes _ground;

    public MergingRpmRemapTests()
    {
        Requires.Root();
        Requires.Overlay();
        Requires.Tool("rpm");
        _ground = new RpmRecipes();
        _ground.Repository.SignsPackages = true;
    }

    private string Root => _ground.Ez.Succeed("env", "path", "web").Output.TrimEnd();

    public void Dispose() => _ground.Dispose();

    [Fact]
    public void A_package_that_the_environment_installed_follows_the_template_that_reaches_its_version()
    {
        _ground.Publish(0, Base, Library("1"));
        Up("base, lib");
        _ground.Publish(1, Base, Library("2", "/usr/share/lib/only-2"), Tool("1"));
        Install("lib-2", "tool-1");
        File.WriteAllText(Path.Combine(Root, "usr/share/lib/edited"), "mine\n");
        var before = Picture();
        Assert.Equal(["lib-2-1", "tool-1-1"], Installed().Where(package => !package.StartsWith("base", StringComparison.Ordinal)));

        // The version has what the environment had before.
        Update("base, lib, tool");
        Assert.Contains("package `lib-2-1.x86_64`: 3 private paths make way for the version's", _ground.Ez.Succeed("upgrade", "web").Output, StringComparison.Ordinal);
        Assert.Equal(["base-1-1", "lib-2-1", "tool-1-1"], Installed());
        Assert.Equal("2\n2\nmine\n1\n", Read("usr/lib/lib/data", "usr/share/lib/only-2", "usr/share/lib/edited", "usr/share/tool/file"));

        // And goes on from there.
        _ground.Publish(2, Base, Library("3"), Tool("2"));
        Update("base, lib, tool");
        Assert.Contains("/usr/share/lib/edited", _ground.Ez.Succeed("upgrade", "web").Output, StringComparison.Ordinal);
        Assert.Equal(["base-1-1", "lib-3-1", "tool-2-1"], Installed());
        Assert.Equal("3\nmine\n2\n", Read("usr/lib/lib/data", "usr/share/lib/edited", "usr/share/tool/file"));
        Assert.False(Path.Exists(Path.Combine(Root, "usr/share/lib/only-2")));

        _ground.Ez.Succeed("rollback", "web");
        Assert.Equal(["base-1-1", "lib-2-1", "tool-1-1"], Installed());
        Assert.Equal("2\n1\n", Read("usr/lib/lib/data", "usr/share/tool/file"));
        _ground.Ez.Succeed("rollback", "web");
        Assert.Equal(before, Picture());
    }

    [Fact]
    public void A_roll_back_after_another_package_came_has_that_one_and_the_environments_own_as_it_was()
    {
        _ground.Publish(0, Base, Library("1"));
        Up("base, lib");
        _ground.Publish(1, Base, Library("2"), Tool("1"));
        Install("lib-2");
        Update("base, lib");
        _ground.Ez.Succeed("upgrade", "web");
        Install("tool-1");
        _ground.Ez.Succeed("rollback", "web");
        Assert.Equal(["base-1-1", "lib-2-1", "tool-1-1"], Installed());
        Assert.Equal("2\n1\n", Read("usr/lib/lib/data", "usr/share/tool/file"));
    }

    [Fact]
    public void A_roll_back_over_several_versions_has_the_package_again_whose_files_come_back()
    {
        _ground.Publish(0, Base);
        Up("base");
        _ground.Publish(1, Base, Tool("1"), Library("1"));
        Install("tool-1");
        Update("base, tool");
        _ground.Ez.Succeed("upgrade", "web");
        _ground.Publish(2, Base, Tool("2"), Library("1"));
        Update("base, tool");
        _ground.Ez.Succeed("upgrade", "web");
        Install("lib-1");
        Assert.Equal(["base-1-1", "lib-1-1", "tool-2-1"], Installed());

        _ground.Ez.Succeed("rollback", "web", "--to", "box@1.0.0");
        Assert.Equal("1\n1\n", Read("usr/share/tool/file", "usr/lib/lib/data"));
        Assert.Equal(["base-1-1", "lib-1-1", "tool-1-1"], Installed());
    }

    [Fact]
    public void What_the_environments_own_packages_need_and_the_new_version_has_no_more_is_refused_by_name()
    {
        _ground.Publish(0, Base, Library("1") with { Provides = ["lib.so.1"] });
        Up("base, lib");
        _ground.Publish(1, Base, Library("2") with { Provides = ["lib.so.2"] }, Tool("1") with { Requires = ["lib.so.1", "(base or nothing)"] }, new GeneratedRpm("odd", "1") { Requires = ["nowhere"] });
        Install("tool-1", "odd-1");
        Update("base, lib");
        const string needs = "package `tool-1-1.x86_64` of the environment needs `lib.so.1`, which is not there with the new version";
        Assert.Contains(needs, _ground.Ez.Succeed("env", "remap", "web", "--to", "box", "--dry-run").Output, StringComparison.Ordinal);
        Ground.Fails(
            _ground.Ez.Run("env", "remap", "web", "--to", "box"),
            7,
            $"ez: environment `web` cannot move to `box@1.0.1`, and nothing was changed: `/var/lib/rpm/rpmdb.sqlite`: {needs}\n"
            + "hint: ez env exec web -- rpm -e tool, and remap again; or make the same changes in a new environment (ez env create)");
        Rpm("-e", "tool");
        _ground.Ez.Succeed("env", "remap", "web", "--to", "box");
        Assert.Equal(["base-1-1", "lib-2-1", "odd-1-1"], Installed());
    }

    private static GeneratedRpm Library(string version, params IReadOnlyList<string> more) => new("lib", version)
    {
        Files = [("/usr/lib/lib/data", version + "\n"), ("/usr/share/lib/edited", version + "\n"), .. more.Select(path => (path, version + "\n"))],
    };

    private static GeneratedRpm Tool(string version) => new("tool", version) { Files = [("/usr/share/tool/file", version + "\n")] };

    private void Up(string packages)
    {
        Write(packages);
        _ground.Ez.Succeed("up", _ground.Temp.At("recipes/box.yaml"), "--name", "web");
    }

    private void Update(string packages)
    {
        Write(packages);
        _ground.Ez.Succeed("update", _ground.Temp.At("recipes/box.yaml"));
    }

    private void Write(string packages)
    {
        var recipe = _ground.Os("box", packages);
        File.WriteAllText(recipe, File.ReadAllText(recipe).Replace("configure: none\n", "", StringComparison.Ordinal));
    }

    /// <summary>With this machine's rpm, in the view, whatever they depend on.</summary>
    private void Install(params IReadOnlyList<string> packages)
    {
        foreach (var package in packages)
        {
            Rpm("-U", "--nodeps", "--nosignature", Directory.EnumerateFiles(_ground.Repository.Root, package + "-1.*.rpm", SearchOption.AllDirectories).First());
        }
    }

    private List<string> Installed() => [.. Rpm("-qa", "--qf", "%{NAME}-%{VERSION}-%{RELEASE}\\n").Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];

    private string Read(params IReadOnlyList<string> paths) => string.Concat(paths.Select(path => File.ReadAllText(Path.Combine(Root, path))));

    private string Rpm(params string[] arguments) => ToolRun.Run("rpm", ["--root", Root, "--dbpath", "/var/lib/rpm", .. arguments]).Succeed().Output;

    /// <summary>Every path but rpm's, whose files a query touches, with its metadata and bytes.</summary>
    private string Picture() => string.Join(' ', Installed())
        + ToolRun.Run("find", Root, "-xdev", "-path", Root + "/var/lib/rpm", "-prune", "-o", "-printf", "%P %y %m %U %G %s %T@ %l\\n").Succeed().Output
        + ToolRun.Run("sh", "-c", $"cd '{Root}' && find . -xdev -path ./var/lib/rpm -prune -o -type f -print | sort | xargs -r -d '\\n' sha256sum").Succeed().Output;
}
