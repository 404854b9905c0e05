using EzTemplates.Domain;
using EzTemplates.Formats.Recipes;
using Xunit;

namespace EzTemplates.Formats.Tests.Recipes;

public sealed class RecipeYamlTests
{
    private const string App = """
        # an application
        format: 1
        name: nginx
        kind: app
        version: "1.0"
        base: debian-12@[1.0,2.0)
        packages: [nginx, "openssl >= 3.0.11", libc6:i386, "perl:any (<< 5.40~)"]
        """;

    private const string Os = """
        format: 1
        name: debian-12
        kind: os
        version: 1.10
        family: deb
        architecture: amd64
        repositories:
          - id: debian
            mirrors: [host]
            suites: [bookworm, bookworm-updates]
            components: [main]
            keys: host
            priority: 500
          - {id: sec, mirrors: ["https://example.org/debian"], suites: [bookworm-security], components: [main], keys: keys/sec.asc}
          - {id: own, mirrors: ["http://localhost:8080/x"], suites: [stable/updates], components: [main], keys: [0123 4567 89ab cdef 0123 4567 89AB CDEF 0123 4567], priority: 100}
          - {id: open, mirrors: [host], suites: [x], components: [main], trust: unsigned}
        packages: [apt, bash]
        include-essential: false
        recommends: true
        prefer: smallest
        exclude: [systemd]
        hold: [{package: openssl, version: "3.0.*", reason: "because", expires: 2026-12-31}]
        update: {class: all, cooldown: 0d}
        configure: none
        docs: true
        files: []
        hooks: {after-create: []}
        devices: allow
        keep: {versions: 7}
        """;

    [Fact]
    public void An_app_is_read()
    {
        var recipe = Assert.IsType<AppRecipe>(RecipeYaml.Read(App, "/r/nginx.yaml"));
        Assert.Equal(("nginx", new RecipeVersion(1, 0)), (recipe.Name, recipe.Version));
        Assert.Equal("debian-12@[1.0,2.0)", recipe.Base.ToString());
        Assert.True(recipe.Base.Range.Satisfies(new NuGet.Versioning.NuGetVersion("1.9.3")));
        Assert.False(recipe.Base.Range.Satisfies(new NuGet.Versioning.NuGetVersion("2.0.0")));
        Assert.Equal(
            [
                new("nginx"), new("openssl", VersionRelation.GreaterOrEqual, "3.0.11"), new("libc6", Architecture: "i386"),
                new("perl", VersionRelation.Less, "5.40~", "any"),
            ],
            recipe.Packages);
        Assert.Equal((5, false, AlternativePreference.Maintainers), (recipe.KeepVersions, recipe.Recommends, recipe.Prefer));
    }

    [Fact]
    public void An_OS_is_read()
    {
        var recipe = Assert.IsType<OsRecipe>(RecipeYaml.Read(Os, "/r/debian-12.yaml"));
        Assert.Equal(new RecipeVersion(1, 10), recipe.Version);
        Assert.Equal(("amd64", false, true, true, 7), (recipe.Architecture, recipe.IncludeEssential, recipe.Recommends, recipe.AllowDevices, recipe.KeepVersions));
        Assert.Equal(AlternativePreference.Smallest, recipe.Prefer);
        Assert.Equal(["systemd"], recipe.Exclude);
        Assert.Equal([new PackageHold("openssl", "3.0.*", "because", new DateOnly(2026, 12, 31))], recipe.Hold);
        Assert.Equal(["debian", "sec", "own", "open"], recipe.Repositories.Select(r => r.Id));
        Assert.Equal(["bookworm", "bookworm-updates"], recipe.Repositories[0].Suites);
        Assert.IsType<KeySource.Host>(recipe.Repositories[0].Keys);
        Assert.Equal("/r/keys/sec.asc", Assert.IsType<KeySource.KeyFile>(recipe.Repositories[1].Keys).FullPath);
        Assert.Equal(["0123456789ABCDEF0123456789ABCDEF01234567"], Assert.IsType<KeySource.Fingerprints>(recipe.Repositories[2].Keys).Allowed);
        Assert.Equal((100, true), (recipe.Repositories[2].Priority, recipe.Repositories[3].TrustUnsigned));
    }

    [Fact]
    public void The_digest_is_of_the_meaning()
    {
        var digest = RecipeYaml.Read(Os, "/r/a.yaml").Digest;
        var lines = Os.Split('\n');
        var reordered = string.Join('\n', lines.Where(l => !l.StartsWith("name", StringComparison.Ordinal)).Append("name:   'debian-12'   # moved"));
        Assert.Equal(digest, RecipeYaml.Read(reordered, "/elsewhere/b.yaml").Digest);
        Assert.Equal(digest, RecipeYaml.Read(Os.Replace("    priority: 500\n", "", StringComparison.Ordinal).Replace("docs: true\n", "", StringComparison.Ordinal), "/r/a.yaml").Digest);
        foreach (var (from, to) in new[]
        {
            ("1.10", "1.1"), ("amd64", "arm64"), ("[apt, bash]", "[bash, apt]"), ("keys/sec.asc", "keys/other.asc"), ("7}", "8}"), ("devices: allow", "devices: refuse"),
            ("recommends: true", "recommends: false"), ("smallest", "maintainers"), ("priority: 100", "priority: 101"), ("[systemd]", "[systemd, x]"), ("because", "so"), ("[host]", "['https://x.example']"),
        })
        {
            Assert.NotEqual(digest, RecipeYaml.Read(Os.Replace(from, to, StringComparison.Ordinal), "/r/a.yaml").Digest);
        }
    }

    [Fact]
    public void A_fingerprint_may_have_a_file_which_is_no_part_of_the_meaning()
    {
        const string alone = "keys: [0123 4567 89ab cdef 0123 4567 89AB CDEF 0123 4567]", named = "keys: [{file: keys/own.asc, fingerprint: 0123 4567 89ab cdef 0123 4567 89AB CDEF 0123 4567}]";
        var recipe = RecipeYaml.Read(Os.Replace(alone, named, StringComparison.Ordinal), "/r/debian-12.yaml");
        var keys = Assert.IsType<KeySource.Fingerprints>(recipe.Repositories[2].Keys);
        Assert.Equal(["0123456789ABCDEF0123456789ABCDEF01234567"], keys.Allowed);
        Assert.Equal([new NamedKeyFile("/r/keys/own.asc", "keys/own.asc", "0123456789ABCDEF0123456789ABCDEF01234567")], keys.Files);
        Assert.Equal(RecipeYaml.Read(Os, "/r/debian-12.yaml").Digest, recipe.Digest);
    }

    [Theory]
    [InlineData("[{file: keys/own.asc}]", "the key has no `fingerprint`")]
    [InlineData("[{fingerprint: 0123456789ABCDEF0123456789ABCDEF01234567}]", "the key has no `file`")]
    [InlineData("[{file: keys/own.asc, fingerprint: 0123}]", "`0123` is not a key's fingerprint")]
    [InlineData("[{file: keys/own.asc, fingerprint: 0123456789ABCDEF0123456789ABCDEF01234567, id: x}]", "unknown key `id` in the key")]
    [InlineData("[{file: '', fingerprint: 0123456789ABCDEF0123456789ABCDEF01234567}]", "`file` is empty")]
    public void A_key_that_is_not_named_whole_is_refused(string keys, string why)
    {
        var text = Os.Replace("keys: [0123 4567 89ab cdef 0123 4567 89AB CDEF 0123 4567]", "keys: " + keys, StringComparison.Ordinal);
        Assert.Contains(why, Assert.Throws<EzException>(() => RecipeYaml.Read(text, "/r/debian-12.yaml")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_recipe_says_beyond_packages_is_read_and_is_part_of_its_meaning()
    {
        const string more = """
            files: [{path: /etc/motd, text: "hällo\n"}, {path: /usr/local/bin/x, text: "#!/bin/sh\n", mode: "0755"}]
            debconf: {"tzdata/Zones/Europe": Berlin, "tzdata/Areas": Europe}
            languages: [pt_BR, de, de]
            hooks: {after-configure: [a], after-create: [b, c], after-remap: [d]}
            instance-data: [{path: /var/lib/mysql, command: mariadb-install-db}, {path: "/etc/x/*.key"}]
            write-sources: false
            """;
        var os = Os.Replace("docs: true", "docs: false", StringComparison.Ordinal).Replace("configure: none", "configure: sandbox", StringComparison.Ordinal)
            .Replace("files: []\n", "", StringComparison.Ordinal).Replace("hooks: {after-create: []}\n", "", StringComparison.Ordinal) + "\n" + more;
        var settings = RecipeYaml.Read(os, "/r/a.yaml").Settings;
        Assert.Equal([("/etc/motd", "hällo\n", "644"), ("/usr/local/bin/x", "#!/bin/sh\n", "755")], settings.Files.Select(file => (file.Path.ToString(), file.Text, Convert.ToString(file.Mode, 8))));
        Assert.Equal([new("tzdata/Areas", "Europe"), new("tzdata/Zones/Europe", "Berlin")], settings.Debconf);
        Assert.Equal(["de", "pt_BR"], settings.Languages!);
        Assert.Equal("a / b, c / d", string.Join(" / ", new[] { settings.AfterConfigure, settings.AfterCreate, settings.AfterRemap }.Select(commands => string.Join(", ", commands))));
        Assert.Equal([("/var/lib/mysql", "mariadb-install-db"), ("/etc/x/*.key", null)], settings.InstanceData.Select(data => (data.Pattern, data.Command)));
        Assert.Equal((false, false, true), (settings.Docs, settings.WriteSources, settings.AllowDevices));

        var digest = RecipeYaml.Read(os, "/r/a.yaml").Digest;
        foreach (var (from, to) in new[]
        {
            ("hällo", "hallo"), ("0755", "0750"), ("Berlin", "Paris"), ("pt_BR", "pt"), ("[a]", "[x]"), ("[b, c]", "[c, b]"), ("[d]", "[]"),
            ("-install-db", "-install"), ("*.key", "*.pem"), ("write-sources: false", "write-sources: true"), ("docs: false", "docs: true"),
        })
        {
            Assert.NotEqual(digest, RecipeYaml.Read(os.Replace(from, to, StringComparison.Ordinal), "/r/a.yaml").Digest);
        }
    }

    [Theory]
    [InlineData("packages: [nginx", "pakages: [nginx", "`n.yaml`, line 7, column 1: unknown key `pakages` in the recipe", "did you mean `packages`?")]
    [InlineData("kind: app\n", "", "`n.yaml`, line 2, column 1: the recipe has no `kind`", "add `kind: os` or `kind: app`")]
    [InlineData("base: debian-12@[1.0,2.0)\n", "", "`n.yaml`, line 2, column 1: the recipe has no `base`", "add `base:`; see README, \"Recipes\"")]
    [InlineData("name: nginx", "name: nginx\nqqqqqqqqqq: 1", "`n.yaml`, line 4, column 1: unknown key `qqqqqqqqqq` in the recipe", "the recipe can have: architecture, base, configure, debconf, devices, docs, exclude, family, files, format, groups, health, hold, hooks, include-essential, instance-data, keep, kind, languages, modules, name, packages, pins, prefer, recommends, relocate, repositories, update, version, write-sources")]
    [InlineData("name: nginx", "name: nginx\nexlude: []", "`n.yaml`, line 4, column 1: unknown key `exlude` in the recipe", "did you mean `exclude`?")]
    [InlineData("name: nginx", "name: nginx\nname: x", "`n.yaml`, line 4, column 1: the key `name` stands twice; the first is in line 3", null)]
    [InlineData("name: nginx", "name: [nginx]", "`n.yaml`, line 3, column 7: `name` is a list; it must be one string", null)]
    [InlineData("name: nginx", "name:", "`n.yaml`, line 3, column 6: `name` has no value", null)]
    [InlineData("name: nginx", "name: Nginx", "`n.yaml`, line 3, column 7: `Nginx` is not a name", "names have lower-case letters, digits and + . -, and start with a letter or digit")]
    [InlineData("name: nginx", "name: &a nginx", "`n.yaml`, line 3, column 7: the anchor `&a` is not allowed here", "write the value out where it is needed")]
    [InlineData("name: nginx", "name: *a", "`n.yaml`, line 3, column 7: the alias `*a` is not allowed here", "write the value out")]
    [InlineData("name: nginx", "name: !!str nginx", "`n.yaml`, line 3, column 7: the tag `tag:yaml.org,2002:str` is not allowed here", "leave it out: every scalar is a string")]
    [InlineData("kind: app", "kind: ap", "`n.yaml`, line 4, column 7: `kind` is `ap`; it can be `os` or `app`", "did you mean `app`?")]
    [InlineData("kind: app", "kind: app\nfamily: deb", "`n.yaml`, line 5, column 1: `family` does not belong in a recipe of `kind: app`: an app has that of its base", null)]
    [InlineData("\"1.0\"", "1.0.1", "`n.yaml`, line 5, column 10: `version` is `1.0.1`; it must be major.minor, the lock adds the third number", "version: \"1.0\"")]
    [InlineData("@[1.0,2.0)", "", "`n.yaml`, line 6, column 7: `base` is `debian-12`; it must be an OS template and a version range", "base: debian-12@[1.0,2.0)")]
    [InlineData("[nginx,", "[/usr/bin/x,", "`n.yaml`, line 7, column 12: `/usr/bin/x` names a file; DEB recipes take packages only", "name the package that has it")]
    [InlineData("[nginx,", "[Nginx,", "`n.yaml`, line 7, column 12: `Nginx` is not a package name", "names have lower-case letters, digits and + . -")]
    [InlineData("[nginx,", "[nginx 1.2,", "`n.yaml`, line 7, column 12: `nginx 1.2` is not a package", "write `name`, `name >= 1.2` or `name:architecture`")]
    [InlineData("name: nginx", "name: nginx\nhealth: [{run: x}]", "`n.yaml`, line 4, column 1: `health` is not supported by this version", "leave it out; README, \"Recipes\", lists what a recipe can have")]
    [InlineData("name: nginx", "name: nginx\nhooks: {after-boot: [x]}", "`n.yaml`, line 4, column 9: unknown key `after-boot` in the hooks", "the hooks can have: after-configure, after-create, after-remap")]
    [InlineData("name: nginx", "name: nginx\nfiles: [{path: /a, text: x}, {path: /a, text: y}]", "`n.yaml`, line 4, column 1: `files` has `/a` twice", "leave one of them out")]
    [InlineData("name: nginx", "name: nginx\nfiles: [{path: /a/../b, text: x}]", "`n.yaml`, line 4, column 16: `/a/../b` is not a path", "an absolute path without `..`: path: /etc/motd")]
    [InlineData("name: nginx", "name: nginx\nfiles: [{path: /a, text: x, mode: \"4755\"}]", "`n.yaml`, line 4, column 29: `4755` is no mode", "three octal digits, in quotes: mode: \"0644\"")]
    [InlineData("name: nginx", "name: nginx\nfiles: [{path: /a, text: x, mode: \"0644\\n\"}]", "`n.yaml`, line 4, column 29: `0644\n` is no mode", "three octal digits, in quotes: mode: \"0644\"")]
    [InlineData("name: nginx", "name: nginx\ndebconf: {areas: Europe}", "`n.yaml`, line 4, column 11: `areas` is no question of debconf", "debconf: {\"tzdata/Areas\": Europe}")]
    [InlineData("name: nginx", "name: nginx\nconfigure: none\nhooks: {after-configure: [x]}", "`n.yaml`, line 5, column 1: `hooks` has `after-configure`, and with `configure: none` nothing is configured", "configure: sandbox")]
    [InlineData("name: nginx", "name: nginx\nconfigure: chroot", "`n.yaml`, line 4, column 12: `configure` is `chroot`; it can be `sandbox` or `none`", null)]
    [InlineData("name: nginx", "name: nginx\ndocs: false", "`n.yaml`, line 4, column 1: `docs` does not belong in a recipe of `kind: app`: an app has that of its base", null)]
    [InlineData("name: nginx", "name: nginx\nupdate: {cooldown: 7d}", "`n.yaml`, line 4, column 10: `cooldown: 7d` is not supported by this version", "leave it out; README, \"Recipes\", lists what a recipe can have")]
    [InlineData("name: nginx", "name: nginx\nupdate: {clas: all}", "`n.yaml`, line 4, column 10: unknown key `clas` in the update policy", "did you mean `class`?")]
    [InlineData("format: 1", "format: 2", "`n.yaml`, line 2, column 9: `format` is `2`; this ez reads format 1", null)]
    [InlineData("name: nginx", "name: nginx\nrecommends: yes", "`n.yaml`, line 4, column 13: `recommends` is `yes`; it can be true or false", null)]
    public void Errors_in_an_app(string from, string to, string message, string? hint) => AssertError(App, from, to, message, hint);

    [Theory]
    [InlineData("family: deb", "family: rpm", "`n.yaml`, line 18, column 1: `include-essential` does not belong in a recipe of `family: rpm`", "ez help recipe")]
    [InlineData("family: deb", "family: snap", "`n.yaml`, line 5, column 9: `family` is `snap`; it can be `deb` or `rpm`", null)]
    [InlineData("family: deb", "base: x@1.0", "`n.yaml`, line 5, column 1: `base` does not belong in a recipe of `kind: os`: only an app has one", null)]
    [InlineData("    keys: host\n", "", "`n.yaml`, line 8, column 5: the repository has no `keys`", "add `keys:`; see README, \"Recipes\"")]
    [InlineData("    keys: host\n", "    key: host\n", "`n.yaml`, line 12, column 5: unknown key `key` in the repository", "did you mean `keys`?")]
    [InlineData("    priority: 500\n", "    prority: 500\n", "`n.yaml`, line 13, column 5: unknown key `prority` in the repository", "did you mean `priority`?")]
    [InlineData("    priority: 500\n", "    metalink: x\n", "`n.yaml`, line 13, column 5: `metalink` does not belong in a repository of `family: deb`", "ez help recipe")]
    [InlineData("https://example.org/debian", "ftp://example.org/debian", "`n.yaml`, line 14, column 25: `ftp://example.org/debian` is not a mirror's URL", "mirrors: [https://...], or [host] for this machine's own")]
    [InlineData("id: sec", "id: debian", "`n.yaml`, line 14, column 5: two repositories have one id", null)]
    [InlineData("trust: unsigned", "trust: yes", "`n.yaml`, line 16, column 66: `trust` is `yes`; it can only be `unsigned`", null)]
    [InlineData("2026-12-31", "31.12.2026", "`n.yaml`, line 22, column 73: `expires` is `31.12.2026`; it must be a day such as 2026-12-31", null)]
    [InlineData("versions: 7", "versions: 0", "`n.yaml`, line 29, column 18: `versions` is `0`; it can be a number from 1 to 10000", null)]
    public void Errors_in_an_OS(string from, string to, string message, string? hint) => AssertError(Os, from, to, message, hint);

    [Theory]
    [InlineData("", "`n.yaml`, line 1, column 1: the file is empty")]
    [InlineData("- a", "`n.yaml`, line 1, column 1: the recipe is a list; it must be a mapping of keys to values")]
    [InlineData("format: 1\n---\nformat: 1\n", "`n.yaml`, line 2, column 1: the file holds more than one document")]
    [InlineData("{[a]: b}", "`n.yaml`, line 1, column 2: a key is a list; keys are names")]
    public void Errors_in_the_file(string text, string message) =>
        Assert.Equal(message, Assert.Throws<EzException>(() => RecipeYaml.Read(text, "n.yaml")).Message);

    [Theory]
    [InlineData("a: [1")]
    [InlineData("a: \"x")]
    [InlineData("a:\n\tb: 1")]
    public void What_is_no_yaml_says_where(string text)
    {
        var e = Assert.Throws<EzException>(() => RecipeYaml.Read(text, "n.yaml"));
        Assert.Equal(FailureKind.Usage, e.Kind);
        Assert.Matches("^`n.yaml`, line [1-9][0-9]*, column [1-9][0-9]*: not YAML: ", e.Message);
    }

    [Fact]
    public void Nesting_has_a_limit() =>
        Assert.Contains("nested too deeply", Assert.Throws<EzException>(() => RecipeYaml.Read(new string('[', 5000), "n")).Message, StringComparison.Ordinal);

    [Fact]
    public void The_machine_s_configuration_is_read_strictly()
    {
        var config = MachineConfigYaml.Read("mirrors: {debian: ['https://a.example/debian', 'http://b.example/d'], ubuntu: []}", "c");
        Assert.Equal(["https://a.example/debian", "http://b.example/d"], config.Mirrors["debian"]);
        Assert.Empty(MachineConfigYaml.Read("# nothing\n", "c").Mirrors);
        var e = Assert.Throws<EzException>(() => MachineConfigYaml.Read("mirors: {}", "/etc/ez/config.yaml"));
        Assert.Equal("`/etc/ez/config.yaml`, line 1, column 1: unknown key `mirors` in the configuration", e.Message);
        Assert.Equal("did you mean `mirrors`?", e.Hint);
        Assert.Throws<EzException>(() => MachineConfigYaml.Read("mirrors: {debian: [host]}", "c"));
    }

    private static void AssertError(string recipe, string from, string to, string message, string? hint)
    {
        var text = recipe.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(recipe, text);
        var e = Assert.Throws<EzException>(() => RecipeYaml.Read(text, "n.yaml"));
        Assert.Equal(message, e.Message);
        Assert.Equal(hint, e.Hint);
        Assert.Equal(FailureKind.Usage, e.Kind);
    }
}
