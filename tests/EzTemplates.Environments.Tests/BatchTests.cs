using System.Diagnostics;
using EzTemplates.Domain;
using EzTemplates.Store;
using EzTemplates.Testing;

namespace EzTemplates.Environments.Tests;

/// <summary>Several environments changed by one command: each for itself, whatever becomes of the others.</summary>
public sealed class BatchTests
{
    [Fact]
    public void Each_of_several_is_remapped_refused_or_busy_for_itself()
    {
        Requires.Overlay();
        using var ground = new TestGround();
        var old = ground.Version("1", [ground.Text("/v", "1"), ground.Text("/etc/passwd", "root\n")]);
        var next = ground.Version("2", [ground.Text("/v", "2"), ground.Text("/etc/passwd", "root\nnew\n")]);
        var names = Names("mounted", "plain", "refused", "busy", "there", "missing");
        Create(ground, old, names[..4]);
        ground.Environments.Create(names[4], next);
        var roots = names[..5].Where(name => name.ToString() != "plain").ToDictionary(name => name, ground.Environments.MountedRoot);
        File.AppendAllText(roots[names[2]] + "/etc/passwd", "mine\n");
        using var user = Cat(roots[names[3]]);

        var outcomes = new Remapper(ground.Environments).RunAll(names, (_, _) => next, RemapOptions.Default);

        Assert.Equal(names, outcomes.Select(outcome => outcome.Environment));
        Assert.Equal([2, 2, null, null, null, null], outcomes.Select(outcome => outcome.Entry?.Number));
        Assert.Equal([next, next, null, null, next, null], outcomes.Select(outcome => outcome.To));
        Assert.Contains("`/etc/passwd`", outcomes[2].Failure!.Message, StringComparison.Ordinal);
        Assert.Equal([$"{user.Id} (cat)"], Assert.IsType<BusyEnvironmentException>(outcomes[3].Failure).Users);
        Assert.Equal(old, outcomes[3].From);
        Assert.Equal("there is no environment `missing`", outcomes[5].Failure!.Message);
        Assert.Equal([next, next, old, old, next], names[..5].Select(ground.Environments.Current));
        Assert.Equal([true, false, true, true, true], names[..5].Select(name => ground.Environments.Show(name).IsMounted));
        Assert.Equal(["2", "1", "1", "2"], roots.Values.Select(root => File.ReadAllText(root + "/v")));
        End(user);
    }

    [Fact]
    public void A_disk_that_refuses_one_is_that_one_s_failure()
    {
        using var temp = new TempFolder();
        var members = Names("one", "full", "three").Select(name => new RemapMember(name)).ToList();
        members.Each(member => File.WriteAllText(member.Name.ToString() == "full" ? "/dev/full" : temp.At(member.Name.ToString()), "x"));
        Assert.Equal([true, false, true], members.Select(member => member.GoesOn));
        Assert.Equal("cannot change environment `full`: No space left on device", members[1].Failure!.Message);
        Assert.StartsWith("free space", members[1].Failure!.Hint, StringComparison.Ordinal);
        members.Together(all => File.WriteAllText("/dev/full", $"{all.Count}"));
        Assert.Equal(["one", "full", "three"], members.Select(member => member.Failure!.Message.Split('`')[1]));
    }

    [Fact]
    public void After_the_commit_a_fault_of_the_program_is_one_s_failure()
    {
        var members = Names("one", "two", "three").Select(name => new RemapMember(name)).ToList();
        Assert.Throws<InvalidOperationException>(() => members.Each(_ => throw new InvalidOperationException("what nobody thought of")));
        members.EachCommitted(member => _ = member.Name.ToString() == "two" ? throw new InvalidOperationException("what nobody thought of") : member);
        Assert.Equal([true, false, true], members.Select(member => member.GoesOn));
        Assert.Equal(FailureKind.Internal, members[1].Failure!.Kind);
        Assert.StartsWith(
            "environment `two` has moved, but what is done after that has failed: internal error: System.InvalidOperationException: what nobody thought of", members[1].Failure!.Message, StringComparison.Ordinal);
        Assert.Throws<OperationCanceledException>(() => members.EachCommitted(_ => throw new OperationCanceledException()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_cannot_be_settled_after_the_commit_is_tried_again_by_the_mount_and_then_by_the_next_one(int failures)
    {
        Requires.Overlay();
        using var ground = new TestGround();
        const string rebuild = "#!/bin/sh\ncat /v > /etc/ld.so.cache\n";
        Mapping Version(string number) => ground.Version(number, [
            .. ground.Tools(), ground.Text("/v", number), ground.Text("/etc/shells", $"sh\n{number}\n"), ground.Text("/etc/ld.so.cache", $"made with {number}"), ground.Text("/bin/ldconfig", rebuild, 0b111_101_101)]);
        var (old, next) = (Version("1"), Version("2"));
        var names = Names("a-fails", "b-fine", "c-plain");
        Create(ground, old, names);
        foreach (var name in names)
        {
            var root = ground.Environments.MountedRoot(name);
            File.AppendAllText(root + "/etc/shells", "own\n");
            File.WriteAllText(root + "/etc/ld.so.cache", "private");
        }

        ground.Environments.Unmount(names[2]);

        // A manifest that the disk does not give once the first environment's line is written.
        // Once for each that is settled after the commit, then for the one that is tried again.
        var (history, calls) = (Path.Combine(ground.Layout.Environments, "a-fails", "history"), 0);
        var lines = File.ReadLines(history).Count();
        var whole = ground.Host();
        var broken = new EnvironmentStore(whole with
        {
            ReadManifest = digest => digest == next.Manifest && File.ReadLines(history).Count() > lines && ++calls is 1 or 4 && calls <= 1 + (3 * (failures - 1))
                ? throw new IOException("Input/output error", 5)
                : whole.ReadManifest(digest),
        });
        var outcomes = new Remapper(broken).RunAll(names, (_, _) => next, RemapOptions.Default);

        Assert.Equal([next, next, next], names.Select(ground.Environments.Current));
        Assert.Equal([failures == 2, false, false], outcomes.Select(outcome => outcome.Failure is not null));
        Assert.Equal([failures == 1, true, false], names.Select(name => ground.Environments.Show(name).IsMounted));
        Assert.All(outcomes, outcome => Assert.Empty(outcome.Warnings));
        if (failures == 2)
        {
            Assert.Equal("environment `a-fails` is `test@2` now, but its private files are not there yet: cannot change environment `a-fails`: Input/output error", outcomes[0].Failure!.Message);
            Assert.StartsWith("look for disk errors", outcomes[0].Failure!.Hint, StringComparison.Ordinal);
        }

        foreach (var name in names)
        {
            var root = ground.Environments.MountedRoot(name);
            Assert.Equal("sh\nown\n2\n", File.ReadAllText(root + "/etc/shells"));
            Assert.Equal(failures == 2 && name == names[0] ? "private" : "2", File.ReadAllText(root + "/etc/ld.so.cache"));
        }
    }

    [Fact]
    public void Busy_ones_are_waited_for_when_the_others_are_done()
    {
        Requires.Overlay();
        using var ground = new TestGround();
        var (old, next) = (ground.Version("1", ground.Text("/v", "1")), ground.Version("2", ground.Text("/v", "2")));
        var names = Names("a-busy", "b-free", "c-free");
        Create(ground, old, names);
        using var user = Cat(ground.Environments.MountedRoot(names[0]));
        var announced = new List<string>();
        var patient = new EnvironmentStore(ground.Host() with
        {
            Patience = new LockPatience(waiting =>
            {
                announced.Add(waiting.What);
                Assert.Equal([old, next, next], names.Select(ground.Environments.Current));
                End(user);
            }),
        });

        var outcomes = new Remapper(patient).RunAll(names, (_, _) => next, new RemapOptions { WhenBusy = WhenBusy.Wait });

        Assert.Equal($"environment a-busy: {user.Id} (cat)", Assert.Single(announced));
        Assert.All(outcomes, outcome => Assert.Equal(next, outcome.To));
        Assert.Equal([next, next, next], names.Select(ground.Environments.Current));
    }

    [Fact]
    public void Roll_backs_of_several_go_each_to_its_own_mapping_before()
    {
        Requires.Overlay();
        using var ground = new TestGround();
        var versions = Enumerable.Range(1, 3).Select(n => ground.Version($"1.0.{n}", ground.Text("/v", $"{n}"))).ToList();
        var names = Names("one", "two", "first");
        Create(ground, versions[0], names[..2]);
        ground.Environments.Create(names[2], versions[2]);
        var remapper = new Remapper(ground.Environments);
        remapper.RunAll(names[..2], (name, _) => name == names[0] ? versions[1] : versions[2], RemapOptions.Default);
        remapper.Remap(names[0], versions[2]);

        var outcomes = remapper.RunAll(names, Remapper.EarlierMapping(null), new RemapOptions { Action = MappingAction.Rollback });

        Assert.Equal([versions[1], versions[0], null], outcomes.Select(outcome => outcome.To));
        Assert.Contains("from the start", outcomes[2].Failure!.Message, StringComparison.Ordinal);
        Assert.Equal(["2", "1", "3"], names.Select(name => File.ReadAllText(ground.Environments.MountedRoot(name) + "/v")));
    }

    [Fact]
    public void Those_that_are_not_in_use_are_removed()
    {
        Requires.Overlay();
        using var ground = new TestGround();
        var names = Names("mounted", "busy", "missing", "plain");
        var version = ground.Version("1", ground.Text("/v", "1"));
        Create(ground, version, [names[0], names[1], names[3]]);
        ground.Environments.MountedRoot(names[0]);
        using var user = Cat(ground.Environments.MountedRoot(names[1]));

        var outcomes = ground.Environments.RemoveAll(names, WhenBusy.Fail);

        Assert.Equal([version, version, null, version], outcomes.Select(outcome => outcome.From));
        Assert.Equal([true, false, false, true], outcomes.Select(outcome => outcome.Failure is null));
        Assert.Equal([names[1]], ground.Environments.List().Select(environment => environment.Name));
        Assert.Single(Directory.EnumerateFileSystemEntries(ground.Layout.Environments));
        End(user);
    }

    [Fact]
    public void A_command_runs_in_several_and_one_view_that_cannot_be_mounted_keeps_none_from_theirs()
    {
        Requires.Overlay();
        using var ground = new TestGround();
        var names = Names("one", "broken", "two");
        Create(ground, ground.Version("1", ground.Text("/v", "1")), names);
        Directory.Delete(Path.Combine(ground.Layout.Environments, "broken", "work"));

        var outcomes = new BatchExec(ground.Environments).Run(names, name => new ExecRequest { Environment = name, Command = ["/v"] }, _ => false);

        Assert.Equal(names, outcomes.Select(outcome => outcome.Environment));
        Assert.Equal([true, false, true], names.Select(name => ground.Environments.Show(name).IsMounted));
        Assert.Equal([true, false, true], outcomes.Select(outcome => outcome.Failure is CommandNotStartedException));
        Assert.Contains("`broken`", outcomes[1].Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Commands_run_at_the_same_time_each_with_its_own_status_and_nobody_at_their_input()
    {
        Requires.Overlay();
        Requires.Tool("ldd");
        using var ground = new TestGround();
        var names = Names("one", "two");
        Create(ground, ground.Version("1", ground.Tools()), names);
        var pipes = new[] { "a", "b" }.Select(pipe => Path.Combine(ground.Temp, pipe)).ToList();
        pipes.ForEach(pipe => ToolRun.Run("mkfifo", pipe).Succeed());

        // Neither ends before the other has begun.
        var outcomes = new BatchExec(ground.Environments).Run(
            names,
            name => new ExecRequest
            {
                Environment = name,
                Command = ["sh", "-c", name == names[0] ? "echo x > /a; read y < /b; exit 3" : "read y < /a; echo x > /b; read input; test -z \"$input\""],
                Binds = [.. pipes.Select(pipe => BindMount.Parse($"{pipe}:/{Path.GetFileName(pipe)}"))],
            },
            _ => false);

        Assert.Equal([3, 0], outcomes.Select(outcome => outcome.Status));
    }

    [Fact]
    public void After_a_status_that_ends_the_whole_no_other_command_begins()
    {
        Requires.Overlay();
        Requires.Tool("ldd");
        using var ground = new TestGround();
        var names = Names([.. Enumerable.Range(10, 20).Select(number => $"n{number}")]);
        Create(ground, ground.Version("1", ground.Tools()), names);

        var outcomes = new BatchExec(ground.Environments).Run(names, name => new ExecRequest { Environment = name, Command = ["sh", "-c", "exit 9"] }, status => status == 9);

        Assert.Contains(outcomes, outcome => outcome.Status == 9);
        Assert.Contains(outcomes, outcome => outcome is { Status: null, Failure: null });
    }

    [Fact]
    public void Large_files_are_merged_when_their_turn_has_come_and_not_held_from_the_judging_on()
    {
        Requires.Overlay();
        using var ground = new TestGround();
        var (old, next) = (ground.Version("1", ground.Text("/etc/shells", "sh\n")), ground.Version("2", ground.Text("/etc/shells", "sh\nnew\n")));
        var names = Names("one", "two", "three");
        Create(ground, old, names);
        var own = string.Concat(Enumerable.Range(0, 512).Select(number => $"{number}".PadRight(4095, 'x') + "\n"));
        foreach (var name in names)
        {
            File.AppendAllText(ground.Environments.MountedRoot(name) + "/etc/shells", own);
            ground.Environments.Unmount(name);
        }

        // After all are judged, before the first is staged: what is read then was not held.
        var whole = ground.Host();
        string Private(EnvironmentName name) => Path.Combine(ground.Layout.Environments, name.ToString(), "private/etc/shells");
        var patched = whole with
        {
            HoldStore = () =>
            {
                Array.ForEach(names, name => File.AppendAllText(Private(name), "late\n"));
                return whole.HoldStore();
            },
        };
        var members = new RemapBatch(new EnvironmentStore(patched), (_, _) => next, RemapOptions.Default).Run(names);

        Assert.All(members, member => Assert.Null(member.Failure));
        Assert.All(names, name => Assert.Equal("sh\n" + own + "late\nnew\n", File.ReadAllText(Private(name))));
        Assert.All(members, member => Assert.Equal(0, member.Judged.Bytes));
    }

    private static EnvironmentName[] Names(params string[] names) => [.. names.Select(EnvironmentName.Parse)];

    private static void Create(TestGround ground, Mapping mapping, EnvironmentName[] names)
    {
        foreach (var name in names)
        {
            ground.Environments.Create(name, mapping);
        }
    }

    private static Process Cat(string root) => Process.Start(new ProcessStartInfo("cat") { WorkingDirectory = root, RedirectStandardInput = true })!;

    private static void End(Process user)
    {
        user.StandardInput.Close();
        user.WaitForExit();
    }
}
