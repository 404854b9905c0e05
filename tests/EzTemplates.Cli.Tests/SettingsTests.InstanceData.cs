using System.Text.RegularExpressions;
using EzTemplates.Testing;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Cli.Tests;

/// <summary>What each environment makes of its own: by which command, before whom, and what becomes of it when that fails or is interrupted.</summary>
public sealed partial class SettingsTests
{
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

    /// <summary>A pipe, for writing: when this returns, somebody inside waits for what comes.</summary>
    private static SafeFileHandle OpenOnceRead(string pipe)
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
}
