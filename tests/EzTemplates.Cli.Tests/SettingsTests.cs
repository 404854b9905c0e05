using System.Text.RegularExpressions;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>What recipes say beyond packages: files, hooks, instance data, what is left out.</summary>
public sealed class SettingsTests : IDisposable
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
    public void Instance_data_is_in_no_version_and_made_once_before_the_first_command_whoever_comes_first()
    {
        Publish();
        Os();
        _ground.Ez.Succeed("up", _ground.Recipes.App("web", "box", "app", """
            instance-data:
              - {path: /var/lib/app/*, command: "mkdir /var/lib/app/data; echo own >> /var/lib/app/data/id"}
              - {path: /etc/app.key, command: "cat /var/lib/app/data/id > /etc/app.key; test -e /allowed"}
            """));
        Assert.Contains("  each environment's own: /etc/app.key, made by cat /var/lib/app/data/id > /etc/app.key; test -e /allowed", _ground.Ez.Succeed("template", "show", "web").Lines);
        var view = _ground.Root("web");
        Assert.False(Path.Exists(Path.Combine(view, "var/lib/app/data")));
        Assert.False(Path.Exists(Path.Combine(view, "etc/app.key")));

        var runs = Enumerable.Range(0, 3).AsParallel().WithDegreeOfParallelism(3).Select(_ => _ground.Ez.Run("env", "exec", "web", "--", "sh", "-c", "cat /var/lib/app/data/id; test ! -e /etc/app.key")).ToList();
        Assert.All(runs, run => Assert.Equal((0, "own\n"), (run.ExitCode, run.Output)));
        const string failed = "environment `web` could not make what it needs of its own: `cat /var/lib/app/data/id > /etc/app.key; test -e /allowed` ended with status 1";
        Assert.Contains(runs, run => run.Error.Contains(failed, StringComparison.Ordinal));
        Assert.All(runs, run => Assert.True(
            run.Error.Contains(failed, StringComparison.Ordinal) || run.Error.Contains("lacks what it has to make of its own", StringComparison.Ordinal), run.Error));

        var last = _ground.Ez.Run("env", "exec", "web", "--", "touch", "/allowed");
        Assert.Contains("could not make", last.Error, StringComparison.Ordinal);
        var made = _ground.Ez.Succeed("env", "exec", "web", "--", "cat", "/etc/app.key");
        Assert.Equal(("own\n", ""), (made.Output, made.Error));
        Assert.Empty(Directory.GetFiles(Path.Combine(_ground.Ez.Store, "environments", "web"), "first-commands"));
        _ground.Ez.Succeed("env", "remove", "web");
    }

    [Fact]
    public void What_an_interrupted_command_has_made_is_removed_and_made_anew()
    {
        Publish();

        // As pg_createcluster does: the folder is there long before all that belongs in it.
        _ground.Ez.Succeed("up", _ground.Recipes.Os("box", "base", Sandbox + """

            files: [{path: /etc/seen, text: x}]
            instance-data:
              - path: /srv/own/*
                command: "test -e /srv/own/main || { mkdir /srv/own/main && echo half > /srv/own/main/state && cat /srv/gate && echo whole > /srv/own/main/state; }"
            """));
        var folder = Path.Combine(_ground.Root("box"), "srv");
        Directory.CreateDirectory(Path.Combine(folder, "own"));
        File.WriteAllText(Path.Combine(folder, "own/theirs"), "theirs\n");
        var gate = Path.Combine(folder, "gate");
        ToolRun.Run("mkfifo", gate).Succeed();
        using (var exec = new RunningEz(_ground.Ez, "env", "exec", "box", "--", "true"))
        {
            using var opened = OpenOnceRead(gate);
            exec.Kill();
            File.Delete(gate);
            File.WriteAllText(gate, "");
            Assert.Equal("half\n", File.ReadAllText(Path.Combine(folder, "own/main/state")));
            Assert.Equal("whole\ntheirs\n", Sh("box", "cat /srv/own/main/state /srv/own/theirs"));
        }

        Assert.Equal(["first-commands.lock"], Directory.GetFiles(Path.Combine(_ground.Ez.Store, "environments", "box"), "first-commands*").Select(Path.GetFileName));
        _ground.Ez.Succeed("env", "remove", "box");
    }

    [Fact]
    public void What_others_make_after_an_interrupted_command_is_never_taken_for_what_that_had_half_made()
    {
        Publish();
        _ground.Ez.Succeed("up", Interruptible());
        var own = Path.Combine(_ground.Root("box"), "srv/own");
        Interrupt(own);

        // Who asks for the path may make anything there from now on.
        Assert.Equal("half\n", File.ReadAllText(Path.Combine(own, "state")));
        _ground.Root("box");
        Assert.False(Path.Exists(own));
        Interrupt(own);
        _ground.Ez.Succeed("env", "umount", "box", "--wait");
        Directory.CreateDirectory(Path.Combine(_ground.Root("box"), "srv/own"));
        File.WriteAllText(Path.Combine(own, "data"), "theirs\n");
        Assert.Equal("theirs\nwhole\n", Sh("box", "cat /srv/own/data /srv/own/state"));
        _ground.Ez.Succeed("env", "remove", "box");
    }

    [Theory]
    [InlineData("exec")]
    [InlineData("remap")]
    public void What_has_changed_long_after_an_interrupted_command_stays_and_is_told(string then)
    {
        Publish();
        var recipe = Interruptible();
        _ground.Ez.Succeed("up", recipe);
        var own = Path.Combine(_ground.Root("box"), "srv/own");
        Interrupt(own);
        var note = Path.Combine(_ground.Ez.Store, "environments/box/first-commands");
        File.WriteAllText(note, Regex.Replace(File.ReadAllText(note), "\"At\":\"[^\"]*\"", $"\"At\":\"{DateTimeOffset.UtcNow.AddHours(-1):O}\""));
        if (then == "remap")
        {
            _ground.Publish(1, System.Value, Base with { Version = "2" }, App);
            _ground.Ez.Succeed("update", recipe);
        }

        var run = _ground.Ez.Succeed([.. then == "exec" ? (string[])["env", "exec", "box", "--", "true"] : ["upgrade", "box", "--wait"]]);
        Assert.Matches("environment `box` keeps what `.*` may have half made, since it was changed long after that was interrupted: /srv/own", run.Error);
        Assert.Equal("half\n", File.ReadAllText(Path.Combine(_ground.Root("box"), "srv/own/state")));
        _ground.Ez.Succeed("env", "remove", "box");
    }

    [Fact]
    public void Whom_the_view_is_mounted_for_has_the_data_too()
    {
        Publish();
        _ground.Ez.Succeed("up", _ground.Recipes.Os("box", "base", Sandbox + """

            files: [{path: /etc/seen, text: x}]
            instance-data: [{path: /srv/key, command: echo key > /srv/key}, {path: /srv/other, command: exit 3}]
            """));
        var mounted = _ground.Ez.Succeed("env", "mount", "box");
        Assert.Equal("key\n", File.ReadAllText(Path.Combine(mounted.Output.TrimEnd(), "srv/key")));
        Assert.Contains("could not make what it needs of its own: `exit 3` ended with status 3", mounted.Error, StringComparison.Ordinal);
        _ground.Ez.Succeed("env", "remove", "box");
    }

    /// <summary>The user's command may be what mends it.</summary>
    [Fact]
    public void A_command_for_instance_data_that_cannot_be_started_or_noted_keeps_no_other_out()
    {
        Publish();
        _ground.Ez.Succeed("up", _ground.Recipes.Os("box", "base", $"{Sandbox}\nfiles: [{{path: /etc/seen, text: x}}]\ninstance-data: [{{path: /srv/key, command: echo key > /srv/key}}]"));
        var shell = Path.Combine(_ground.Root("box"), "usr/bin/sh");
        File.Move(shell, shell + ".away");
        var without = _ground.Ez.Succeed("env", "exec", "box", "--", "cat", "/etc/hostname");
        Assert.Equal("box\n", without.Output);
        Assert.Contains("could not make what it needs of its own: `echo key > /srv/key` could not be started: cannot run `/bin/sh`", without.Error, StringComparison.Ordinal);

        File.Move(shell + ".away", shell);
        var inTheWay = Directory.CreateDirectory(Path.Combine(_ground.Ez.Store, "environments/box/first-commands.new")).FullName;
        var unnoted = _ground.Ez.Succeed("env", "exec", "box", "--", "cat", "/etc/hostname");
        Assert.Equal("box\n", unnoted.Output);
        Assert.StartsWith("warning: environment `box` lacks what it has to make of its own: cannot remove `", unnoted.Error, StringComparison.Ordinal);

        Directory.Delete(inTheWay);
        Assert.Equal("key\n", Sh("box", "cat /srv/key"));
        _ground.Ez.Succeed("env", "remove", "box");
    }

    /// <summary>A disk may be full once it has ended.</summary>
    [Fact]
    public void A_command_that_has_ended_well_is_never_taken_for_an_interrupted_one()
    {
        Publish();
        _ground.Ez.Succeed("up", _ground.Recipes.Os("box", "base", Sandbox + """

            files: [{path: /etc/seen, text: x}]
            instance-data:
              - {path: /srv/key, command: "echo run >> /srv/runs; echo key > /srv/key; cat /srv/gate"}
              - {path: /srv/other, command: "echo other > /srv/other"}
            """));
        var folder = Path.Combine(_ground.Root("box"), "srv");
        ToolRun.Run("mkfifo", Path.Combine(folder, "gate")).Succeed();
        string inTheWay;
        using (var exec = new RunningEz(_ground.Ez, "env", "exec", "box", "--", "cat", "/srv/key"))
        {
            using (OpenOnceRead(Path.Combine(folder, "gate")))
            {
                inTheWay = Directory.CreateDirectory(Path.Combine(_ground.Ez.Store, "environments/box/first-commands.new")).FullName;
            }

            var run = exec.End();
            Assert.Equal((0, "key\n"), (run.ExitCode, run.Output));
            Assert.Contains("lacks what it has to make of its own: cannot remove `", run.Error, StringComparison.Ordinal);
        }

        Directory.Delete(inTheWay);
        Assert.Equal("run\nkey\nother\n", Sh("box", "cat /srv/runs /srv/key /srv/other"));
        Assert.Equal(
            ["first-commands.inside", "first-commands.lock"],
            Directory.GetFiles(Path.Combine(_ground.Ez.Store, "environments", "box"), "first-commands*").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        _ground.Ez.Succeed("env", "remove", "box");
    }

    [Fact]
    public void While_other_processes_are_inside_nothing_of_theirs_can_be_taken_for_what_a_command_has_half_made()
    {
        Publish();
        _ground.Ez.Succeed("up", _ground.Recipes.Os("box", "base", Sandbox + """

            files: [{path: /etc/seen, text: x}]
            instance-data: [{path: /srv/own/*, command: "mkdir /srv/own; echo half > /srv/own/state; test -e /allowed"}]
            """));
        using (var service = new RunningEz(_ground.Ez, "env", "exec", "box", "--", "sh", "-c", "mkdir /srv/own; echo theirs > /srv/own/data; echo ready; read line; cat /srv/own/*"))
        {
            RunningEz.WaitFor(service.Output, "ready");
            var beside = _ground.Ez.Succeed("env", "exec", "box", "--", "ls", "/srv/own");
            Assert.Equal("data\n", beside.Output);
            Assert.Matches(
                @"^warning: environment `box` lacks what it has to make of its own; that failed before, and is tried again when the other processes in it have ended: [0-9]+ \(.*\) "
                + @"\(hint: end them, or leave the environment's folder; what is to run: `mkdir /srv/own; .*`\)\n$",
                beside.Error);
            service.CloseInput();
            Assert.Equal("theirs\n", service.End().Output);
        }

        Assert.Equal("data\n", _ground.Ez.Succeed("env", "exec", "box", "--", "sh", "-c", "ls /srv/own; rm -r /srv/own; : > /allowed").Output);
        Assert.Equal("half\n", Sh("box", "cat /srv/own/state"));
        _ground.Ez.Succeed("env", "remove", "box");
    }

    [Fact]
    public void What_was_there_before_an_interrupted_command_stays_whatever_version_comes_next()
    {
        Publish();
        Os();
        var app = new GeneratedPackage("keeper", "1").Folder("/srv/own");
        _ground.Publish(1, System.Value, Base, App, app);
        _ground.Ez.Succeed("up", PathOfBox());
        _ground.Ez.Succeed("build", _ground.Recipes.App("web", "box", "keeper", "instance-data: [{path: /srv/own, command: \"echo half > /srv/own/half; cat /srv/gate\"}]"));
        _ground.Ez.Succeed("env", "add-app", "box", "web");
        var view = _ground.Root("box");
        File.WriteAllText(Path.Combine(view, "srv/own/theirs"), "theirs\n");
        var gate = Path.Combine(view, "srv/gate");
        ToolRun.Run("mkfifo", gate).Succeed();
        using (var exec = new RunningEz(_ground.Ez, "env", "exec", "box", "--", "true"))
        {
            using var opened = OpenOnceRead(gate);
            exec.Kill();
            File.Delete(gate);
        }

        _ground.Ez.Succeed("env", "remove-app", "box", "web", "--wait");
        Assert.Equal("theirs\n", Sh("box", "cat /srv/own/*"));
        _ground.Ez.Succeed("env", "remove", "box");
    }

    [Fact]
    public void Instance_data_of_an_application_that_comes_later_is_made_then_and_of_one_that_has_gone_again_not()
    {
        Publish();
        Os();
        _ground.Ez.Succeed("up", PathOfBox());
        _ground.Ez.Succeed("build", _ground.Recipes.App("web", "box", "app", "instance-data: [{path: /srv/own, command: \"echo own >> /srv/own\"}]"));
        _ground.Ez.Succeed("env", "add-app", "box", "web");
        _ground.Ez.Succeed("env", "remove-app", "box", "web");
        Assert.Equal("", Sh("box", "ls /srv"));
        _ground.Ez.Succeed("env", "add-app", "box", "web");
        Assert.Equal("own\n", Sh("box", "cat /srv/own"));

        // It has them still, whether the application is there or not.
        _ground.Ez.Succeed("rollback", "box");
        _ground.Ez.Succeed("env", "add-app", "box", "web");
        Assert.Equal("own\n", Sh("box", "cat /srv/own"));
        _ground.Ez.Succeed("env", "remove-app", "box", "web");
        Assert.Equal("own\n", Sh("box", "cat /srv/own; rm /srv/own"));
        _ground.Ez.Succeed("env", "add-app", "box", "web");
        Assert.Equal("own\n", Sh("box", "cat /srv/own"));
        _ground.Ez.Succeed("env", "remove", "box");
    }

    [Theory]
    [InlineData("--network", "none")]
    [InlineData("--disk", "--privileged")]
    public void A_throw_away_environment_has_its_own_data_too(params string[] options)
    {
        var id = new GeneratedPackage("identity", "1").Script("postinst", "#!/bin/sh\n: > /etc/machine-id\n");
        _ground.Publish(0, System.Value, Base, App, id);
        _ground.Ez.Succeed("build", _ground.Recipes.Os("box", "base, identity", Sandbox + "\nfiles: [{path: /etc/seen, text: x}]"));
        _ground.Ez.Succeed("build", _ground.Recipes.App("web", "box", "app", """
            instance-data:
              - {path: /var/lib/app/*, command: "mkdir /var/lib/app/data; echo own >> /var/lib/app/data/id"}
              - {path: /etc/app.key, command: "echo no luck; exit 3"}
            """));
        var folder = _ground.Temp.MakeFolder("bound");
        var run = _ground.Ez.Run(["run", .. options, "--bind", $"{folder}:/var/lib/app", "web", "--", "sh", "-c", "ls /var/lib/app; cat /etc/machine-id /etc/hostname"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Matches("^[0-9a-f]{32}\nweb\n$", run.Output);
        Assert.Empty(Directory.GetFileSystemEntries(folder));
        Assert.Equal(
            "warning: the throw-away environment could not make what it needs of its own: `echo no luck; exit 3` ended with status 3: no luck (hint: ez run --keep NAME makes an environment of it, where the command can be tried again)\n",
            run.Error);
        Assert.Equal("own\n", _ground.Ez.Run(["run", .. options, "web", "--", "cat", "/var/lib/app/data/id"]).Output);

        var plain = _ground.Ez.Run(["run", .. options, "box", "--", "cat", "/etc/hostname"]);
        Assert.Equal(("box\n", ""), (plain.Output, plain.Error));
    }

    [Theory]
    [InlineData("run", "box")]
    [InlineData("env", "exec", "one")]
    public void A_request_to_end_ends_a_command_that_makes_instance_data(params string[] command)
    {
        const string nap = "sleep 3141592";
        Publish();
        _ground.Ez.Succeed("build", _ground.Recipes.Os("box", "base", $"{Sandbox}\nfiles: [{{path: /etc/seen, text: x}}]\ninstance-data: [{{path: /srv/key, command: \"{nap}\"}}]"));
        _ground.Ez.Succeed("env", "create", "one", "--template", "box");
        using (var running = new RunningEz(_ground.Ez, [.. command, "--", "true"]))
        {
            Assert.True(SpinWait.SpinUntil(() => Runs(nap), TimeSpan.FromMinutes(1)), "the command does not run");
            running.Signal("INT");
            Assert.Equal(130, running.End().ExitCode);
        }

        Assert.True(SpinWait.SpinUntil(() => !Runs(nap), TimeSpan.FromMinutes(1)), "the command runs still");
        _ground.Ez.Succeed("env", "remove", "one");
    }

    [Fact]
    public void A_command_that_is_written_anew_makes_nothing_anew_that_is_there()
    {
        Publish();
        Os();
        string Web(string keys) => _ground.Recipes.App("web", "box", "app", $"instance-data: [{keys}]");
        _ground.Ez.Succeed("up", Web("{path: /srv/key-*, command: \"echo first > /srv/key-1\"}"));
        Assert.Equal("first\n", Sh("web", "cat /srv/key-1"));
        _ground.Ez.Succeed("update", Web("{path: /srv/key-*, command: \"echo second > /srv/key-1\"}, {path: /srv/other, command: \"echo other > /srv/other\"}"));
        _ground.Ez.Succeed("upgrade", "--all");
        Assert.Equal("first\nother\n", Sh("web", "cat /srv/key-1 /srv/other"));
        _ground.Ez.Succeed("env", "remove", "web");
    }

    [Fact]
    public void What_an_interrupted_command_has_left_is_not_taken_for_what_its_successor_is_to_make()
    {
        Publish();
        string Box(string command) => _ground.Recipes.Os("box", "base", $"{Sandbox}\nfiles: [{{path: /etc/seen, text: x}}]\ninstance-data: [{{path: /srv/key, command: \"{command}\"}}]");
        _ground.Ez.Succeed("up", Box("echo half > /srv/key; cat /srv/gate"));
        var gate = Path.Combine(_ground.Root("box"), "srv/gate");
        ToolRun.Run("mkfifo", gate).Succeed();
        using (var exec = new RunningEz(_ground.Ez, "env", "exec", "box", "--", "true"))
        {
            using var opened = OpenOnceRead(gate);
            exec.Kill();
            File.Delete(gate);
        }

        _ground.Ez.Succeed("update", Box("echo whole > /srv/key"));
        _ground.Ez.Succeed("upgrade", "box", "--wait");
        Assert.Equal("whole\n", Sh("box", "cat /srv/key"));
        _ground.Ez.Succeed("env", "remove", "box");
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

    /// <summary>A pipe, for writing: when this returns, somebody inside waits for what comes.</summary>
    /// <summary>With a command for instance data that waits at a pipe, if there is one.</summary>
    private string Interruptible() => _ground.Recipes.Os("box", "base", Sandbox + """

        files: [{path: /etc/seen, text: x}]
        instance-data: [{path: /srv/own, command: "mkdir -p /srv/own; echo half > /srv/own/state; test ! -e /srv/gate || cat /srv/gate; echo whole > /srv/own/state"}]
        """);

    /// <summary>Kills `ez` while the command of <see cref="Interruptible"/> runs.</summary>
    private void Interrupt(string own)
    {
        var gate = Path.Combine(Path.GetDirectoryName(own)!, "gate");
        ToolRun.Run("mkfifo", gate).Succeed();
        using var exec = new RunningEz(_ground.Ez, "env", "exec", "box", "--", "true");
        using var opened = OpenOnceRead(gate);
        exec.Kill();
        File.Delete(gate);
    }

    private static Microsoft.Win32.SafeHandles.SafeFileHandle OpenOnceRead(string pipe)
    {
        var opening = Task.Run(() => File.OpenHandle(pipe, FileMode.Open, FileAccess.Write, FileShare.ReadWrite));
        Assert.True(opening.Wait(TimeSpan.FromMinutes(1)), $"nobody opened `{pipe}`");
        return opening.Result;
    }

    private static bool Runs(string command) => MountTable.ProcessIds().Any(pid =>
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline") == command.Replace(' ', '\0') + "\0";
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    });

    private string PathOfBox() => _ground.Recipes.PathOf("box");

    private string Version() => _ground.Json("env", "list").GetProperty("environments")[0].GetProperty("version").GetString()!;

    private void Publish() => _ground.Publish(0, System.Value, Base, App);

    private void Os() => _ground.Recipes.Os("box", "base", Sandbox + "\nfiles: [{path: /etc/seen, text: x}]");

    private string Sh(string environment, string script) => _ground.Ez.Succeed("env", "exec", environment, "--", "sh", "-c", script).Output;
}
