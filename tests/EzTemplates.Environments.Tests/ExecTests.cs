using EzTemplates.Domain;
using EzTemplates.Testing;

namespace EzTemplates.Environments.Tests;

public sealed class ExecTests
{
    private const string Passwd = "root:x:0:0:root:/root:/bin/sh\nbo:x:1234:1300:Bo:/home/bo:/bin/sh\njürgen:x:1235:1300:J:/home/jürgen:/bin/sh\n";
    private const string Group = "root:x:0:\nbo:x:1300:\nextra:x:1400:bo,al\n";

    [Fact]
    public void A_command_s_status_output_and_input_pass_as_they_are()
    {
        using var ground = Ready(out var name);
        Assert.Equal(0, ground.Exec(name, "true").Status);
        Assert.Equal(17, ground.Exec(name, "sh", "-c", "exit 17").Status);
        Assert.Equal(128 + 15, ground.Exec(name, "sh", "-c", "kill -TERM $$").Status);
        var echoed = ground.Exec(new ExecRequest { Environment = name, Command = ["cat"] }, "what goes in\n");
        Assert.Equal(new ExecResult(0, "what goes in\n", ""), echoed);
        Assert.Equal(new ExecResult(3, "out\n", "err\n"), ground.Exec(name, "sh", "-c", "echo out; echo err >&2; exit 3"));
    }

    [Fact]
    public void What_is_not_there_is_127_and_what_cannot_be_executed_126()
    {
        using var ground = Ready(out var name);
        Assert.Equal(127, Assert.Throws<CommandNotStartedException>(() => ground.Exec(name, "nothing-of-that-name")).ExitCode);
        Assert.Equal(127, Assert.Throws<CommandNotStartedException>(() => ground.Exec(name, "/no/such")).ExitCode);
        Assert.Equal(126, Assert.Throws<CommandNotStartedException>(() => ground.Exec(name, "/etc/passwd")).ExitCode);
        Assert.Equal(126, Assert.Throws<CommandNotStartedException>(() => ground.Exec(name, "/bin")).ExitCode);
        Assert.Throws<EzException>(() => ground.Exec(new ExecRequest { Environment = name, Command = ["true"], Folder = "/missing" }));
        Assert.Equal(0, ground.Exec(name, "true").Status);
    }

    [Fact]
    public void A_script_without_an_interpreter_line_is_run_by_the_shell_and_foreign_code_is_not()
    {
        Requires.Overlay();
        Requires.Tool("ldd");
        using var ground = new TestGround();
        var script = ground.Text("/bin/script", "echo $0 \"$@\"; exit 9\n", 0b111_101_101);
        var foreign = ground.Bytes("/bin/foreign", [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0xff, 0xfe, 1, 0, 0, 0], 0b111_101_101);
        var name = ground.Create("box", "1", [.. ground.Tools(), script, foreign]);
        Assert.Equal(new ExecResult(9, "/bin/script a b c\n", ""), ground.Exec(name, "script", "a b", "c"));
        Assert.Equal(126, Assert.Throws<CommandNotStartedException>(() => ground.Exec(name, "foreign")).ExitCode);
    }

    [Fact]
    public void Users_are_those_of_the_environment()
    {
        using var ground = Ready(out var name);
        string Id(string? user) => ground.Exec(new ExecRequest { Environment = name, Command = ["sh", "-c", "echo $(id -u) $(id -g) $(id -G) $HOME"], User = user }).Output.TrimEnd();
        Assert.Equal("0 0 0 /root", Id(null));
        Assert.Equal("1234 1300 1300 1400 /home/bo", Id("bo"));
        Assert.Equal("1234 1300 1300 1400 /home/bo", Id("1234"));
        Assert.Equal("1235 1300 1300 /home/jürgen", Id("jürgen"));
        Assert.Equal("1235 1300 1300 /home/jürgen", Id("1235"));
        Assert.Equal("1234 1400 1400 /home/bo", Id("bo:extra"));
        Assert.Equal("4321 4321 4321 /", Id("4321"));
        Assert.Equal("4321 7 7 /", Id("4321:7"));
        Assert.Contains("`nobody-here`", Assert.Throws<EzException>(() => Id("nobody-here")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Variables_folder_host_name_and_descriptors_are_the_sandbox_s_own()
    {
        using var ground = Ready(out var name);
        var request = new ExecRequest { Environment = name, Command = ["env"], Variables = [new("K", "v w"), new("PATH", "/bin")], Folder = "/etc" };
        var variables = ground.Exec(request).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("K=v w", variables);
        Assert.Contains("PATH=/bin", variables);
        Assert.Contains("HOME=/root", variables);
        Assert.DoesNotContain(variables, variable => variable.StartsWith("DOTNET", StringComparison.Ordinal));
        Assert.Equal("/etc\n", ground.Exec(request with { Command = ["readlink", "/proc/self/cwd"] }).Output);
        Assert.Equal("box\n", ground.Exec(name, "cat", "/proc/sys/kernel/hostname").Output);
        Assert.Equal("0\n1\n2\n3\n", ground.Exec(name, "ls", "/proc/self/fd").Output);

        // What more there is, if anything, is told with what it is.
        const string descriptors = "cd /proc/1/fd; for number in *; do test $number = 0 && echo 0 || echo $number $(readlink $number); done";
        var look = request with { Command = ["sh", "-c", $"readlink /proc/1/cwd /proc/1/root; {descriptors}; ls -d /proc/[0-9]"] };
        Assert.StartsWith("0\n/proc/1\n/proc/2\n", ground.Exec(look).Output, StringComparison.Ordinal);
        Assert.StartsWith("/\n/\n0\n/proc/1\n/proc/2\n", ground.Exec(look with { Privileges = SandboxPrivileges.All }).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_host_s_files_mounts_and_settings_are_out_of_reach()
    {
        using var ground = Ready(out var name);
        var mounts = ground.Exec(name, "cat", "/proc/self/mountinfo").Output;
        Assert.DoesNotContain(mounts.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => line.Split(' ')[4].StartsWith(ground.Temp, StringComparison.Ordinal));
        Assert.Equal("", ground.Exec(name, "ls", "/tmp").Output);
        Assert.NotEqual(0, ground.Exec(name, "sh", "-c", "echo 1 > /proc/sys/kernel/printk").Status);
        Assert.NotEqual(0, ground.Exec(name, "mount", "-t", "tmpfs", "x", "/tmp").Status);
        Assert.Equal(0, ground.Exec(new ExecRequest { Environment = name, Command = ["mount", "-t", "tmpfs", "x", "/tmp"], Privileges = SandboxPrivileges.All }).Status);
        Assert.Equal("", ground.Exec(name, "ls", "/tmp").Output);
        Assert.Equal("00000000a80425fb\n", ground.Exec(name, "sh", "-c", "while read k v; do [ $k = CapEff: ] && echo $v; done < /proc/self/status; true").Output);
    }

    [Fact]
    public void Devices_work_and_nodes_made_inside_do_not()
    {
        using var ground = Ready(out var name);
        Assert.Equal("ok\n", ground.Exec(name, "sh", "-c", "echo x > /dev/null && [ -c /dev/zero ] && [ $(head -c 4 /dev/urandom | cat | ls /dev/stdin) ] && echo ok").Output);
        Assert.Equal("", ground.Exec(name, "sh", "-c", "mknod /tmp/n c 1 3 && echo x > /tmp/n && echo wrote").Output);
        Assert.Equal("crw-rw-rw-", ground.Exec(name, "stat", "-c", "%A", "/dev/pts/ptmx").Output.Trim());
    }

    [Fact]
    public void Set_id_works_inside_and_not_outside()
    {
        using var ground = Ready(out var name);
        Assert.Equal("0\n", ground.Exec(new ExecRequest { Environment = name, Command = ["/bin/setid", "-u"], User = "1000" }).Output);
        var root = ground.Environments.MountedRoot(name);
        Assert.Equal("4755\n", ToolRun.Run("stat", "-c", "%a", root + "/bin/setid").Succeed().Output);
        var options = ToolRun.Run("findmnt", "-no", "OPTIONS", root).Succeed().Output;
        Assert.Contains("nosuid", options, StringComparison.Ordinal);
        Assert.Contains("nodev", options, StringComparison.Ordinal);
    }

    [Fact]
    public void Binds_show_the_host_s_files_and_may_be_read_only()
    {
        using var ground = Ready(out var name);
        var folder = Directory.CreateDirectory(Path.Combine(ground.Temp, "a folder")).FullName;
        File.WriteAllText(Path.Combine(folder, "f"), "from the host\n");
        var request = new ExecRequest { Environment = name, Command = ["sh", "-c", "cat /srv/deep/f && echo new > /srv/deep/g"], Binds = [BindMount.Parse($"{folder}:/srv/deep")] };
        Assert.Equal(new ExecResult(0, "from the host\n", ""), ground.Exec(request));
        Assert.Equal("new\n", File.ReadAllText(Path.Combine(folder, "g")));
        var readOnly = ground.Exec(request with { Binds = [BindMount.Parse($"{folder}:/srv/deep:ro")] });
        Assert.NotEqual(0, readOnly.Status);
        Assert.Contains("Read-only", readOnly.Error, StringComparison.Ordinal);
        var file = request with { Command = ["cat", "/opt/one"], Binds = [BindMount.Parse($"{folder}/f:/opt/one")] };
        Assert.Equal("from the host\n", ground.Exec(file).Output);
        Assert.Equal(FailureKind.Usage, Assert.Throws<EzException>(() => BindMount.Parse("a")).Kind);
        Assert.Equal(FailureKind.Usage, Assert.Throws<EzException>(() => BindMount.Parse("a:b")).Kind);
        Assert.Equal(FailureKind.Usage, Assert.Throws<EzException>(() => BindMount.Parse("a:/b/../../c")).Kind);
    }

    [Fact]
    public void Links_of_the_environment_lead_nowhere_outside()
    {
        using var ground = new TestGround();
        Requires.Overlay();
        var outside = Directory.CreateDirectory(Path.Combine(ground.Temp, "outside")).FullName;
        ManifestEntry Link(string path, string target) => TestGround.Folder(path) with { Type = EntryType.Symlink, Mode = 0b111_111_111, Target = target };
        var entries = ground.Tools().Where(e => e.Path.Latin1 is not "/etc" and not "/sys").Append(Link("/etc", outside)).Append(Link("/srv", "../../../../.." + outside));
        var name = ground.Create("box", "1", [.. entries]);
        Assert.ThrowsAny<EzException>(() => ground.Exec(new ExecRequest { Environment = name, Command = ["true"], Binds = [BindMount.Parse("/etc/passwd:/srv/x")] }));
        Assert.Equal(0, ground.Exec(name, "true").Status);
        Assert.Empty(Directory.EnumerateFileSystemEntries(outside));
    }

    [Theory]
    [InlineData("/dev", "..")]
    [InlineData("/dev", "/..")]
    [InlineData("/dev", "/../tmp")]
    [InlineData("/dev", "srv")]
    [InlineData("/proc", "/..")]
    [InlineData("/proc", "srv")]
    [InlineData("/sys", "/..")]
    public void What_is_mounted_in_a_sandbox_follows_no_link_of_the_environment(string place, string target)
    {
        Requires.Overlay();
        Requires.Tool("ldd");
        using var ground = new TestGround();
        var link = TestGround.Folder(place) with { Type = EntryType.Symlink, Mode = 0b111_111_111, Target = target };
        var entries = ground.Tools().Where(entry => entry.Path.Latin1 != place && !entry.Path.Latin1.StartsWith(place + "/", StringComparison.Ordinal));
        var name = ground.Create("box", "1", [.. entries, TestGround.Folder("/srv"), link]);
        var refused = Assert.Throws<EzException>(() => ground.Exec(name, "ls", "-a", "/.."));
        Assert.Equal(FailureKind.Environment, refused.Kind);
        Assert.Contains($"`{place}`", refused.Message, StringComparison.Ordinal);
        Assert.True(ground.Environments.Unmount(name));
    }

    [Fact]
    public void The_host_s_root_is_not_above_the_environment_s()
    {
        using var ground = Ready(out var name);
        var request = new ExecRequest { Environment = name, Command = ["sh", "-c", "ls -a /../.. && ls -a /"], Privileges = SandboxPrivileges.All };
        var lines = ground.Exec(request).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(lines[..(lines.Length / 2)], lines[(lines.Length / 2)..]);
        Assert.Contains("bin", lines);
    }

    [Fact]
    public void A_network_of_none_has_loopback_only_and_up()
    {
        using var ground = Ready(out var name);
        var request = new ExecRequest { Environment = name, Command = ["cat", "/proc/net/dev"], Network = SandboxNetwork.None };
        var lines = ground.Exec(request).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("lo:", Assert.Single(lines[2..]).Trim().Split(' ')[0]);
        Assert.Equal("0x9\n", ground.Exec(request with { Command = ["cat", "/sys/class/net/lo/flags"] }).Output);
    }

    [Fact]
    public void Names_are_resolved_as_on_the_host_and_leave_etc_as_old_as_it_was()
    {
        using var ground = Ready(out var name);
        Assert.SkipUnless(File.Exists("/etc/resolv.conf"), "needs a resolv.conf");
        Assert.Equal(File.ReadAllText("/etc/resolv.conf"), ground.Exec(name, "cat", "/etc/resolv.conf").Output);
        Assert.Equal(File.ReadAllText("/etc/resolv.conf"), ground.Exec(name, "cat", "/etc/resolv.conf").Output);
        Assert.NotEqual(0, ground.Exec(name, "sh", "-c", "echo > /etc/resolv.conf").Status);
        Assert.Equal("1600000000\n", ground.Exec(name, "stat", "-c", "%Y", "/etc").Output);
        Assert.DoesNotContain(
            new EnvironmentDiff(ground.Environments, name).Changes(),
            change => change.Kind != PrivateChangeKind.SameCopy && change.Path.Latin1.StartsWith("/etc", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("mkfifo /etc/hosts /etc/resolv.conf", "pp")]
    [InlineData("ln -s ../tmp/hosts /etc/hosts; ln -s /etc/hosts /etc/resolv.conf", "ll")]
    [InlineData("mkdir /etc/hosts /etc/resolv.conf", "dd")]
    public async Task What_an_environment_put_in_the_place_of_lent_files_stays_and_blocks_nobody(string act, string kinds)
    {
        Requires.Overlay();
        Requires.Tool("ldd");
        using var ground = new TestGround();
        var name = ground.Create("box", "1", [.. ground.Tools("mkfifo")]);
        var put = new ExecRequest { Environment = name, Command = ["sh", "-c", "rm -f /etc/hosts; " + act], Network = SandboxNetwork.None };
        Assert.Equal(new ExecResult(0, "", ""), ground.Exec(put));
        var look = Task.Run(() => ground.Exec(name, "ls", "-l", "/etc", "/tmp"));
        var lines = (await look.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken)).Output.Split('\n');
        Assert.Equal(kinds, string.Concat(lines.Where(line => line.Contains("hosts", StringComparison.Ordinal) || line.Contains("resolv", StringComparison.Ordinal)).Select(line => line[0])));
    }

    [Theory]
    [InlineData("/etc/hosts")]
    [InlineData("/etc/resolv.conf")]
    public void A_bind_of_the_host_s_name_resolution_shows_even_where_the_environment_has_its_own(string file)
    {
        Requires.Overlay();
        Requires.Tool("ldd");
        Assert.SkipUnless(File.Exists(file), $"needs {file}");
        using var ground = new TestGround();
        var name = ground.Create("box", "1", [.. ground.Tools(), ground.Text(file, "the environment's own\n")]);
        var request = new ExecRequest { Environment = name, Command = ["cat", file] };
        Assert.Equal("the environment's own\n", ground.Exec(request).Output);
        Assert.Equal(File.ReadAllText(file), ground.Exec(request with { Binds = [BindMount.Parse($"{file}:{file}")] }).Output);
    }

    [Fact]
    public void What_the_command_left_running_ends_with_it()
    {
        using var ground = Ready(out var name);
        Assert.Equal(0, ground.Exec(name, "sh", "-c", "sleep 1000 & sleep 1000 & true").Status);
        Assert.True(ground.Environments.Unmount(name));
    }

    [Fact]
    public void Two_sandboxes_share_one_mount()
    {
        using var ground = Ready(out var name);
        var root = ground.Environments.MountedRoot(name);
        ground.Exec(name, "sh", "-c", "echo first > /tmp/f");
        ground.Exec(name, "sh", "-c", "echo second >> /tmp/f");
        Assert.Equal("first\nsecond\n", File.ReadAllText(root + "/tmp/f"));
        Assert.Single(Testing.MountTable.Below(ground.Layout.Environments));
    }

    private static TestGround Ready(out EnvironmentName name)
    {
        Requires.Overlay();
        Requires.Tool("ldd");
        var ground = new TestGround();
        var tools = ground.Tools();
        var id = tools.First(entry => entry.Path.Latin1 == "/bin/id");
        name = ground.Create("box", "1", [.. tools, id with { Path = TreePath.Parse("/bin/setid"), Mode = 0b100_111_101_101 }, ground.Text("/etc/passwd", Passwd), ground.Text("/etc/group", Group)]);
        return ground;
    }
}
