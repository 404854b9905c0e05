using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>What recipes say beyond packages: files, hooks, what is left out, and instance data.</summary>
public sealed partial class SettingsTests : IDisposable
{
    private const string Sandbox = "configure: sandbox";
    private static readonly Lazy<GeneratedPackage> System = new(DpkgPackage.Make);

    private static readonly GeneratedPackage Base = new GeneratedPackage("base", "1") { Depends = "system", Conffiles = ["/etc/base.conf"] }
        .File("/etc/base.conf", "the package's\n").Folder("/srv")
        .Script("postinst", "#!/bin/sh\nset -e\ncat /etc/base.conf /etc/seen > /scripts-saw\necho the script\\'s > /etc/base.conf\n");

    private static readonly GeneratedPackage App = new GeneratedPackage("app", "2").File("/usr/share/app/file", "app's\n")
        .Script("postinst", "#!/bin/sh\nmkdir -p /var/lib/app/data && echo random > /var/lib/app/data/id && echo key > /etc/app.key\n");

    private readonly Ground _ground = new();

    public void Dispose() => _ground.Dispose();

    [Fact]
    public void Files_are_there_for_scripts_and_are_as_written_in_the_end_and_a_hook_has_the_last_word()
    {
        Publish();
        var recipe = _ground.Recipes.Os("box", "base", """
            configure: sandbox
            files: [{path: /etc/base.conf, text: "the recipe's\n", mode: "0600"}, {path: /bin/seen, text: "seen\n"}, {path: /etc/seen, text: "x\n"}]
            hooks: {after-configure: ["cat /etc/base.conf > /hooked; echo the hook > /etc/seen"]}
            """);
        _ground.Ez.Succeed("up", recipe);
        Assert.Equal("the recipe's\nx\n", Sh("box", "cat /scripts-saw"));
        Assert.Equal("the recipe's\n600\nthe recipe's\nthe hook\n", Sh("box", "cat /etc/base.conf; stat -c %a /etc/base.conf; cat /hooked /etc/seen"));
        Assert.Equal("seen\n", Sh("box", "cat /usr/bin/seen"));
        Assert.Equal($"{Ground.Day(0).ToUnixTimeSeconds()}\n", Sh("box", "stat -c %Y /usr/bin/seen"));
        _ground.Ez.Succeed("env", "remove", "box");
    }

    [Fact]
    public void Where_nothing_is_configured_files_are_there_all_the_same()
    {
        _ground.Publish(0, HostPrograms.Package(), Ground.Package("app", "1"));
        _ground.Recipes.Os("box", "programs", "files: [{path: /of-the-os, text: \"os\\n\"}]");
        _ground.Ez.Succeed("up", _ground.Recipes.App("web", "box", "app", "files: [{path: /usr/share/app/version, text: \"mine\\n\"}]"));
        Assert.Equal("os\nmine\n", _ground.Read("web", "of-the-os") + _ground.Read("web", "usr/share/app/version"));
        _ground.Ez.Succeed("env", "remove", "web");
    }

    [Theory]
    [InlineData("/usr/share/app", "that is a folder")]
    [InlineData("/usr/share/app/version/below/it", "`/usr/share/app/version` is no folder")]
    public void A_file_where_none_can_be_is_refused(string path, string why)
    {
        _ground.Publish(0, Ground.Package("app", "1"));
        Ground.Fails(
            _ground.Ez.Run("build", "--quiet", _ground.Recipes.Os("box", "app", $"files: [{{path: {path}, text: x}}]")), 2,
            $"ez: the recipe of `box` has the file `{path}`, and {why}\nhint: name another path in `files:`");
    }

    [Fact]
    public void A_hook_that_fails_is_a_failure_of_what_it_belongs_to()
    {
        Publish();
        var build = _ground.Ez.Run("build", _ground.Recipes.Os("bad", "base", "configure: sandbox\nfiles: [{path: /etc/seen, text: x}]\nhooks: {after-configure: [\"echo no luck; exit 3\"]}"));
        Assert.Equal(7, build.ExitCode);
        Assert.Contains("cannot configure `bad`: the hook `echo no luck; exit 3` failed with status 3\n  | no luck", build.Error, StringComparison.Ordinal);

        _ground.Ez.Succeed("build", _ground.Recipes.Os("box", "base", "configure: sandbox\nfiles: [{path: /etc/seen, text: x}]\nhooks: {after-create: [\"echo made > /srv/made\", \"test ! -e /srv/made\"]}"));
        var create = _ground.Ez.Run("env", "create", "one", "--template", "box");
        Assert.Equal(7, create.ExitCode);
        Assert.Contains("environment `one` was created, but `test ! -e /srv/made` ended there with 1", create.Error, StringComparison.Ordinal);
        Assert.Equal("made\n", _ground.Read("one", "srv/made"));
        _ground.Ez.Succeed("env", "remove", "one");
    }

    [Fact]
    public void A_hook_runs_after_each_move_to_another_version()
    {
        Publish();
        Os();
        string App(string text) => _ground.Recipes.App("web", "box", "app", $"files: [{{path: /text, text: {text}}}]\nhooks: {{after-remap: [\"cat /text >> /srv/moves; echo >> /srv/moves\"]}}");
        _ground.Ez.Succeed("up", App("one"));
        Assert.Equal("", Sh("web", "ls /srv"));
        _ground.Ez.Succeed("up", App("two"));
        _ground.Ez.Succeed("rollback", "web");
        Assert.Equal("two\none\n", Sh("web", "cat /srv/moves"));
        _ground.Ez.Succeed("env", "remove", "web");
    }

    [Fact]
    public void What_an_OS_leaves_out_is_what_dpkg_leaves_out_by_the_same_rules()
    {
        var documented = new GeneratedPackage("documented", "1") { Depends = "system" }
            .File("/usr/share/doc/documented/copyright", "(c)\n").File("/usr/share/doc/documented/README", "read\n").Link("/usr/share/doc/alias", "documented")
            .File("/usr/share/doc/documented/sub/deep", "deep\n").File("/usr/share/man/man1/x.1", "page\n").File("/usr/share/man/de/man1/x.1", "Seite\n")
            .File("/usr/share/info/x.info", "info\n").File("/usr/share/lintian/overrides/x", "x\n").File("/usr/share/locale/de/LC_MESSAGES/x.mo", "de\n")
            .File("/usr/share/locale/de_AT/LC_MESSAGES/x.mo", "at\n").File("/usr/share/locale/fr/LC_MESSAGES/x.mo", "fr\n").File("/usr/share/locale/locale.alias", "alias\n")
            .File("/usr/share/documented/kept", "kept\n");
        var onTop = new GeneratedPackage("on-top", "1").File("/usr/share/doc/on-top/README", "read\n").File("/usr/share/doc/on-top/copyright", "(c)\n");
        _ground.Publish(0, System.Value, documented, onTop);
        foreach (var (name, more) in (ReadOnlySpan<(string, string)>)[("undocumented", "docs: false"), ("german", "languages: [de]"), ("bare", "docs: false\nlanguages: []")])
        {
            _ground.Ez.Succeed("build", _ground.Recipes.Os(name, "documented", $"{Sandbox}\n{more}"));
            var app = _ground.Recipes.App("app-on-" + name, name, "on-top");
            _ground.Ez.Succeed("up", app);
            var view = _ground.Root("app-on-" + name);
            var rules = File.ReadAllLines(Path.Combine(view, "etc/dpkg/dpkg.cfg.d/ez-paths"));
            Assert.Equal(Unpacked(rules, name, "documented", "on-top"), Listed(view));
            Assert.Equal("", Sh("app-on-" + name, "dpkg --audit"));
            _ground.Ez.Succeed("env", "remove", "app-on-" + name);
        }
    }

    [Fact]
    public void Applications_come_to_an_environment_and_go_and_an_upgrade_takes_all_along()
    {
        _ground.Publish(0, HostPrograms.Package(), Ground.Package("server", "1"), Ground.Package("storage", "1"));
        _ground.Ez.Succeed("build", _ground.Recipes.Os("box", "programs"));
        _ground.Ez.Succeed("build", _ground.Recipes.App("web", "box", "server"), _ground.Recipes.App("data", "box", "storage"));
        _ground.Ez.Succeed("env", "create", "one", "--template", "box", "--with", "web");
        Assert.Equal("web@1.0.0", Version());
        _ground.Ez.Succeed("env", "exec", "one", "--", "sh", "-c", "echo mine > /mine");
        Assert.Equal("one: planned from web@1.0.0 to box@1.0.0+data@1.0.0+web@1.0.0 (its composition is made first)\n", _ground.Ez.Succeed("env", "add-app", "one", "data", "--dry-run").Output);
        Assert.Equal("one: remapped from web@1.0.0 to box@1.0.0+data@1.0.0+web@1.0.0\n", _ground.Ez.Succeed("env", "add-app", "one", "data").Output);
        Assert.Equal("mine\n1\n1\n", _ground.Read("one", "mine") + _ground.Read("one", "usr/share/server/version") + _ground.Read("one", "usr/share/storage/version"));
        Ground.Fails(_ground.Ez.Run("env", "add-app", "one", "web"), 2, "ez: environment `one` has `web@1.0.0` already\nhint: ez upgrade one moves it to newer versions");
        Ground.Fails(_ground.Ez.Run("env", "remove-app", "one", "nothing"), 2, "ez: environment `one` is on `box@1.0.0+data@1.0.0+web@1.0.0`, which has no application `nothing`\nhint: it has data, web");

        _ground.Publish(1, HostPrograms.Package(), Ground.Package("server", "2"), Ground.Package("storage", "1"));
        _ground.Ez.Succeed("update", _ground.Recipes.PathOf("web"));
        var compositions = Directory.GetFiles(Path.Combine(_ground.Ez.Store, "store", "compositions")).Length;
        Assert.Contains("planned", _ground.Ez.Succeed("upgrade", "--all", "--dry-run").Output, StringComparison.Ordinal);
        Assert.Equal(compositions, Directory.GetFiles(Path.Combine(_ground.Ez.Store, "store", "compositions")).Length);
        Assert.Equal("one: upgraded from box@1.0.0+data@1.0.0+web@1.0.0 to box@1.0.0+data@1.0.0+web@1.0.1\n", _ground.Ez.Succeed("upgrade", "--all").Output.Replace("remapped", "upgraded", StringComparison.Ordinal));
        Assert.Equal("2\n", _ground.Read("one", "usr/share/server/version"));
        Assert.Contains("unchanged", _ground.Ez.Succeed("upgrade", "one").Output, StringComparison.Ordinal);

        _ground.Ez.Succeed("env", "remove-app", "one", "web", "data");
        Assert.Equal("box@1.0.0", Version());
        Assert.Equal("mine\n", _ground.Read("one", "mine"));
        _ground.Ez.Succeed("rollback", "one");
        Assert.Equal("box@1.0.0+data@1.0.0+web@1.0.1", Version());
        _ground.Ez.Succeed("env", "remove", "one");
    }

    [Fact]
    public void Applications_that_bring_one_file_differently_are_named_before_anything_is_made()
    {
        _ground.Publish(0, HostPrograms.Package(), Ground.Package("server", "1"), Ground.Package("storage", "1"));
        _ground.Ez.Succeed("build", _ground.Recipes.Os("box", "programs", "files: [{path: /etc/motd, text: \"os\\n\"}]"));
        _ground.Ez.Succeed("build", _ground.Recipes.App("web", "box", "server", "files: [{path: /etc/motd, text: \"web\\n\"}, {path: /bin/same, text: same}]"));
        _ground.Ez.Succeed("build", _ground.Recipes.App("data", "box", "storage", "files: [{path: /usr/bin/same, text: same}]"));
        _ground.Ez.Succeed("build", _ground.Recipes.App("other", "box", "storage", "files: [{path: /bin/same, text: other}]"));
        _ground.Ez.Succeed("env", "create", "one", "--template", "box", "--with", "web", "--with", "data");
        Assert.Equal("web\nsame", _ground.Read("one", "etc/motd") + _ground.Read("one", "usr/bin/same"));
        var before = StoreSnapshot.Take(_ground.Ez.Store, "store/locks", "store/history");
        Ground.Fails(
            _ground.Ez.Run("env", "create", "two", "--template", "box", "--with", "data", "--with", "other"), 3,
            "ez: `data@1.0.0` and `other@1.0.0` do not go together: they both bring the file `/usr/bin/same`, with other content or another mode\nhint: leave it out of `files:` in one of the two recipes, or say the same in both");
        before.AssertSame(StoreSnapshot.Take(_ground.Ez.Store, "store/locks", "store/history"));
        _ground.Ez.Succeed("env", "remove", "one");
    }

    [Fact]
    public void What_one_application_names_is_not_automatic_because_another_needs_it()
    {
        var apt = new GeneratedPackage("apt", "1").File("/usr/bin/apt-get", "#!/bin/sh\n", 0x1ED).Folder("/var/lib/apt");
        _ground.Publish(0, System.Value, Base, apt, Ground.Package("library", "1"), Ground.Package("server", "1", "library"), Ground.Package("admin", "1", "server"));
        _ground.Ez.Succeed("build", _ground.Recipes.Os("box", "base, apt", Sandbox + "\nfiles: [{path: /etc/seen, text: x}]"));
        _ground.Ez.Succeed("build", _ground.Recipes.App("admin", "box", "admin"), _ground.Recipes.App("web", "box", "server"));
        foreach (var (with, automatic) in (ReadOnlySpan<(string[], string[])>)[(["admin"], ["library", "server", "system"]), (["admin", "web"], ["library", "system"])])
        {
            _ground.Ez.Succeed(["env", "create", "one", "--template", "box", .. with.SelectMany(app => (string[])["--with", app])]);
            var states = _ground.Read("one", "var/lib/apt/extended_states").Split('\n');
            Assert.Equal(automatic, states.Where(line => line.StartsWith("Package: ", StringComparison.Ordinal)).Select(line => line["Package: ".Length..]).Order(StringComparer.Ordinal));
            _ground.Ez.Succeed("env", "remove", "one");
        }
    }

    [Fact]
    public void Environments_get_APT_sources_with_the_host_s_mirror_and_key_and_the_recipe_may_say_no()
    {
        var apt = new GeneratedPackage("apt", "1").File("/usr/bin/apt-get", "#!/bin/sh\n", 0x1ED).Folder("/etc/apt/sources.list.d");
        _ground.Publish(0, HostPrograms.Package(), apt);
        _ground.Ez.Succeed("up", _ground.Recipes.Os("box", "programs, apt"));
        var sources = _ground.Read("box", "etc/apt/sources.list.d/ez.sources");
        Assert.Contains($"Types: deb\nURIs: {_ground.Server.Address.ToString().TrimEnd('/')}/\nSuites: stable-one\nComponents: main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n ", sources, StringComparison.Ordinal);
        Assert.DoesNotContain("ez.sources", _ground.Ez.Succeed("env", "diff", "box").Output, StringComparison.Ordinal);
        var key = _ground.Temp.WriteFile("key.asc", string.Join('\n', sources.Split("Signed-By:\n")[1].Split('\n').Select(line => line == " ." ? "" : line.TrimStart())));
        Assert.Equal(Fingerprints(_ground.Repository.KeyFile), Fingerprints(key));

        // Another key, and a component more: a move brings them, unless the file was edited.
        var recipe = File.ReadAllText(_ground.Recipes.PathOf("box"));
        File.WriteAllText(_ground.Recipes.PathOf("box"), recipe.Replace("components: [main]", "components: [main, extra]", StringComparison.Ordinal));
        _ground.Repository.Publish(new PublishOptions { Date = Ground.Day(1), Components = ["main", "extra"] }, HostPrograms.Package(), apt, Ground.Package("more", "1") with { Component = "extra" });
        _ground.Ez.Succeed("up", _ground.Recipes.PathOf("box"));
        Assert.Contains("\nComponents: main extra\n", _ground.Read("box", "etc/apt/sources.list.d/ez.sources"), StringComparison.Ordinal);
        _ground.Ez.Succeed("rollback", "box");
        Assert.Equal(sources, _ground.Read("box", "etc/apt/sources.list.d/ez.sources"));

        File.AppendAllText(Path.Combine(_ground.Root("box"), "etc/apt/sources.list.d/ez.sources"), "# mine\n");
        _ground.Ez.Succeed("upgrade", "box");
        Assert.EndsWith("# mine\n", _ground.Read("box", "etc/apt/sources.list.d/ez.sources"), StringComparison.Ordinal);
        Assert.Contains("ez.sources", _ground.Ez.Succeed("env", "diff", "box").Output, StringComparison.Ordinal);

        _ground.Ez.Succeed("up", _ground.Recipes.Os("quiet", "programs, apt", "write-sources: false"));
        Assert.False(File.Exists(Path.Combine(_ground.Root("quiet"), "etc/apt/sources.list.d/ez.sources")));
        _ground.Ez.Succeed("env", "remove", "box", "quiet");
    }

    private static string Fingerprints(string keyFile) =>
        string.Join('\n', ToolRun.Run("gpg", "--show-keys", "--with-colons", keyFile).Succeed().Lines.Where(line => line.StartsWith("fpr:", StringComparison.Ordinal)));

    /// <summary>What this machine's dpkg unpacks of the packages by those rules, below /usr/share.</summary>
    private string[] Unpacked(IReadOnlyList<string> rules, string name, params IReadOnlyList<string> packages)
    {
        var root = _ground.Temp.MakeFolder("unpacked-" + name);
        foreach (var folder in (ReadOnlySpan<string>)["var/lib/dpkg/info", "var/lib/dpkg/updates"])
        {
            Directory.CreateDirectory(Path.Combine(root, folder));
        }

        File.WriteAllText(Path.Combine(root, "var/lib/dpkg/status"), "");
        var archives = packages.Select(package => Directory.EnumerateFiles(_ground.Repository.Root, package + "_*.deb", SearchOption.AllDirectories).First());
        ToolRun.Run("dpkg", [$"--root={root}", "--force-depends", "--log=/dev/null", .. rules.Select(rule => "--" + rule), "--unpack", .. archives]).Succeed();
        return Listed(root);
    }

    private static string[] Listed(string root) =>
        [.. new DirectoryInfo(Path.Combine(root, "usr/share")).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Select(info => Path.GetRelativePath(root, info.FullName)).Order(StringComparer.Ordinal)];

    private string PathOfBox() => _ground.Recipes.PathOf("box");

    private string Version() => _ground.Json("env", "list").GetProperty("environments")[0].GetProperty("version").GetString()!;

    private void Publish() => _ground.Publish(0, System.Value, Base, App);

    private void Os() => _ground.Recipes.Os("box", "base", Sandbox + "\nfiles: [{path: /etc/seen, text: x}]");

    private string Sh(string environment, string script) => _ground.Ez.Succeed("env", "exec", environment, "--", "sh", "-c", script).Output;
}
