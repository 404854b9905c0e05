using EzTemplates.Domain;

namespace EzTemplates.Formats.Recipes;

/// <summary>
/// Every key of a recipe, once. A new key is an entry here and a line in the reader that asks for it; the reader refuses to ask for what
/// is not here, and a test refuses what is here and is not asked for.
/// </summary>
public static class RecipeKeys
{
    private const string NamePattern = "^[A-Za-z0-9][a-z0-9+.-]*$";

    private static readonly KeyValue AnyText = new KeyValue.Text();
    private static readonly KeyValue Package = new KeyValue.Text("^[A-Za-z0-9_][A-Za-z0-9+._-]*$");
    private static readonly KeyValue Fingerprint = new KeyValue.Text("^[0-9A-Fa-f ]{40,}$");
    private static readonly KeyValue Address = new KeyValue.Text("^https?://.*$");

    public static KeyTable Hold { get; } = new(
        "hold",
        new("package", Package, "The package to hold.", "package: openssl") { IsRequired = true },
        new("version", AnyText, "The versions it is held at; `*` stands for anything.", "version: \"3.0.*\"") { IsRequired = true },
        new("reason", AnyText, "Why, for whoever finds the hold.", "reason: \"ticket 4711\"") { IsRequired = true },
        new("expires", new KeyValue.Text("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), "The day after which the hold does not count any more.", "expires: 2026-12-31") { OtherwiseText = "never" });

    public static KeyTable Pin { get; } = new(
        "pin",
        new("package", AnyText, "A package's name; `*` in it stands for anything, and alone for whole sources.", "package: nginx*") { IsRequired = true },
        new("version", AnyText, "The versions that it speaks of; `*` stands for anything.", "version: \"1.24.*\"") { OtherwiseText = "any" },
        new("source", AnyText, "The repository and suite that it speaks of, or the RPM repository; `*` stands for anything.", "source: debian/bookworm-backports") { OtherwiseText = "any" },
        new("priority", new KeyValue.Number(-32768, 32767, 500), "As in APT, also with `family: rpm`: the highest wins, below 1 forbids, 500 is what no pin speaks of.", "priority: 700") { IsRequired = true });

    public static KeyTable Keep { get; } = new(
        "keep policy",
        new KeyEntry("versions", new KeyValue.Number(1, 10_000, 5), "How many of the newest versions of the template the store keeps.", "versions: 5"));

    public static KeyTable Update { get; } = new(
        "update policy",
        new("class", new KeyValue.Word("all", "security", "none"), "Which updates `ez update` takes: all, those of security suites or advisories, or none.", "class: all"),
        new("cooldown", new KeyValue.Text("^0d?$"), "How long a package must have been published before it is taken.", "cooldown: 0d") { OtherwiseText = "0d" },
        new("schedule", new KeyValue.Empty(), "When the nightly job updates this recipe.", "schedule: nightly"));

    public static KeyTable NamedKey { get; } = new(
        "key",
        new("file", AnyText, "A key file beside the recipe.", "file: keys/RPM-GPG-KEY-Rocky-9") { IsRequired = true },
        new("fingerprint", Fingerprint, "The key that must be in the file, and the only one in it that counts.", "fingerprint: 21CB256AE16FC54C6E652949702D426D350D275D") { IsRequired = true });

    public static KeyTable Repository { get; } = new(
        "repository",
        new("id", new KeyValue.Text(NamePattern), "A name for the repository; locks and `--mirror ID=URL` refer to it.", "id: debian") { IsRequired = true },
        new(
            "mirrors",
            new KeyValue.List(new KeyValue.Text("^(host|https?://.*)$"), 1),
            "Archive roots, in order of preference. `host` means those that this machine's own APT or DNF configuration, or ez's, has for this archive.",
            "mirrors: [host]")
        { OtherwiseText = "an RPM repository may have `mirrorlist` or `metalink` instead" },
        new("suites", new KeyValue.List(AnyText, 1), "Suites or codenames below `dists/`.", "suites: [bookworm, bookworm-updates]") { Family = PackageFamily.Deb, OtherwiseText = "a DEB repository needs one" },
        new("components", new KeyValue.List(AnyText, 1), "Components of the suites.", "components: [main]") { Family = PackageFamily.Deb, OtherwiseText = "a DEB repository needs one" },
        new(
            "keys",
            new KeyValue.Either(AnyText, new KeyValue.List(new KeyValue.Either(Fingerprint, new KeyValue.Mapping(NamedKey)), 1)),
            "Whose signature counts: `host` (the keys that this machine's APT or DNF has for that very archive), a key file beside the recipe, or a list of fingerprints, each alone, for a key that this machine has, or with the file beside the recipe that has it. Required unless `trust: unsigned`.",
            "keys: host"),
        new("trust", new KeyValue.Word("unsigned", "packages"), "`unsigned` takes a repository without any signature; `packages` an RPM one whose packages are signed and whose metadata is not.", "trust: unsigned") { OtherwiseText = "signed" },
        new("priority", new KeyValue.Number(-32768, 32767, RepositorySpec.DefaultPriority), "Of two DEB repositories that have a package, the one with the higher number wins; of two RPM ones, that with the lower.", "priority: 500") { OtherwiseText = "500; 99 with `family: rpm`" },
        new("mirrorlist", Address, "Where to find a list of mirrors.", "mirrorlist: https://example.org/mirrors") { Family = PackageFamily.Rpm, OtherwiseText = "none" },
        new("metalink", Address, "Where to find a metalink of mirrors, which also says what their repomd.xml must be.", "metalink: https://example.org/metalink") { Family = PackageFamily.Rpm, OtherwiseText = "none" },
        new("only", new KeyValue.List(AnyText), "The only packages that are taken from this repository; `*` stands for anything.", "only: [nginx*]") { Family = PackageFamily.Rpm, OtherwiseText = "all" },
        new("except", new KeyValue.List(AnyText), "Packages that are never taken from this repository; `*` stands for anything.", "except: [nginx*]") { Family = PackageFamily.Rpm });

    public static KeyTable File { get; } = new(
        "file",
        new("path", new KeyValue.Text("^/."), "Where it lies. What a package has there makes way.", "path: /etc/motd") { IsRequired = true },
        new("text", AnyText, "What is in it, byte for byte.", "text: \"Welcome\\n\"") { IsRequired = true },
        new("mode", new KeyValue.Text("^0?[0-7]{3}$"), "Its permissions.", "mode: \"0644\"") { OtherwiseText = "0644" });

    public static KeyTable Hooks { get; } = new(
        "hooks",
        new("after-configure", new KeyValue.List(AnyText), "Shell commands that run in the sandbox, when all packages are configured.", "after-configure: [\"rm /etc/nginx/sites-enabled/default\"]"),
        new("after-create", new KeyValue.List(AnyText), "Shell commands that run in an environment, once it is made.", "after-create: [\"mkdir /srv/www\"]"),
        new("after-remap", new KeyValue.List(AnyText), "Shell commands that run in an environment, whenever it was moved to another version.", "after-remap: [\"nginx -t\"]"));

    public static KeyTable Instance { get; } = new(
        "instance data",
        new("path", new KeyValue.Text("^/."), "A path that is in no template, with all below it; `*` stands for anything but a slash.", "path: /var/lib/mysql") { IsRequired = true },
        new("command", AnyText, "The shell command that makes it, at the first command in an environment.", "command: mariadb-install-db --user=mysql") { OtherwiseText = "the software makes it itself" });

    public static KeyTable Recipe { get; } = new(
        "recipe",
        new("format", new KeyValue.Word("1"), "The number of the recipe format: 1.", "format: 1") { IsRequired = true },
        new("name", new KeyValue.Text(NamePattern), "The template's name; the file is called NAME.yaml.", "name: nginx") { IsRequired = true },
        new("kind", new KeyValue.Word("os", "app"), "An OS template, or an application on one.", "kind: app") { IsRequired = true },
        new("version", new KeyValue.Text("^(0|[1-9][0-9]{0,8})\\.(0|[1-9][0-9]{0,8})$"), "The recipe's own major.minor; the lock adds a third number that counts changes.", "version: \"1.0\"") { IsRequired = true },
        new("base", new KeyValue.Text("^[^@]+@[^*]+$"), "The OS template that the application stands on, and the versions of it that will do.", "base: debian-12@[1.0,2.0)") { IsRequired = true, Place = KeyPlace.App },
        new("family", new KeyValue.Word("deb", "rpm"), "The kind of packages.", "family: deb") { IsRequired = true, Place = KeyPlace.Os },
        new("architecture", new KeyValue.Text("^[a-z][a-z0-9_-]*$"), "The architecture of the packages, as their family calls it: `amd64` of DEB is `x86_64` of RPM.", "architecture: amd64") { IsRequired = true, Place = KeyPlace.Os },
        new("repositories", new KeyValue.List(new KeyValue.Mapping(Repository)), "Where packages come from. An OS needs one; an application adds its own to those of its base.", "repositories: [{id: debian, mirrors: [host], suites: [bookworm], components: [main], keys: host}]"),
        new("packages", new KeyValue.List(AnyText), "The top-level packages, in order of importance: `name`, `name >= 1.2` or `name:architecture`; of RPM a capability (`webserver`) or a path (`/usr/bin/awk`) as well. The solver finds the rest.", "packages: [nginx, \"openssl >= 3.0.11\"]"),
        new("include-essential", new KeyValue.Flag(true), "Whether the packages that are marked essential are added.", "include-essential: true") { Place = KeyPlace.Os, Family = PackageFamily.Deb },
        new("recommends", new KeyValue.Flag(false), "Whether recommended packages are taken, where that can be solved.", "recommends: false"),
        new("prefer", new KeyValue.Word("maintainers", "smallest"), "Between alternatives: the first named, or whatever makes the set smallest.", "prefer: maintainers"),
        new("exclude", new KeyValue.List(Package), "Packages that must not come in; an error if something needs one.", "exclude: [exim4]"),
        new("hold", new KeyValue.List(new KeyValue.Mapping(Hold)), "Packages that stay within a version pattern.", "hold: [{package: openssl, version: \"3.0.*\", reason: \"ticket 4711\"}]"),
        new("devices", new KeyValue.Word("refuse", "allow"), "Whether packages may bring device nodes.", "devices: refuse"),
        new("keep", new KeyValue.Mapping(Keep), "What of the template the store keeps.", "keep: {versions: 5}"),
        new("configure", new KeyValue.Word("sandbox", "none"), "Whether maintainer scripts run: once, in a sandbox, when a version is built. An application does as its OS.", "configure: sandbox"),
        new("docs", new KeyValue.Flag(true), "Whether documentation is kept, but for copyrights, in the OS and in all applications on it.", "docs: true") { Place = KeyPlace.Os },
        new("update", new KeyValue.Mapping(Update), "What `ez update` takes.", "update: {class: all}"),
        new("files", new KeyValue.List(new KeyValue.Mapping(File)), "Files that the recipe itself brings: there before any script runs, and as they are here when all have run.", "files: [{path: /etc/motd, text: \"...\"}]"),
        new("debconf", new KeyValue.Names(AnyText), "Answers to the questions of maintainer scripts (debconf(7)).", "debconf: {\"tzdata/Areas\": Europe}") { Family = PackageFamily.Deb },
        new("languages", new KeyValue.List(new KeyValue.Text("^[a-z]{2,3}(_[A-Z]{2})?$")), "The only translations that are kept, in the OS and in all applications on it; English needs none.", "languages: [de, pt_BR]") { Place = KeyPlace.Os, OtherwiseText = "all" },
        new("hooks", new KeyValue.Mapping(Hooks), "Commands that run at certain moments, with `/bin/sh -c`; one that fails is a failure of what it belongs to.", "hooks: {after-create: [\"mkdir /srv/www\"]}"),
        new("health", new KeyValue.Empty(), "Commands that must succeed after a remap.", "health: [{run: \"nginx -t\"}]"),
        new("pins", new KeyValue.List(new KeyValue.Mapping(Pin)), "Preferences between versions and sources, as in APT; the first that speaks of a version counts. They come before repositories' priorities.", "pins: [{package: nginx, source: debian/bookworm-backports, priority: 700}]"),
        new("write-sources", new KeyValue.Flag(true), "Whether environments get sources of APT, dnf or zypper for the repositories, with the mirrors and keys of their host.", "write-sources: true"),
        new("instance-data", new KeyValue.List(new KeyValue.Mapping(Instance)), "What each environment makes for itself, beyond the common table (README, \"Instance data\"): secrets, identities, databases.", "instance-data: [{path: /var/lib/mysql, command: mariadb-install-db --user=mysql}]"),
        new("modules", new KeyValue.List(new KeyValue.Text("^[^:]+:[^:]+$")), "Module streams to enable, beside those that the repositories enable themselves.", "modules: [\"nodejs:20\"]") { Family = PackageFamily.Rpm },
        new("groups", new KeyValue.List(AnyText), "Package groups, by their ids, with their mandatory and default members; they come after `packages`.", "groups: [core]") { Family = PackageFamily.Rpm },
        new("relocate", new KeyValue.Empty(), "Paths that move.", "relocate: []"));

    /// <summary>The recipe's table and those of the mappings in it.</summary>
    public static IEnumerable<KeyTable> All => Recipe.WithInner();
}
