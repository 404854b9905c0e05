using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>Each fault is made for real where that is possible: files of the machine are covered in a mount namespace of the run's own.</summary>
[Collection(OtherNamespaces.Name)]
public sealed class DoctorTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly EzProgram _ez;

    public DoctorTests()
    {
        Requires.Overlay();
        Requires.Tool("gpgv");
        _ez = new EzProgram(_temp.At("store")) { Environment = { ["EZ_HOST_ROOT"] = _temp.MakeFolder("host"), ["SUDO_USER"] = null } };
    }

    [Fact]
    public void A_machine_on_which_environments_work_has_no_problem()
    {
        var run = _ez.Run("doctor");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.DoesNotContain(run.Lines, line => line.StartsWith("problem", StringComparison.Ordinal));
        foreach (var check in (string[])["kernel", "overlay", "images", "user-namespaces", "signatures", "liblzma", "libzstd", "libz", "libbz2", "store", "file-system", "clones", "entry-types", "attributes", "ids", "bounds", "configuration"])
        {
            Assert.Contains(run.Lines, line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var name, ..] && name == check);
        }

        Assert.False(Directory.Exists(_ez.Store));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_temp.Root, ".ez-doctor*"));
    }

    [Fact]
    public void A_store_that_others_can_enter_is_a_problem_and_is_mended()
    {
        _ez.Succeed("env", "list");
        File.SetUnixFileMode(_ez.Store, (UnixFileMode)0b111_101_101);

        Assert.Equal(("problem", $"`{_ez.Store}` has mode 755: others reach set-id files of templates in it", "ez doctor --fix"), Finding(7, "store", ["doctor"]));
        Assert.Equal((UnixFileMode)0b111_101_101, File.GetUnixFileMode(_ez.Store));
        Assert.Equal(("ok", $"`{_ez.Store}` had mode 755, and has 700 now", null), Finding(0, "store", ["doctor", "--fix"]));
        Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(_ez.Store));
    }

    [Fact]
    public void A_store_of_another_user_s_or_of_a_newer_format_is_a_problem()
    {
        _ez.Succeed("env", "list");
        File.WriteAllText(Path.Combine(_ez.Store, "store/format"), "2\n");
        Assert.Equal("problem", Finding(7, "store", ["doctor"]).Verdict);
        ToolRun.Run("chown", "65534", _ez.Store).Succeed();
        Assert.Equal(("problem", $"`{_ez.Store}` belongs to user 65534, not to 0", "run as its owner, or choose a store of your own with --store DIR"), Finding(7, "store", ["doctor", "--fix"]));
    }

    [Fact]
    public void What_killed_commands_left_is_told_and_removed()
    {
        _ez.Succeed("env", "list");
        Directory.CreateDirectory(Path.Combine(_ez.Store, "store", "work", "4711-abcd", "tree-1"));
        Directory.CreateDirectory(Path.Combine(_ez.Store, "environments", ".gone-web"));

        Assert.Equal(
            ("warning", "2 unfinished of commands that were killed: 4711-abcd, .gone-web", "ez doctor --fix; the next command that changes something removes it as well"),
            Finding(0, "left-over", ["doctor"]));
        Assert.True(Directory.Exists(Path.Combine(_ez.Store, "store", "work", "4711-abcd")));
        Assert.Equal("ok", Finding(0, "left-over", ["doctor", "--fix"]).Verdict);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_ez.Store, "store", "work")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_ez.Store, "environments")));
    }

    [Theory]
    [InlineData("gpgv", "signatures", 7, "apt-get install gpgv")]
    [InlineData("newuidmap", "newuidmap", 0, "as root: apt-get install uidmap")]
    [InlineData("nsenter", "nsenter", 0, "apt-get install util-linux")]
    public void A_tool_that_is_not_there_is_named(string tool, string check, int exitCode, string hint)
    {
        Requires.Tool(tool);
        Assert.SkipUnless(tool != "gpgv" || (ToolRun.Locate("sqv") is null && ToolRun.Locate("gpgv2") is null), "needs a machine with one verifier of signatures");
        var found = Covered($"mount --bind /dev/null {ToolRun.Locate(tool)}", exitCode, check);
        Assert.NotEqual("ok", found.Verdict);
        Assert.Equal(hint, found.Hint);
    }

    [Fact]
    public void A_library_that_does_not_load_is_a_problem()
    {
        var library = ToolRun.Run("ldconfig", "-p").Succeed().Lines.First(line => line.Contains("libzstd.so.1 ", StringComparison.Ordinal)).Split("=> ")[1];
        var found = Covered($"mount --bind /dev/null {library}", 7, "libzstd");
        Assert.Equal(("problem", "`libzstd.so.1` cannot be loaded, and packages are compressed with it", "apt-get install libzstd1"), found);
    }

    [Fact]
    public void A_setting_that_forbids_user_namespaces_is_named()
    {
        var setting = _temp.WriteFile("zero", "0\n");
        var found = Covered($"mount --bind {setting} /proc/sys/user/max_user_namespaces", 0, "user-namespaces");
        Assert.Equal(("warning", "ordinary users can have no environments: user.max_user_namespaces is 0", "as root: sysctl user.max_user_namespaces=10000"), found);
    }

    [Fact]
    public void A_small_file_system_and_one_without_attributes_are_told()
    {
        var folder = _temp.MakeFolder("disk");
        var small = Covered($"mount -t tmpfs -o size=32m small {folder}", 0, "file-system", "--store", folder + "/store");
        Assert.Equal("warning", small.Verdict);
        Assert.Contains("tmpfs with 3", small.Found, StringComparison.Ordinal);
        var without = Covered($"mount -t ramfs ramfs {folder}", 7, "attributes", "--store", folder + "/store");
        Assert.Equal("problem", without.Verdict);
        Assert.StartsWith("files take no trusted.* attributes, which views are made of", without.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_that_cannot_be_written_is_a_problem()
    {
        var folder = _temp.MakeFolder("disk");
        Assert.Equal("problem", Covered($"mount -t tmpfs -o ro small {folder}", 7, "writing", "--store", folder + "/store").Verdict);
    }

    [Fact]
    public void A_full_disk_is_a_problem_and_ends_no_other_check()
    {
        var folder = _temp.MakeFolder("disk");
        Assert.Equal("problem", Covered($"mount -t tmpfs -o size=16k small {folder}", 7, "writing", "--store", folder + "/store").Verdict);
    }

    [Fact]
    public void Nothing_is_tried_where_another_user_can_put_links_in_the_way()
    {
        using var user = new OrdinaryUser();
        var theirs = user.Temp.MakeFolder("home/theirs");
        user.Own(theirs);
        File.CreateSymbolicLink(_temp.At("link"), theirs);
        foreach (var ground in (string[])[theirs, user.Temp.MakeFolder("home/theirs/of-root"), _temp.At("link")])
        {
            foreach (var check in (string[])["overlay", "writing"])
            {
                var found = Finding(0, check, ["doctor", "--store", ground + "/store"]);
                Assert.Equal(("warning", $"not tried: other users can change what is in `{ground}`, or above it"), (found.Verdict, found.Found));
            }
        }
    }

    [Fact]
    public void What_cannot_be_removed_is_not_said_to_be()
    {
        Requires.Tool("chattr");
        _ez.Succeed("env", "list");
        var left = Directory.CreateDirectory(Path.Combine(_ez.Store, "environments", ".gone-web.1")).FullName;
        File.WriteAllText(Path.Combine(left, "kept"), "x");
        Assert.SkipUnless(ToolRun.Run("chattr", "+i", Path.Combine(left, "kept")).ExitCode == 0, "needs a file system with chattr +i");
        try
        {
            var found = Finding(7, "left-over", ["doctor", "--fix"]);
            Assert.Equal(("problem", "could not remove all, there still are 1 unfinished of commands that were killed: .gone-web.1"), (found.Verdict, found.Found));
        }
        finally
        {
            ToolRun.Run("chattr", "-i", Path.Combine(left, "kept")).Succeed();
        }

        Assert.StartsWith("removed 1 unfinished", Finding(0, "left-over", ["doctor", "--fix"]).Found, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_configuration_is_a_problem()
    {
        _temp.WriteFile("host/etc/ez/config.yaml", "mirrrors: {}\n");
        var (verdict, found, _) = Finding(7, "configuration", ["doctor"]);
        Assert.Equal("problem", verdict);
        Assert.Contains("`mirrrors`", found, StringComparison.Ordinal);
        _temp.WriteFile("host/etc/ez/config.yaml", "mirrors: {debian: [\"http://127.0.0.1/debian\"]}\n");
        Assert.Equal(("ok", $"`{_temp.At("host")}/etc/ez/config.yaml` names mirrors of debian", null), Finding(0, "configuration", ["doctor"]));
    }

    [Fact]
    public void An_ordinary_user_without_ids_is_told_and_root_can_give_them()
    {
        using var user = new OrdinaryUser(SubordinateRanges.None);
        Requires.Tool("newuidmap");
        var program = RootlessGround.CopyProgram(user.Temp);
        var command = user.Command(program, "doctor", "--json");
        var before = Find(ToolRun.Run(command), 0, "ids");
        Assert.Equal("warning", before.Verdict);
        Assert.StartsWith("one: all files inside are this user's own", before.Found, StringComparison.Ordinal);

        var sudo = new EzProgram(_ez.Store) { Environment = { ["SUDO_USER"] = user.Name } };
        Assert.Equal("warning", Find(sudo.Run("doctor", "--json"), 0, "ids").Verdict);
        Assert.Contains($"`{user.Name}` has ", Find(sudo.Run("doctor", "--fix", "--json"), 0, "ids").Found, StringComparison.Ordinal);

        Assert.StartsWith("65536 of /etc/subuid and 65536 of /etc/subgid, from ", Find(ToolRun.Run(command), 0, "ids").Found, StringComparison.Ordinal);
        ToolRun.Run(user.Command(program, "env", "list")).Succeed();
        user.RemoveRanges();
        var after = Find(ToolRun.Run(command), 7, "ids");
        Assert.Equal("problem", after.Verdict);
        Assert.StartsWith("as root: usermod --add-subuids ", after.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void What_an_ordinary_user_s_killed_command_left_is_removed_by_who_may()
    {
        using var user = new OrdinaryUser();
        var program = RootlessGround.CopyProgram(user.Temp);
        ToolRun.Run(user.Command(program, "env", "list")).Succeed();
        var work = Path.Combine(user.Home, ".local/share/ez/store/work");
        var left = Directory.CreateDirectory(Path.Combine(work, "4711-abcd", "tree-1")).FullName;
        File.WriteAllText(Path.Combine(left, "file"), "x");
        user.Own(Path.Combine(work, "4711-abcd"));

        // Of one of his other ids, and closed to him.
        var range = File.ReadLines("/etc/subuid").Single(line => line.StartsWith(user.Name + ":", StringComparison.Ordinal)).Split(':')[1];
        ToolRun.Run("chown", "-R", range, left).Succeed();
        ToolRun.Run("chmod", "700", left).Succeed();

        Assert.Equal("warning", Find(ToolRun.Run(user.Command(program, "doctor", "--json")), 0, "left-over").Verdict);
        Assert.Equal("removed 1 unfinished of commands that were killed: 4711-abcd", Find(ToolRun.Run(user.Command(program, "doctor", "--fix", "--json")), 0, "left-over").Found);
        Assert.Empty(Directory.EnumerateFileSystemEntries(work));
        Assert.True(SpinWait.SpinUntil(() => user.Processes().Count == 0, TimeSpan.FromSeconds(20)));
    }

    public void Dispose() => _temp.Dispose();

    private (string Verdict, string Found, string? Hint) Finding(int exitCode, string check, IReadOnlyList<string> command) => Find(_ez.Run([.. command, "--json"]), exitCode, check);

    /// <summary>A run in a mount namespace of its own, after a command there.</summary>
    private (string Verdict, string Found, string? Hint) Covered(string mount, int exitCode, string check, params IReadOnlyList<string> more) =>
        Find(ToolRun.Run(OwnMounts.Of(_ez.Command(["doctor", "--json", .. more]), mount)), exitCode, check);

    private static (string Verdict, string Found, string? Hint) Find(ToolRun run, int exitCode, string check)
    {
        Assert.True(exitCode == run.ExitCode, $"{run.ExitCode}: {run.Error}{run.Output}");
        using var json = JsonDocument.Parse(run.Stdout);
        Assert.Equal("ez.doctor/1", json.RootElement.GetProperty("schema").GetString());
        var finding = json.RootElement.GetProperty("findings").EnumerateArray().Single(one => one.GetProperty("check").GetString() == check);
        return (finding.GetProperty("verdict").GetString()!, finding.GetProperty("found").GetString()!, finding.GetProperty("hint").GetString());
    }
}
