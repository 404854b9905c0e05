using System.Collections.Immutable;
using System.Diagnostics;
using EzTemplates.Domain;
using EzTemplates.Testing;

namespace EzTemplates.Environments.Tests.Configuring;

/// <summary>Scripts in the sandbox: what of their work is captured, and what becomes of those that do harm. The ground sees to it that nothing is left.</summary>
public sealed class ConfigureSandboxTests : IDisposable
{
    private readonly TestGround _ground;
    private readonly Mapping _version;
    private readonly Dictionary<Sha256Digest, byte[]> _objects = [];

    public ConfigureSandboxTests()
    {
        Requires.Root();
        Requires.Overlay();
        _ground = new TestGround();
        _version = _ground.Version(
            "1",
            [
                .. _ground.Tools([.. "dd setsid stat uname".Split(' '), .. new[] { "perl", "ischroot" }.Where(tool => ToolRun.Locate(tool) is not null)]), _ground.Text("/etc/kept", "kept\n"), _ground.Text("/etc/changed", "old\n"), _ground.Text("/etc/removed", "x"),
                _ground.Text("/opt/whole/a", "a"), _ground.Text("/opt/whole/b", "b"), TestGround.Folder("/var/log"), TestGround.Folder("/run"),
            ]);
    }

    [Fact]
    public void Added_changed_removed_and_replaced_paths_are_captured_with_all_they_are()
    {
        var captured = Capture("""
            echo new > /etc/changed
            rm /etc/removed
            rm -r /opt/whole; mkdir /opt/whole; echo c > /opt/whole/c
            mkdir -p /srv/deep; echo one > /srv/deep/one; ln /srv/deep/one /srv/deep/two; chown 7:8 /srv/deep/one; chmod 4755 /srv/deep/one
            ln -s target /srv/link
            touch -d @1234567890 /srv/dated
            chmod 600 /etc/kept
            echo noise > /var/log/x.log; echo x > /run/pid
            """);
        Assert.Equal(
            ["~ /etc", "~ /etc/changed new\n", "~ /etc/kept kept\n", "- /etc/removed", "~ /opt", "- /opt/whole/a", "- /opt/whole/b", "~ /opt/whole/c c\n", "~ /run", "~ /srv", "~ /srv/dated ", "~ /srv/deep", "~ /srv/deep/one one\n", "= /srv/deep/two /srv/deep/one", "~ /srv/link -> target", "~ /var/log"],
            captured.Select(Describe).Where(line => line is not ("~ /" or "~ /opt/whole" or "~ /var")).Order(Comparer<string>.Create((a, b) => string.CompareOrdinal(a[2..], b[2..]))));
        var one = Entry(captured, "/srv/deep/one");
        Assert.Equal((0b100_111_101_101, 7U, 8U), (one.Mode, one.Uid, one.Gid));
        Assert.Equal(new FileTime(1234567890), Entry(captured, "/srv/dated").Mtime);
        Assert.Equal(0b110_000_000, Entry(captured, "/etc/kept").Mode);
    }

    [Fact]
    public void A_name_that_a_script_gives_to_a_file_that_was_there_is_one_of_that_file()
    {
        var captured = Capture("ln /etc/kept /etc/also; ln /etc/kept /aaa; ln /opt/whole/a /tmp-a; rm /tmp-a; ln /opt/whole/b /opt/whole/c");
        Assert.Equal(["~ /aaa kept\n", "= /etc/also /aaa", "= /etc/kept /aaa", "= /opt/whole/c /opt/whole/b"], captured.Select(Describe).Where(line => line is not ("~ /" or "~ /etc" or "~ /opt/whole")));
    }

    [Fact]
    public void The_environment_of_a_script_is_the_same_everywhere()
    {
        var captured = Capture("uname -n > /srv-name; env > /srv-env; umask >> /srv-env; readlink /proc/self/ns/net > /dev/null; ls /sys/class/net > /srv-net");
        Assert.Equal("localhost\n", TextOf(captured, "/srv-name"));
        Assert.Equal("lo\n", TextOf(captured, "/srv-net"));
        var variables = TextOf(captured, "/srv-env").Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith("TERM=", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        Assert.Equal(
            ["0022", "HOME=/root", "HOSTNAME=localhost", "LANG=C.UTF-8", "LOGNAME=root", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "PWD=/", "SHELL=/bin/sh", "USER=root", "container=ez"],
            variables);
    }

    [Fact]
    public void A_script_that_fails_is_told_with_its_status_and_what_was_said()
    {
        var failure = Fail(new ConfigureLimits(), "echo before; echo to error >&2; exit 3");
        Assert.Equal(3, failure.Status);
        Assert.Equal(["before", "to error"], failure.Output);
    }

    [Fact]
    public void A_script_that_says_too_much_fills_no_disk_of_the_host_and_steers_no_terminal()
    {
        var failure = Fail(new ConfigureLimits { OutputBytes = 4 << 20 }, "set -e; while :; do printf '\\033[2Jxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\\n'; done");
        Assert.NotNull(failure.Status);
        Assert.StartsWith("?[2Jxxx", failure.Output[0], StringComparison.Ordinal);
        Assert.Equal(400, failure.Output.Length);
    }

    [Fact]
    public void All_that_scripts_said_can_be_kept()
    {
        using var sandbox = Begin(new ConfigureLimits());
        const string script = "echo first; echo; i=0; while test $i -lt 40000; do echo 'one of many lines that together are more than a megabyte'; i=$((i+1)); done; exit 3";
        Assert.Equal(3, sandbox.Run(new ConfigureStep("it", ["sh", "-c", script]), TestContext.Current.CancellationToken)!.Status);
        using var kept = new MemoryStream();
        sandbox.CopyOutput(kept);
        var lines = System.Text.Encoding.UTF8.GetString(kept.ToArray()).Split('\n');
        Assert.Equal((40_003, "first", "", ""), (lines.Length, lines[0], lines[1], lines[^1]));
    }

    [Fact]
    public void A_program_that_is_not_there_is_told()
    {
        using var sandbox = Begin(new ConfigureLimits());
        var failure = sandbox.Run(new ConfigureStep("it", ["no-such-program"]), TestContext.Current.CancellationToken)!;
        Assert.Equal(127, failure.Status);
        Assert.Contains("no such program", failure.Output[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_script_that_hangs_is_killed_with_all_it_started_when_its_time_is_over()
    {
        var time = Stopwatch.StartNew();
        var failure = Fail(new ConfigureLimits { Time = TimeSpan.FromMilliseconds(300) }, "trap '' TERM INT HUP; setsid sleep 1000 & echo started; sleep 1000");
        Assert.Null(failure.Status);
        Assert.Equal(["started"], failure.Output);
        Assert.True(time.Elapsed < TimeSpan.FromSeconds(30), $"{time.Elapsed}");
    }

    [Fact]
    public void A_daemon_that_is_left_behind_ends_with_the_sandbox_and_is_no_failure()
    {
        var captured = Capture("setsid sh -c 'while :; do echo x >> /srv-daemon; done' > /dev/null 2>&1 & while ! test -s /srv-daemon; do :; done");
        Assert.NotEmpty(TextOf(captured, "/srv-daemon"));
    }

    [Fact]
    public void A_script_that_fills_the_disk_fails_and_the_host_does_not()
    {
        var failure = Fail(new ConfigureLimits { Size = "8m" }, "dd if=/dev/zero of=/srv-big bs=1024k count=64");
        Assert.Equal(1, failure.Status);
        Assert.Contains(failure.Output, line => line.Contains("No space left on device", StringComparison.Ordinal));
    }

    [Fact]
    public void A_script_that_forks_without_end_gets_no_further_process_than_its_bound()
    {
        Assert.SkipUnless(ScriptBounds.OfThisProcess().Processes is BoundPlace.Unified or BoundPlace.Separate, "needs control groups in which processes can be bounded");
        var failure = Fail(new ConfigureLimits { Processes = 40, Time = TimeSpan.FromSeconds(5) }, "n=0; while test $n -lt 60; do sleep 1000 & n=$((n+1)); done");
        Assert.NotEqual(0, failure.Status ?? -1);
        Assert.Contains(failure.Output, line => line.Contains("fork", StringComparison.Ordinal));
        Assert.Equal(ExceededBounds.Processes, failure.Exceeded);
    }

    [Fact]
    public void A_script_that_takes_more_memory_than_its_bound_is_killed()
    {
        Assert.SkipUnless(ScriptBounds.OfThisProcess().Memory is BoundPlace.Unified or BoundPlace.Separate, "needs control groups in which memory can be bounded");
        var failure = Fail(new ConfigureLimits { Memory = 64 << 20, Size = "1g" }, "dd if=/dev/zero of=/dev/null bs=256M count=1");
        Assert.Equal((137, ExceededBounds.Memory), (failure.Status, failure.Exceeded));
    }

    [Fact]
    public void Memory_that_is_swapped_out_counts_where_the_kernel_counts_it()
    {
        var (place, file, bound) = ScriptBounds.OfThisProcess().Memory switch
        {
            BoundPlace.Unified unified => (unified.Folder, "memory.swap.max", "0\n"),
            BoundPlace.Separate separate => (separate.Folder, "memory.memsw.limit_in_bytes", "67108864\n"),
            _ => ("", "", ""),
        };
        Assert.SkipUnless(place.Length > 0, "needs control groups in which memory can be bounded");
        using var group = ConfigureGroup.Make(new ConfigureLimits { Memory = 64 << 20 });
        var made = Directory.GetDirectories(place, $"ez-configure-{Environment.ProcessId}-*").Where(folder => File.Exists(Path.Combine(folder, file))).Select(folder => File.ReadAllText(Path.Combine(folder, file))).ToList();
        Assert.SkipWhen(made.Count == 0, "needs a kernel that counts what is swapped out");
        Assert.Contains(bound, made);
    }

    [Fact]
    public void Without_control_groups_each_process_has_its_limits_before_it_runs()
    {
        var limits = new ConfigureLimits { Memory = 64 << 20, Processes = 77, Bounds = new ScriptBounds(new BoundPlace.ProcessLimit(), new BoundPlace.ProcessLimit()) };
        using var sandbox = Begin(limits);
        var failure = sandbox.Run(Script("while read a b c d; do case \"$a $b\" in 'Max processes'|'Max data') echo $a $b $c $d;; esac; done < /proc/self/limits; ls /proc/self/fd; dd if=/dev/zero of=/dev/null bs=256M count=1"), TestContext.Current.CancellationToken)!;
        Assert.Equal(1, failure.Status);
        Assert.Equal(["Max data size 67108864 67108864 bytes", "Max processes 77 77 processes", "0", "1", "2", "3"], failure.Output[..6]);
        Assert.Contains("memory exhausted", failure.Output[^1], StringComparison.Ordinal);
        Assert.Equal(127, sandbox.Run(new ConfigureStep("it", ["no-such-program"]), TestContext.Current.CancellationToken)!.Status);
        Assert.Equal(126, sandbox.Run(new ConfigureStep("it", ["/etc"]), TestContext.Current.CancellationToken)!.Status);
    }

    [Fact]
    public void A_group_that_the_kernel_refuses_gives_way_to_limits_of_processes()
    {
        var nowhere = new BoundPlace.Unified(_ground.Environments.Host.Layout.Root + "/none/such", UnifiedWay.Enable);
        Assert.Equal(1, Fail(new ConfigureLimits { Memory = 64 << 20, Bounds = new ScriptBounds(nowhere, nowhere) }, "dd if=/dev/zero of=/dev/null bs=256M count=1").Status);
    }

    [Theory]
    [InlineData("mount -t tmpfs none /opt")]
    [InlineData("echo 1 > /proc/sys/kernel/sysrq")]
    [InlineData("mknod /srv-disk b 8 0 && cat /srv-disk")]
    public void What_would_reach_the_host_is_refused(string script) => Assert.NotEqual(0, Fail(new ConfigureLimits(), script).Status);

    [Fact]
    public void A_module_is_not_loaded_and_no_network_is_reached()
    {
        Requires.Tool("perl");
        // init_module; then socket and connect to an address that is nobody's (RFC 5737).
        var failure = Fail(new ConfigureLimits(), """
            LANG=C perl -e '$m = "x" x 64; $o = "\0" x 8; syscall(175, $m, 64, $o); print $! + 0, "\n"; $s = syscall(41, 2, 1, 0); $a = pack("S n C4 x8", 2, 80, 192, 0, 2, 1); syscall(42, $s, $a, 16); print $! + 0, "\n"'
            exit 9
            """);
        Assert.Equal(9, failure.Status);

        // Not permitted, or by a kernel that has no modules not there; unreachable.
        Assert.Matches("^(1|38) 101$", string.Join(' ', failure.Output));
    }

    [Fact]
    public void Nothing_was_booted_in_a_root_that_is_being_made()
    {
        // libc6's postinst asks ischroot(1), and where that says no, tells init to start itself again and sleeps for a second.
        Requires.Tool("ischroot");
        Capture("[ $(stat -L -c %d:%i /proc/1/root) != $(stat -c %d:%i /) ]; ischroot");
    }

    [Fact]
    public void What_is_written_outside_is_written_into_the_view()
    {
        var outside = $"/tmp/ez-outside-{Guid.NewGuid():N}";
        var captured = Capture($"mkdir -p /tmp; echo x > /../../..{outside}; ( echo x > /proc/1/root/of-init ) 2> /dev/null && exit 1; cd /etc; echo x > ../../../above");
        Assert.False(File.Exists(outside));
        Assert.Equal("x\n", TextOf(captured, "/above"));
    }

    [Fact]
    public void A_script_that_kills_its_parent_and_all_it_sees_harms_only_itself()
    {
        // Its parent has no number inside; 0 is its process group.
        Assert.Equal(137, Fail(new ConfigureLimits(), "kill -9 -1; kill -9 $PPID; kill -9 0").Status);
    }

    [Fact]
    public void A_cancelled_run_ends_at_once()
    {
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        using var sandbox = Begin(new ConfigureLimits());
        Assert.Throws<OperationCanceledException>(() => sandbox.Run(Script("sleep 1000"), cancel.Token));
    }

    [Fact]
    public void A_link_is_there_while_its_step_runs_and_only_then()
    {
        using var sandbox = Begin(new ConfigureLimits());
        Assert.Null(sandbox.Run(Script("cat /opt/now/changed") with { Link = (TreePath.Parse("/opt/now"), "/etc") }, TestContext.Current.CancellationToken));
        Assert.DoesNotContain(sandbox.Capture(Take, TestContext.Current.CancellationToken), change => change.Path.Latin1 == "/opt/now");
    }

    public void Dispose() => _ground.Dispose();

    private ConfigureSandbox Begin(ConfigureLimits limits)
    {
        var host = _ground.Environments.Host;
        var folder = Directory.CreateDirectory(Path.Combine(host.Layout.Work, Guid.NewGuid().ToString("N"))).FullName;
        return ConfigureSandbox.Begin(_ground.Environments, new ConfigureTree(
            _ground.ManifestOf(_version),
            kind =>
            {
                host.MakeLayer(_version.Manifest, kind);
                return Path.GetRelativePath(host.Layout.Root, host.Layout.LayerOf(kind, _version.Manifest));
            },
            folder), limits);
    }

    private static ConfigureStep Script(string text) => new("the script", ["sh", "-c", text]);

    private ConfigureFailure Fail(ConfigureLimits limits, string script)
    {
        using var sandbox = Begin(limits);
        var failure = sandbox.Run(Script(script), TestContext.Current.CancellationToken);
        Assert.NotNull(failure);
        return failure;
    }

    private ImmutableArray<CapturedPath> Capture(string script)
    {
        using var sandbox = Begin(new ConfigureLimits());
        var failure = sandbox.Run(Script("set -e\n" + script), TestContext.Current.CancellationToken);
        Assert.True(failure is null, string.Join('\n', failure?.Output ?? []));
        return sandbox.Capture(Take, TestContext.Current.CancellationToken);
    }

    private Sha256Digest Take(Stream content, long size)
    {
        var bytes = new byte[size];
        content.ReadExactly(bytes);
        var digest = Sha256Digest.Of(bytes);
        _objects[digest] = bytes;
        return digest;
    }

    private string Describe(CapturedPath change) => change switch
    {
        CapturedPath.Removed => $"- {change.Path}",
        CapturedPath.Linked linked => $"= {linked.Path} {linked.File}",
        CapturedPath.Changed { Entry: { Type: EntryType.File } file } => $"~ {file.Path} {TextOf(file)}",
        CapturedPath.Changed { Entry: { Type: EntryType.Symlink } link } => $"~ {link.Path} -> {link.Target}",
        _ => $"~ {change.Path}",
    };

    private string TextOf(ManifestEntry file) => System.Text.Encoding.UTF8.GetString(_objects[file.Content!.Value]);

    private string TextOf(ImmutableArray<CapturedPath> captured, string path) => TextOf(Entry(captured, path));

    private static ManifestEntry Entry(ImmutableArray<CapturedPath> captured, string path) =>
        captured.OfType<CapturedPath.Changed>().Single(change => change.Path.Latin1 == path).Entry;
}
