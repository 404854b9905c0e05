using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Real;

/// <summary>Who may reach what: the store from outside, set-id files and devices through views.</summary>
[Collection(RealGroundUsers.Name)]
public sealed class ReachTests(RealGround ground)
{
    [Fact]
    public void Another_user_can_stat_open_or_execute_nothing_below_the_store()
    {
        Requires.Tool("python3");
        var root = ground.Mount(ground.Create("nginx"));
        var store = ground.Ez.Store;
        string[] paths =
        [
            .. ToolRun.Run("find", store, "-xdev", "-mindepth", "1", "-maxdepth", "4", "-not", "-path", "*/objects/*").Succeed().Lines.Take(20_000),
            root, root + "/etc/debian_version", root + "/usr/bin/true", root + "/tmp",
        ];
        var run = ToolRun.Run(new ToolCommand("python3", "-c", """
            import os, sys
            paths = sys.stdin.read().splitlines()
            os.setgroups([]); os.setgid(65534); os.setuid(65534)
            acts = {
                "stat": os.lstat,
                "open": lambda path: os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK)),
                "enter": os.chdir,
                "list": os.listdir,
                "execute": lambda path: os._exit(os.spawnv(os.P_WAIT, path, [path])) if os.access(path, os.X_OK) else os.lstat(path),
                "make": lambda path: os.mkdir(path + "/mine"),
            }
            for path in paths:
                for name, act in acts.items():
                    try:
                        act(path)
                        print(name, path)
                    except PermissionError:
                        pass
            print(len(paths), "tried")
            """) { Stdin = System.Text.Encoding.UTF8.GetBytes(string.Join('\n', paths)) }).Succeed();
        Assert.Equal($"{paths.Length} tried\n", run.Output);
        Assert.True(paths.Length > 300, run.Output);
    }

    [Fact]
    public void Views_are_nodev_and_nosuid_outside_and_set_id_works_inside()
    {
        var environment = ground.Create("debian-12");
        ground.Mount(environment);
        foreach (var options in Options("/proc/self/mountinfo", ground.Ez.Store))
        {
            Assert.Contains("nodev", options);
            Assert.Contains("nosuid", options);
        }

        var inside = ground.Exec(environment, "sh", "-c", "cat /proc/self/mountinfo").Succeed();
        var rootMount = Assert.Single(inside.Lines, line => line.Split(' ')[4] == "/").Split(' ')[5].Split(',');
        Assert.Contains("nodev", rootMount);
        Assert.DoesNotContain("nosuid", rootMount);

        // passwd shows a user its own entry of /etc/shadow, which only the set-id bit lets it read.
        ground.Exec(environment, "sh", "-c", "cp /usr/share/base-passwd/passwd.master /etc/passwd && cp /usr/share/base-passwd/group.master /etc/group && sed 's/:.*/:*:19000:0:99999:7:::/' /etc/passwd > /etc/shadow && chmod 600 /etc/shadow").Succeed();
        var status = ground.Ez.Succeed("env", "exec", "--user", "nobody", environment, "--", "passwd", "-S");
        Assert.StartsWith("nobody L ", status.Output, StringComparison.Ordinal);
        Assert.NotEqual(0, ground.Ez.Run("env", "exec", "--user", "nobody", environment, "--", "cat", "/etc/shadow").ExitCode);
    }

    private static List<string[]> Options(string mountinfo, string below)
    {
        var found = File.ReadLines(mountinfo).Select(line => line.Split(' ')).Where(words => words[4].StartsWith(below + "/", StringComparison.Ordinal)).Select(words => words[5].Split(',')).ToList();
        Assert.NotEmpty(found);
        return found;
    }
}
