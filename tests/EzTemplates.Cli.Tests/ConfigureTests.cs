using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>Versions whose maintainer scripts have run, from a recipe to what dpkg says inside.</summary>
public sealed class ConfigureTests : IDisposable
{
    private static readonly Lazy<GeneratedPackage> System = new(DpkgPackage.Make);

    private static readonly GeneratedPackage Base = new GeneratedPackage("base", "1") { Depends = "system", Conffiles = ["/etc/base.conf"] }
        .File("/etc/base.conf", "setting\n").File("/usr/share/base/secret", "secret\n").File("/usr/share/base/tool", "base's tool\n").Folder("/usr/share/things").Link("/link", "usr")
        .Script("preinst", """
            #!/bin/sh
            set -e
            echo $DPKG_MAINTSCRIPT_NAME $1 of $DPKG_MAINTSCRIPT_PACKAGE at $0 >> /base-log
            cat ${0%/*}/control > /base-control

            """)
        .Script("postinst", """
            #!/bin/sh
            set -e
            echo $* $SOURCE_DATE_EPOCH >> /base-log
            test "$1" = triggered && exit
            head -c 16 /dev/urandom > /etc/machine-id
            chmod 600 /usr/share/base/secret
            echo now > /var/log/base.log
            /usr/sbin/policy-rc.d || echo policy $? >> /base-log

            """)
        .Script("triggers", "interest-noawait /usr/share/things\n");

    private static readonly GeneratedPackage App = new GeneratedPackage("app", "2")
        .File("/usr/share/app/file", "app's\n").File("/usr/share/base/tool", "app's tool\n").File("/usr/share/things/app", "thing\n").File("/link/below", "below a link\n")
        .Script("preinst", "#!/bin/sh\nset -e\ntest ! -e /usr/share/app\ndpkg-divert --package app --rename --divert /usr/share/base/tool.base --add /usr/share/base/tool\n")
        .Script("postinst", "#!/bin/sh\nset -e\ncat /usr/share/app/file /base-log > /app-made\n");

    private readonly Ground _ground = new();

    public void Dispose() => _ground.Dispose();

    [Fact]
    public void Scripts_run_once_and_dpkg_finds_what_it_would_have_installed()
    {
        Publish();
        _ground.Ez.Succeed("build", Os());
        _ground.Ez.Succeed("env", "create", "one", "two", "--template", "box");
        Assert.Equal("  configured: yes", _ground.Ez.Succeed("template", "show", "box").Lines[1]);
        Assert.Equal($"preinst install of base at /var/lib/dpkg/tmp.ci/preinst\nconfigure {Epoch}\npolicy 101\n", Sh("one", "cat /base-log"));
        Assert.StartsWith("Package: base\n", Sh("one", "cat /base-control"), StringComparison.Ordinal);
        Assert.Equal("base install ok installed 1\nsystem install ok installed 1\n", Sh("one", "dpkg-query -W -f '${Package} ${Status} ${Version}\\n'"));
        Assert.Equal("", Sh("one", "dpkg --audit; dpkg -V"));
        Assert.Equal("base: /etc/base.conf\n", Sh("one", "dpkg -S /etc/base.conf"));
        Assert.Equal($"600 {GeneratedPackage.DefaultTime.ToUnixTimeSeconds()}\n644 {Epoch}\n", Sh("one", "stat -c '%a %Y' /usr/share/base/secret /base-log"));
        Assert.Equal("gone\ngone\n", Sh("one", "test -e /var/log/base.log || echo gone; test -e /usr/sbin/policy-rc.d || echo gone"));

        var (first, second) = (Sh("one", "cat /etc/machine-id"), Sh("two", "cat /etc/machine-id"));
        Assert.Matches("^[0-9a-f]{32}\n$", first);
        Assert.NotEqual(first, second);
        Assert.DoesNotContain("machine-id", _ground.Ez.Succeed("env", "diff", "one").Output, StringComparison.Ordinal);
        _ground.Ez.Succeed("env", "remove", "one", "two");
    }

    [Fact]
    public void An_application_is_configured_on_its_os_of_which_only_a_trigger_runs_again()
    {
        Publish();
        Os();
        _ground.Ez.Succeed("up", _ground.Recipes.App("web", "box", "app"));
        Assert.Equal("app's tool\nbase's tool\n", Sh("web", "cat /usr/share/base/tool /usr/share/base/tool.base"));
        Assert.Equal($"app's\npreinst install of base at /var/lib/dpkg/tmp.ci/preinst\nconfigure {Epoch}\npolicy 101\n", Sh("web", "cat /app-made"));
        Assert.Equal($"triggered /usr/share/things {Epoch}\n", Sh("web", "cat /base-log").Split("policy 101\n")[1]);
        Assert.Equal("below a link\n", Sh("web", "cat /usr/below"));
        Assert.Equal("app install ok installed\nbase install ok installed\nsystem install ok installed\n", Sh("web", "dpkg-query -W -f '${Package} ${Status}\\n'"));
        Assert.Equal("", Sh("web", "dpkg --audit; dpkg -V"));
        Assert.Equal("", Sh("web", "ls /var/lib/dpkg/tmp.ci 2>/dev/null; cat /var/lib/dpkg/triggers/Unincorp"));
        _ground.Ez.Succeed("env", "remove", "web");
    }

    [Fact]
    public void Applications_that_were_built_apart_are_configured_together_when_they_are_shown_together()
    {
        var other = new GeneratedPackage("other", "1").File("/usr/share/other/file", "other's\n").Script("postinst", "#!/bin/sh\ncat /usr/share/*/file > /other-made\n");
        Publish(other);
        Os();
        _ground.Ez.Succeed("build", _ground.Recipes.App("web", "box", "app"), _ground.Recipes.App("more", "box", "other"));
        Assert.Equal("app's\nother's\n", _ground.Ez.Succeed("run", "--with", "web", "--with", "more", "box", "--", "sh", "-c", "cat /other-made").Output);
    }

    [Fact]
    public void Overrides_of_the_os_and_names_of_the_archive_decide_whose_an_applications_files_are()
    {
        Publish(
            new GeneratedPackage("accounts", "1") { Depends = "base" }.Script("postinst", """
                #!/bin/sh
                set -e
                echo daemon:x:77:1::/:/bin/sh > /etc/passwd
                echo svc:x:888: > /etc/group
                printf '%s\n' '#5 svc 4750 /usr/share/own/over' 'daemon #6 2700 /usr/share/own/folder' 'daemon svc 600 /usr/share/base/tool' > /var/lib/dpkg/statoverride

                """),
            App.Add(new GeneratedEntry.RegularFile("/usr/share/own/over", [1])).Add(new GeneratedEntry.Folder("/usr/share/own/folder"))
                .Add(new GeneratedEntry.RegularFile("/bin/named", [1]) { Uid = 1, Gid = 1 }).Add(new GeneratedEntry.RegularFile("/usr/share/own/plain", [1])),
            new GeneratedPackage("stale", "1").Script("preinst", "#!/bin/sh\necho nobody-here svc 600 /x >> /var/lib/dpkg/statoverride\n"));
        _ground.Recipes.Os("box", "accounts", Sandbox);
        _ground.Ez.Succeed("up", _ground.Recipes.App("web", "box", "app"));

        // dpkg was seen to do just this: bookworm's resolves `daemon` in the tree, and has no group of that name here.
        Assert.Equal(
            "5 200 4750\n77 6 2700\n77 1 644\n0 0 644\n77 200 600\n",
            Sh("web", "cd /usr/share/own; stat -c '%u %g %a' over folder /usr/bin/named plain /usr/share/base/tool"));
        _ground.Ez.Succeed("env", "remove", "web");

        var stale = _ground.Ez.Run("build", _ground.Recipes.App("old", "box", "stale"));
        Assert.Equal(7, stale.ExitCode);
        Assert.Contains("the line `nobody-here svc 600 /x` of /var/lib/dpkg/statoverride names the user `nobody-here`, who is not in the tree's /etc/passwd\nhint: ", stale.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_tells_which_package_brought_it_and_whose_script_made_or_changed_it()
    {
        // Longer than the clock of files stands still, for kernels on which it cannot be pushed.
        const string pause = "sleep 0.03\n";
        Publish(
            new GeneratedPackage("early", "1") { Depends = "base" }.File("/usr/share/early/mine", "x\n", 0x1A0).Script("preinst", "#!/bin/sh\necho x > /by-preinst\n")
                .Script("postinst", $"#!/bin/sh\n{pause}mkdir /srv-early\necho early > /srv-early/file\nchown 7:0 /usr/share/early/mine\n{pause}"),
            new GeneratedPackage("late", "2") { Depends = "early" }
                .Script("postinst", $"#!/bin/sh\n{pause}echo late >> /srv-early/file\necho late > /by-late\nln /by-late /also\necho user:x:7:0::/:/bin/sh > /etc/passwd\n{pause}"),
            new GeneratedPackage("top", "3").File("/usr/share/things/new", "x\n").Script("postinst", $"#!/bin/sh\n{pause}echo top >> /by-late\n{pause}"),
            App.Script("preinst", App.Scripts["preinst"] + $"{pause}echo app >> /base-log\n{pause}"));
        _ground.Ez.Succeed("build", _ground.Recipes.Os("box", "late", Sandbox));
        _ground.Ez.Succeed("build", _ground.Recipes.App("web", "box", "app, top"));

        Assert.Equal(
            [(null, "made by early"), (null, "made by early, changed by late"), ("early", "changed by early"), (null, "made by early"), (null, "made by late")],
            Told("box", "/srv-early", "/srv-early/file", "/usr/share/early/mine", "/by-preinst", "/also"));

        // dpkg's own work; here it is in no package of its name.
        Assert.Equal([(null, "changed by ")], Told("box", "/var/lib/dpkg/status"));

        // Of the OS what was; a trigger's work is of the package that is triggered; another's file makes way, moved by a preinst.
        Assert.Equal(
            [(null, "made by late, changed by top"), (null, "made by base, changed by app, changed by base"), ("app", "")],
            Told("web", "/by-late", "/base-log", "/usr/share/base/tool"));
    }

    [Fact]
    public void A_path_is_shown_with_all_it_is_and_a_wrong_one_with_what_may_be_meant()
    {
        Publish(new GeneratedPackage("keys", "1") { Depends = "base" }.Script("postinst", "#!/bin/sh\nmkdir -p /etc/ssh\necho secret > /etc/ssh/ssh_host_x_key\n"));
        _ground.Ez.Succeed("build", _ground.Recipes.Os("box", "keys", Sandbox), _ground.Recipes.App("web", "box", "app"));
        var shown = _ground.Ez.Succeed("template", "show", "box", "--path", "/etc/base.conf").Lines;
        Assert.Equal(
            ["/etc/base.conf in box@1.0.0", "  type:       file", "  mode:       0644", "  owner:      0:0 (0:0)", "  size:       8 B", "  modified:   2024-01-02 03:04:05Z", "  package:    base 1 (amd64)", "  conffile:   of base"],
            shown.Where(line => !line.StartsWith("  digest:", StringComparison.Ordinal)));

        var ls = _ground.Ez.Succeed("template", "show", "web", "--path", "/bin/ls").Lines;
        Assert.Equal("/usr/bin/ls in web@1.0.0 (asked: /bin/ls)", ls[0]);
        var json = _ground.Json("template", "show", "web", "--path", "/link/share/base/tool.base");
        Assert.Equal(("ez.template-path/1", "/usr/share/base/tool.base", "/usr/share/base/tool"), (Of(json, "schema"), Of(json, "path"), Of(json.GetProperty("diversion"), "from")));
        Assert.Equal("app", Of(json.GetProperty("diversion"), "package"));
        Assert.Contains("  instance:   each environment has its own: ez, when an environment is created", _ground.Ez.Succeed("template", "show", "box", "--path", "/etc/machine-id").Lines);

        Ground.Fails(_ground.Ez.Run("template", "show", "box", "--path", "/etc/bsae.conf"), 2, "ez: `box@1.0.0` has no `/etc/bsae.conf`\nhint: did you mean `/etc/base.conf`?");
        Ground.Fails(_ground.Ez.Run("template", "show", "box", "--path", "/sbin/ls"), 2, "ez: `box@1.0.0` has no `/sbin/ls`, which is `/usr/sbin/ls`\nhint: did you mean `/usr/bin/ls`?");
        Ground.Fails(
            _ground.Ez.Run("template", "show", "box", "--path", "/etc/ssh/ssh_host_x_key"), 2,
            "ez: `box@1.0.0` has no `/etc/ssh/ssh_host_x_key`: that is instance data, of which no two environments have the same\nhint: in an environment: ssh-keygen -A");
        Ground.Fails(_ground.Ez.Run("template", "show", "box", "--path", "etc"), 2, "ez: `etc` is no path of a template\nhint: an absolute one, without ..: --path /usr/bin/env");
    }

    [Fact]
    public void Two_stores_that_have_nothing_in_common_make_one_manifest_of_a_lock()
    {
        Publish();
        Os();
        var recipe = _ground.Recipes.App("web", "box", "app");
        _ground.Ez.Succeed("lock", recipe);
        var other = _ground.NewProgram("a store with a longer path/and two parts");
        (other.Environment["TZ"], other.Environment["LANG"], other.Environment["EZ_VIEW_LAYER"]) = ("Pacific/Auckland", "tr_TR.UTF-8", "tree");
        string[] manifests = [.. ((EzProgram[])[_ground.Ez, other]).SelectMany(ez => ez.Succeed("build", recipe, "--json").Lines.Where(line => line.Contains("\"manifest\"", StringComparison.Ordinal)))];
        Assert.Equal(4, manifests.Length);
        Assert.Equal(manifests[..2], manifests[2..]);
    }

    [Fact]
    public void A_script_that_fails_ends_the_build_and_says_which_and_what_it_said()
    {
        Publish(new GeneratedPackage("bad", "1").Script("postinst", "#!/bin/sh\necho no such luck >&2\nexit 3\n"), new GeneratedPackage("early", "1").Script("preinst", "#!/bin/sh\nexit 4\n"));
        var run = _ground.Ez.Run("build", _ground.Recipes.Os("broken", "base, bad", Sandbox));
        Assert.Equal(7, run.ExitCode);
        Assert.Contains("cannot configure `broken`: the postinst of `bad` failed with status 1\n", run.Error, StringComparison.Ordinal);
        Assert.Contains("\n  | no such luck\n", run.Error, StringComparison.Ordinal);
        var said = Path.Combine(_ground.Ez.Store, "store", "output", "broken.log");
        Assert.Contains($"\nhint: `{said}` has all that the scripts said", run.Error, StringComparison.Ordinal);
        Assert.Contains("no such luck", File.ReadAllLines(said));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(said));
        Assert.Equal([said], Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(said)!));
        Assert.NotEqual(0, _ground.Ez.Run("template", "show", "broken").ExitCode);
        var mended = _ground.Recipes.Os("broken", "base", Sandbox);
        _ground.Ez.Succeed("lock", mended);
        _ground.Ez.Succeed("build", mended);
        Assert.False(File.Exists(said));

        var early = _ground.Ez.Run("build", _ground.Recipes.Os("early", "base, early", Sandbox));
        Assert.Equal(7, early.ExitCode);
        Assert.Contains("cannot configure `early`: the preinst of `early` failed with status 4", early.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_ground.Ez.Store, "store", "work")));
    }

    [Fact]
    public void Where_what_scripts_said_cannot_be_kept_the_build_fails_for_what_it_failed_for()
    {
        Publish(new GeneratedPackage("bad", "1").Script("postinst", "#!/bin/sh\necho no such luck >&2\nexit 3\n"));
        var recipe = _ground.Recipes.Os("broken", "base, bad", Sandbox);
        _ground.Ez.Succeed("lock", recipe);
        File.WriteAllText(Path.Combine(_ground.Ez.Store, "store", "output"), "no folder");
        var run = _ground.Ez.Run("build", recipe);
        Assert.Equal(7, run.ExitCode);
        Assert.Contains("cannot configure `broken`: the postinst of `bad` failed with status 1\n", run.Error, StringComparison.Ordinal);
        Assert.Contains("\nhint: ez build broken -v shows the last megabyte of what the scripts said; ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_all_scripts_of_an_application_said_is_kept_from_the_first_on()
    {
        Publish(
            new GeneratedPackage("first", "1").Script("preinst", "#!/bin/sh\necho said by the preinst\n"),
            new GeneratedPackage("late", "1") { Depends = "first" }.Script("postinst", "#!/bin/sh\ni=0; while test $i -lt 40000; do echo 'one of many lines that together are more than a megabyte'; i=$((i+1)); done; exit 3\n"));
        Os();
        Assert.Equal(7, _ground.Ez.Run("build", _ground.Recipes.App("web", "box", "first, late")).ExitCode);
        var said = File.ReadAllLines(Path.Combine(_ground.Ez.Store, "store", "output", "web.log"));
        Assert.Equal((1, 40_000), (said.Count(line => line == "said by the preinst"), said.Count(line => line.StartsWith("one of many", StringComparison.Ordinal))));
    }

    [Fact]
    public void A_system_without_dpkg_cannot_be_configured_and_an_application_does_as_its_os()
    {
        Publish();
        _ground.Publish(1, Ground.Package("plain", "1"));
        var run = _ground.Ez.Run("build", _ground.Recipes.Os("none", "plain", Sandbox));
        Assert.Equal(7, run.ExitCode);
        Assert.Contains("there is no such program", run.Error, StringComparison.Ordinal);

        _ground.Recipes.Os("unconfigured", "plain");
        var app = _ground.Ez.Run("lock", _ground.Recipes.App("web", "unconfigured", "plain", "configure: sandbox"));
        Assert.Equal(2, app.ExitCode);
        Assert.Contains("an application does as its OS", app.Error, StringComparison.Ordinal);
    }

    private const string Sandbox = "configure: sandbox";

    private static long Epoch => Ground.Day(0).ToUnixTimeSeconds();

    /// <summary>The common packages, but those of which there is another.</summary>
    private void Publish(params GeneratedPackage[] more) => _ground.Publish(0, [.. ((GeneratedPackage[])[System.Value, Base, App]).ExceptBy(more.Select(package => package.Name), package => package.Name), .. more]);

    private string Os() => _ground.Recipes.Os("box", "base", Sandbox);

    /// <summary>Of each path its package, and what scripts did.</summary>
    private (string? Package, string Scripts)[] Told(string template, params string[] paths) =>
    [
        .. paths.Select(path => _ground.Json("template", "show", template, "--path", path)).Select(json => (
            json.GetProperty("package") is { ValueKind: JsonValueKind.Object } package ? Of(package, "name") : null,
            string.Join(", ", json.GetProperty("scripts").EnumerateArray().Select(script => $"{Of(script, "act")} by {Of(script, "package")}")))),
    ];

    private static string? Of(JsonElement json, string name) => json.GetProperty(name).GetString();

    private string Sh(string environment, string script) => _ground.Ez.Succeed("env", "exec", environment, "--", "sh", "-c", script).Output;
}
