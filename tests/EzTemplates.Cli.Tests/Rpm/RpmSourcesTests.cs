using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Rpm;

/// <summary>The sources that environments of RPM packages get for the package managers that they have.</summary>
public sealed class RpmSourcesTests : IDisposable
{
    private const string List = "etc/yum.repos.d/ez.repo";
    private const string Key = "etc/yum.repos.d/ez-baseos.asc";

    private static readonly GeneratedRpm Dnf = new("dnf", "4") { Files = [("/usr/bin/dnf", ""), ("/etc/yum.repos.d/README", "lists\n"), ("/var/lib/rpm/README", "\n")] };
    private static readonly GeneratedRpm Tool = new("tool", "1");

    private readonly RpmRecipes _ground;

    public RpmSourcesTests()
    {
        Requires.Root();
        Requires.Overlay();
        _ground = new RpmRecipes();
        _ground.Repository.SignsPackages = true;
    }

    private EzProgram Ez => _ground.Ez;

    public void Dispose() => _ground.Dispose();

    [Fact]
    public void Dnf_reaches_the_host_s_mirror_with_the_list_and_the_keys_that_ez_wrote()
    {
        Requires.Tool("dnf");
        _ground.Publish(0, Dnf, Tool);
        Ez.Succeed("up", _ground.Os("box", "dnf", repository: ", priority: 20, except: [games*]"), "--name", "box");
        Assert.Equal($"[ez-baseos]\nname=baseos\nbaseurl={_ground.Server.Address}/\nenabled=1\npriority=20\nexcludepkgs=games*\ngpgcheck=1\nrepo_gpgcheck=1\ngpgkey=file:///{Key}\n", Text(List));
        Assert.Equal(Fingerprints(_ground.Repository.KeyFile), Fingerprints(Path.Combine(Root("box"), Key)));
        Assert.DoesNotContain("ez", string.Join('\n', Ez.Succeed("env", "diff", "box").Lines.Where(line => line.Contains("repos.d", StringComparison.Ordinal))), StringComparison.Ordinal);
        Assert.Contains("ez-baseos", DnfIn("repolist"), StringComparison.Ordinal);

        // Metadata is verified with the key as it was written, the first line included.
        Assert.Contains("tool-0:1-1.x86_64", DnfIn("-y", "repoquery"), StringComparison.Ordinal);
        Ez.Succeed("env", "remove", "box");
    }

    [Fact]
    public void They_follow_each_move_until_somebody_edits_them()
    {
        _ground.Publish(0, Dnf, Tool);
        var recipe = _ground.Os("box", "dnf");
        Ez.Succeed("up", recipe);
        var before = (Read(List), Read(Key));

        // One repository more, whose key comes along, and goes again.
        using var second = new GeneratedRpmRepository();
        second.Publish(new RpmPublishOptions { Date = Ground.Day(1) }, Tool with { Version = "2" });
        using var server = new LocalServer(second.Root);
        File.WriteAllText(recipe, File.ReadAllText(recipe)
            .Replace("packages:", $"  - {{id: more, mirrors: [\"{server.Address}\"], keys: {second.KeyFile}, trust: packages}}\n  - {{id: open, mirrors: [\"{server.Address}\"], trust: unsigned, priority: 120}}\npackages:", StringComparison.Ordinal)
            .Replace("[dnf]", "[dnf, tool]", StringComparison.Ordinal));
        _ground.Publish(1, Dnf, Tool with { Version = "3" });
        Ez.Succeed("up", recipe);
        Assert.EndsWith(
            $"\n\n[ez-more]\nname=more\nbaseurl={server.Address}/\nenabled=1\ngpgcheck=1\nrepo_gpgcheck=0\ngpgkey=file:///etc/yum.repos.d/ez-more.asc\n"
            + $"\n[ez-open]\nname=open\nbaseurl={server.Address}/\nenabled=1\npriority=120\ngpgcheck=0\nrepo_gpgcheck=0\n", Text(List), StringComparison.Ordinal);
        Assert.Equal(Fingerprints(second.KeyFile), Fingerprints(Path.Combine(Root("box"), "etc/yum.repos.d/ez-more.asc")));
        Assert.Equal(before.Item2, Read(Key));
        Ez.Succeed("rollback", "box");
        Assert.Equal(before, (Read(List), Read(Key)));
        Assert.False(File.Exists(Path.Combine(Root("box"), "etc/yum.repos.d/ez-more.asc")));

        File.AppendAllText(Path.Combine(Root("box"), List), "# mine\n");
        Ez.Succeed("upgrade", "box");
        Assert.EndsWith("# mine\n", Read(List), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Root("box"), "etc/yum.repos.d/ez-more.asc")));
        Assert.Contains("ez.repo", Ez.Succeed("env", "diff", "box").Output, StringComparison.Ordinal);
        Ez.Succeed("env", "remove", "box");
    }

    [Fact]
    public void Zypper_has_its_own_place_and_who_wants_none_gets_none()
    {
        var zypper = new GeneratedRpm("zypper", "1") { Files = [("/usr/bin/zypper", ""), ("/etc/zypp/repos.d/README", "lists\n")] };
        _ground.Publish(0, zypper, Dnf, Tool);
        Ez.Succeed("up", _ground.Os("box", "zypper"));
        Assert.Equal(
            $"[ez-baseos]\nname=baseos\nbaseurl={_ground.Server.Address}/\nenabled=1\nautorefresh=1\ngpgcheck=1\nrepo_gpgcheck=1\ngpgkey=file:///etc/zypp/repos.d/ez-baseos.asc\n",
            Text("etc/zypp/repos.d/ez.repo"));
        Assert.True(File.Exists(Path.Combine(Root("box"), "etc/zypp/repos.d/ez-baseos.asc")));
        Assert.False(Path.Exists(Path.Combine(Root("box"), "etc/yum.repos.d")));
        Ez.Succeed("up", _ground.Os("quiet", "dnf", "write-sources: false"));
        Assert.Equal(["README"], Directory.EnumerateFiles(Path.Combine(Root("quiet"), "etc/yum.repos.d")).Select(Path.GetFileName));
        Ez.Succeed("env", "remove", "box", "quiet");
    }

    [Fact]
    public void Zypper_installs_from_the_list_that_ez_wrote_and_what_it_installed_survives_a_remap_and_a_rollback()
    {
        Requires.Tool("zypper");
        Requires.Tool("rpm");
        var zypper = new GeneratedRpm("zypper", "1") { Files = [("/usr/bin/zypper", ""), ("/etc/zypp/repos.d/README", "lists\n"), ("/var/lib/rpm/README", "\n")] };
        _ground.Publish(0, zypper, Tool);
        var recipe = _ground.Os("box", "zypper");
        File.WriteAllText(recipe, File.ReadAllText(recipe).Replace("configure: none\n", "", StringComparison.Ordinal));
        Ez.Succeed("up", recipe);
        Assert.Contains("| tool ", Zypper("search", "--details", "tool"), StringComparison.Ordinal);
        Zypper("install", "tool");
        Assert.Equal("tool-1-1.x86_64 zypper-1-1.x86_64", Installed());

        _ground.Publish(1, zypper with { Version = "2" }, Tool);
        Ez.Succeed("update", recipe);
        Ez.Succeed("upgrade", "box");
        Assert.Equal("tool-1-1.x86_64 zypper-2-1.x86_64", Installed());
        Ez.Succeed("rollback", "box");
        Assert.Equal("tool-1-1.x86_64 zypper-1-1.x86_64", Installed());
        Ez.Succeed("env", "remove", "box");
    }

    /// <summary>This machine's zypper; it looks for keys in its own root.</summary>
    private string Zypper(params string[] arguments)
    {
        var lists = _ground.Temp.MakeFolder("lists");
        File.WriteAllText(Path.Combine(lists, "ez.repo"), Read("etc/zypp/repos.d/ez.repo").Replace("file:///etc/zypp", "file://" + Root("box") + "/etc/zypp", StringComparison.Ordinal));
        return ToolRun.Run(
            "zypper", ["--root", Root("box"), "--reposd-dir", lists, "--cache-dir", _ground.Temp.MakeFolder("zypp-cache"), "--non-interactive", "--gpg-auto-import-keys", .. arguments]).Succeed().Output;
    }

    private string Installed() => string.Join(' ', ToolRun.Run("rpm", "--root", Root("box"), "--dbpath", "/var/lib/rpm", "-qa").Succeed().Lines.Where(line => !line.StartsWith("gpg-pubkey", StringComparison.Ordinal)).Order());

    private string Root(string name) => Ez.Succeed("env", "path", name).Output.TrimEnd();

    private string Read(string path) => File.ReadAllText(Path.Combine(Root("box"), path));

    /// <summary>Without the first line, which carries its digest.</summary>
    private string Text(string path) => Read(path) is var text ? text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..] : "";

    /// <summary>This machine's dnf, with the configuration of the environment; it looks for keys in its own root.</summary>
    private string DnfIn(params string[] arguments) => ToolRun.Run(
        "dnf",
        [
            "--installroot", Root("box"), "--releasever", "9", "--setopt=reposdir=" + Path.Combine(Root("box"), "etc/yum.repos.d"), "--setopt=cachedir=" + _ground.Temp.MakeFolder("cache"),
            $"--setopt=ez-baseos.gpgkey=file://{Path.Combine(Root("box"), Key)}", "--setopt=logdir=" + _ground.Temp.MakeFolder("log"), .. arguments,
        ]).Succeed().Output;

    private static string Fingerprints(string keyFile) =>
        string.Join('\n', ToolRun.Run("gpg", "--show-keys", "--with-colons", keyFile).Succeed().Lines.Where(line => line.StartsWith("fpr:", StringComparison.Ordinal)));
}
