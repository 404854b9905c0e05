using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>The main job as an ordinary user of this machine.</summary>
public sealed class RootlessTests
{
    [Theory]
    [InlineData(SubordinateRanges.Granted, null)]
    [InlineData(SubordinateRanges.None, null)]
    [InlineData(SubordinateRanges.Granted, "copy")]
    [InlineData(SubordinateRanges.None, "copy")]
    public void A_day_of_an_ordinary_user(SubordinateRanges ranges, string? layer)
    {
        using var ground = new RootlessGround(ranges) { Layer = layer };
        var up = ground.Succeed("up", ground.Recipe, "--name", "web");
        Assert.Contains("environment `web` is created, on small@1.0.0", up.Output, StringComparison.Ordinal);
        Assert.Equal(ManifestOfRoot(ground, "small@1.0.0"), ground.ManifestOf("small@1.0.0"));

        Assert.Equal("1\nuid=0 gid=0 groups=0\n", ground.Exec("web", "cat /etc/base-version; id -u > /dev/null && echo uid=$(id -u) gid=$(id -g) groups=$(id -G | { read first rest; echo $first; })"));
        ground.Exec("web", "echo own > /etc/own; echo changed > /etc/base.conf; echo /bin/own >> /etc/shells; rm /var/lib/dpkg/triggers/thing");
        ground.Publish("2");
        var update = ground.Succeed("update", ground.Recipe);
        Assert.Contains("web could move from small@1.0.0 to small@1.0.1", update.Output, StringComparison.Ordinal);
        Assert.Equal(ManifestOfRoot(ground, "small@1.0.1"), ground.ManifestOf("small@1.0.1"));

        const string paths = "  PATH                          ACTION  DETAIL\n  /etc/base.conf                keep    hides the new version's\n  /etc/shells                   merge\n  /var/lib/dpkg/triggers/thing  merge\n";
        Assert.Equal("web: remapped from small@1.0.0 to small@1.0.1\n" + paths, ground.Succeed("upgrade", "--all").Output);
        Assert.Equal("2\nown\nchanged\n/bin/sh\n/bin/own\n/bin/of-2\nof-2\n", ground.Exec("web", "cat /etc/base-version /etc/own /etc/base.conf /etc/shells /var/lib/dpkg/triggers/thing"));
        Assert.StartsWith("web: remapped from small@1.0.1 to small@1.0.0\n", ground.Succeed("rollback", "web").Output, StringComparison.Ordinal);
        Assert.Equal("1\nown\n/bin/sh\n/bin/of-1\n/bin/own\ngone\n", ground.Exec("web", "cat /etc/base-version /etc/own /etc/shells; test -e /var/lib/dpkg/triggers/thing || echo gone"));
        Assert.StartsWith("web: remapped from small@1.0.0 to small@1.0.1\n", ground.Succeed("env", "remap", "web", "--to", "small").Output, StringComparison.Ordinal);
        Assert.Equal("2\nown\n", ground.Exec("web", "cat /etc/base-version /etc/own"));

        using (var shown = JsonDocument.Parse(ground.Succeed("env", "show", "web", "--json").Stdout))
        {
            var who = shown.RootElement.GetProperty("history").EnumerateArray().Select(line => line.GetProperty("by").GetString()!.Split(' ')[0]);
            Assert.All(who, name => Assert.Equal(ground.User.Name, name));
        }

        Assert.Equal("2\n", ground.Succeed("run", "small", "--", "cat", "/etc/base-version").Output);
        Assert.Equal("1\nthrown away\n", ground.Succeed("run", "--disk", "small@1.0.0", "--", "sh", "-c", "echo thrown away > /etc/note; cat /etc/base-version /etc/note").Output);
        Assert.Equal("web: removed, was on small@1.0.1\n", ground.Succeed("env", "remove", "web").Output);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(ground.Store, "environments")));

        ground.Succeed("template", "remove", "small@1.0.0");
        ground.Succeed("store", "gc");
        var layers = Path.Combine(ground.Store, "store", layer is null ? "trees" : "copies");
        Assert.Equal([ground.ManifestOf("small@1.0.1")], Directory.EnumerateDirectories(layers).Select(Path.GetFileName));
        Assert.Contains("nothing is damaged", ground.Succeed("store", "check").Output, StringComparison.Ordinal);
        Assert.Equal("2\n", ground.Succeed("run", "small", "--", "cat", "/etc/base-version").Output);
    }

    [Fact]
    public void With_ranges_files_have_the_owners_that_the_manifest_says_and_users_are_who_they_are()
    {
        using var ground = new RootlessGround(SubordinateRanges.Granted);
        ground.Succeed("up", ground.Recipe);

        Assert.Equal(
            "drwxrwsr-x 8 8 mail\n-rw-r----- 33 42 owned\nprw-r--r-- 65534 65534 pipe\n",
            ground.Exec("small", "ls -ln /srv/data | while read mode links uid gid more; do for name in $more; do :; done; [ $mode = total ] || echo $mode $uid $gid $name; done"));
        Assert.Equal("1234 1300\n", ground.Succeed("env", "exec", "small", "--user", "bo", "--", "sh", "-c", "echo $(id -u) $(id -G)").Output);

        ground.Exec("small", "echo changed > /etc/base.conf");
        Assert.Matches(@"/etc/base\.conf .*\[base\]", ground.Succeed("env", "diff", "small").Output);

        ground.Exec("small", "echo x > /tmp/theirs");
        Assert.Equal("no\n", ground.Succeed("env", "exec", "small", "--user", "bo", "--", "sh", "-c", "echo y > /tmp/theirs || echo no").Output);
        Assert.Equal("small: removed, was on small@1.0.0\n", ground.Succeed("env", "remove", "small").Output);
    }

    [Fact]
    public void Without_ranges_all_is_the_user_s_and_no_other_user_can_be_had()
    {
        using var ground = new RootlessGround(SubordinateRanges.None);
        ground.Succeed("up", ground.Recipe);

        Assert.Equal("0 0\n", ground.Exec("small", "ls -ln /srv/data/owned | { read mode links uid gid more; echo $uid $gid; }"));
        var refused = ground.Run("env", "exec", "small", "--user", "bo", "--", "true");
        Assert.Equal(125, refused.ExitCode);
        Assert.Equal(
            "ez: cannot run as `bo` (1234:1300): the store of an ordinary user has one id, which is 0\n"
            + "hint: ids come from /etc/subuid and /etc/subgid, through newuidmap, when a store is made: ez doctor\n",
            refused.Error);
        ground.AssertNothingLeft();
    }

    [Fact]
    public void The_sandbox_is_as_tight_as_root_s()
    {
        using var ground = new RootlessGround(SubordinateRanges.Granted);
        ground.Succeed("up", ground.Recipe);

        var status = ground.Exec("small", "cat /proc/self/status");
        Assert.Contains("CapEff:\t00000000a80425fb\n", status, StringComparison.Ordinal);
        Assert.Contains("Seccomp:\t2\n", status, StringComparison.Ordinal);
        Assert.Equal("small\n", ground.Exec("small", "cat /proc/sys/kernel/hostname"));
        Assert.Equal("no\n", ground.Exec("small", "echo 1 > /proc/sys/kernel/printk || echo no"));
        Assert.Equal("no\n", ground.Exec("small", "echo 1 > /sys/kernel/profiling || echo no"));
        var mounts = ground.Exec("small", "cat /proc/self/mountinfo");
        Assert.DoesNotContain(ground.User.Temp.Root, mounts.Replace("upperdir=", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain(".ez-proc", ground.Exec("small", "ls -a /dev"), StringComparison.Ordinal);
        var none = ground.Succeed("env", "exec", "small", "--network", "none", "--", "sh", "-c", "ls /sys/class/net; cat /sys/class/net/lo/flags");
        Assert.Equal("lo\n0x9\n", none.Output);
    }

    [Fact]
    public void A_view_is_for_commands_inside_alone()
    {
        using var ground = new RootlessGround(SubordinateRanges.None);
        ground.Succeed("up", ground.Recipe);

        Ground.Fails(
            ground.Run("env", "path", "small"),
            7,
            "ez: the view of `small` cannot be shown to other programs: it is an ordinary user's, and only seen by commands that run inside\n"
            + "hint: ez env exec small -- COMMAND, or ez env shell small");
        var command = ground.Command("env", "exec", "small", "--", "true");
        var old = ToolRun.Run(command with { Environment = new Dictionary<string, string?>(command.Environment) { ["EZ_VIEW_FORM"] = "two" } });
        Assert.Equal(125, old.ExitCode);
        Assert.StartsWith("ez: an ordinary user's environments over trees have the form `one`, and this would be `two`\n", old.Error, StringComparison.Ordinal);
        ground.AssertNothingLeft();
    }

    [Fact]
    public void A_store_stays_whose_it_was_made()
    {
        using var ground = new RootlessGround(SubordinateRanges.None);
        ground.Succeed("env", "list");
        var root = new EzProgram(ground.Store);
        Ground.Fails(
            root.Run("env", "list"),
            7,
            $"ez: the store `{ground.Store}` belongs to user {ground.User.Uid}, not to 0\nhint: run as its owner, or choose a store of your own with --store DIR");

        ToolRun.Run("chown", "-R", "0:0", ground.Store).Succeed();
        Ground.Fails(
            root.Run("env", "list"),
            7,
            $"ez: the store `{ground.Store}` was made by an ordinary user: root's environments cannot be in it\nhint: choose another store with --store DIR");

        var other = new EzProgram(ground.User.Temp.At("root-s"));
        other.Succeed("env", "list");
        ground.User.Own(other.Store);
        Ground.Fails(
            ground.Run("env", "list", "--store", other.Store),
            7,
            $"ez: the store `{other.Store}` was made by root: an ordinary user's environments cannot be in it\nhint: choose another store with --store DIR");
    }

    [Fact]
    public void Ranges_that_are_taken_away_are_missed_in_so_many_words()
    {
        using var ground = new RootlessGround(SubordinateRanges.Granted);
        ground.Succeed("up", ground.Recipe);
        ground.User.RemoveRanges();

        var refused = ground.Run("env", "exec", "small", "--", "true");

        Assert.Equal(125, refused.ExitCode);
        Assert.StartsWith("ez: cannot map the ids ", refused.Error, StringComparison.Ordinal);
        Assert.EndsWith("\nhint: `/etc/subuid` must give them to this user: ez doctor\n", refused.Error, StringComparison.Ordinal);
        ground.AssertNothingLeft();
    }

    [Fact]
    public void Another_user_reaches_nothing_of_it()
    {
        using var ground = new RootlessGround(SubordinateRanges.Granted);
        using var other = new OrdinaryUser(SubordinateRanges.None);
        ToolRun.Run("chmod", "755", ground.User.Home).Succeed();
        using var exec = new RunningEz(ground.Command("up", ground.Recipe));
        Assert.Equal(0, exec.End().ExitCode);
        using var inside = new RunningEz(ground.Command("env", "exec", "small", "--", "sh", "-c", "echo ready; read line"));
        RunningEz.WaitFor(inside.Output, "ready");
        foreach (var path in (string[])[Path.Combine(ground.Store, "store"), Path.Combine(ground.Store, "environments", "small", "root"), $"/proc/{inside.Id}/root/", $"/proc/{inside.Id}/ns/mnt"])
        {
            ToolRun.Run("stat", path).Succeed();
            Assert.NotEqual(0, ToolRun.Run(other.Command("ls", "-L", path)).ExitCode);
            if (!path.StartsWith("/proc", StringComparison.Ordinal))
            {
                ToolRun.Run(ground.User.Command("stat", path)).Succeed();
            }
        }

        Assert.NotEqual(0, ToolRun.Run(other.Command("nsenter", "--user", "--mount", "--target", inside.Id, "true")).ExitCode);
    }

    [Fact]
    public void A_query_makes_no_namespaces_and_a_change_does()
    {
        Requires.Tool("strace");
        using var ground = new RootlessGround(SubordinateRanges.Granted);
        ground.Succeed("up", ground.Recipe);
        foreach (var query in (IReadOnlyList<string>[])[["env", "list"], ["template", "list"], ["template", "show", "small"], ["why", "base", "--recipe", ground.Recipe], ["version"], ["lock", ground.Recipe]])
        {
            Assert.DoesNotContain("nsenter", ProgramsOf(ground, query), StringComparison.Ordinal);
        }

        Assert.Contains("nsenter", ProgramsOf(ground, ["env", "exec", "small", "--", "sh", "-c", ":"]), StringComparison.Ordinal);
    }

    private static string ProgramsOf(RootlessGround ground, IReadOnlyList<string> arguments)
    {
        var trace = ground.User.Temp.At("trace");
        var command = ground.Command(arguments);
        ToolRun.Run(command with { File = "strace", Arguments = ["-f", "-qq", "-e", "trace=execve", "-o", trace, "setpriv", .. command.Arguments] }).Succeed();
        return File.ReadAllText(trace);
    }

    /// <summary>What root makes of the user's own lock.</summary>
    private static string ManifestOfRoot(RootlessGround ground, string version)
    {
        using var temp = new TempFolder();
        ToolRun.Run("cp", "-r", ground.Recipes.Folder, temp.At("recipes")).Succeed();
        var root = new EzProgram(temp.At("store"));
        root.Succeed("build", "--locked", temp.At("recipes", "small.yaml"));
        using var json = JsonDocument.Parse(root.Succeed("template", "show", version, "--json").Stdout);
        return json.RootElement.GetProperty("manifest").GetString()!;
    }
}
