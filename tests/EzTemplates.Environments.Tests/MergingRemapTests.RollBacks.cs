using EzTemplates.Testing;

namespace EzTemplates.Environments.Tests;

/// <summary>What the environment had by itself before a version had it too, and the way back over that version.</summary>
public sealed partial class MergingRemapTests
{
    private const string Devs = "devs:x:1001:\n";
    private const string Own = "postgres:x:26:";
    private const string OwnUser = "postgres:x:26:26::/var/lib/pgsql:/bin/sh\n";

    [Theory]
    [InlineData("", false)]
    [InlineData("", true)]
    [InlineData("first:x:900:\n", false)]
    [InlineData("first:x:900:\n", true)]
    public void Accounts_that_were_its_own_before_the_version_had_them_stay_at_a_roll_back(string first, bool isOverTwo)
    {
        var versions = new[]
        {
            Accounts("1.0.1", "root:x:0:\n", Root, "root:*:1::::::\n"),
            Accounts("1.0.2", $"root:x:0:\n{Own}\n", Root + OwnUser, "root:*:1::::::\npostgres:!!:20::::::\n"),
            Accounts("1.0.3", $"root:x:0:\n{Own}\nlast:x:106:\n", Root + OwnUser + Redis, "root:*:1::::::\npostgres:!!:20::::::\nredis:!!:21::::::\n"),
        };
        var root = Create(versions[0]);

        // As the package's scripts do, which the template then has as well.
        Append(root, $"{first}{Own}\n", OwnUser, "postgres:!!:15::::::\n");
        var remapper = new Remapper(_ground.Environments);
        remapper.Remap(Box, versions[1]);
        if (isOverTwo)
        {
            remapper.Remap(Box, versions[2]);
        }

        _ground.Environments.MountedRoot(Box);
        Append(root, Devs, Deploy, "deploy:!:22::::::\n");
        remapper.Rollback(Box, "1.0.1");
        _ground.Environments.MountedRoot(Box);
        Assert.Equal(Sorted($"root:x:0:\n{first}{Own}\n{Devs}"), Sorted(File.ReadAllText(root + "/etc/group")));
        Assert.Equal(Sorted(Root + OwnUser + Deploy), Sorted(File.ReadAllText(root + "/etc/passwd")));
        Assert.Equal(Sorted("root:*:1::::::\npostgres:!!:15::::::\ndeploy:!:22::::::\n"), Sorted(File.ReadAllText(root + "/etc/shadow")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void They_stay_where_the_file_was_made_what_the_version_has_and_went_with_the_next_one(bool isMoved)
    {
        var versions = new[] { Groups("1.0.1", ""), Groups("1.0.2", $"{Own}\n"), Groups("1.0.3", $"{Own}\nlast:x:106:\n") };
        var root = Create(versions[0]);
        File.AppendAllText(root + "/etc/group", $"{Own}\n{Devs}");
        var remapper = new Remapper(_ground.Environments);
        remapper.Remap(Box, versions[1]);
        _ground.Environments.MountedRoot(Box);
        File.WriteAllText(root + "/etc/group", File.ReadAllText(root + "/etc/group").Replace(Devs, "", StringComparison.Ordinal));
        if (isMoved)
        {
            remapper.Remap(Box, versions[2]);
            Assert.False(File.Exists(Path.Combine(Folder, "private", "etc", "group")));
        }

        remapper.Rollback(Box, "1.0.1");
        _ground.Environments.MountedRoot(Box);
        Assert.Equal($"root:x:0:\n{Own}\n", File.ReadAllText(root + "/etc/group"));
        Assert.Equal("644 0:0\n", ToolRun.Run("stat", "-c", "%a %u:%g", root + "/etc/group").Output);
    }

    [Fact]
    public void A_member_that_the_environment_added_to_a_group_of_both_is_its_own_and_the_version_s_goes()
    {
        var (old, next) = (Groups("1", ""), Groups("2", $"{Own}redis\nlast:x:106:\n"));
        var root = Create(old);
        File.AppendAllText(root + "/etc/group", $"{Own}deploy\n");
        var remapper = new Remapper(_ground.Environments);
        remapper.Remap(Box, next);
        _ground.Environments.MountedRoot(Box);
        Assert.Equal($"root:x:0:\n{Own}deploy,redis\nlast:x:106:\n", File.ReadAllText(root + "/etc/group"));
        File.AppendAllText(root + "/etc/group", Devs);
        remapper.Rollback(Box);
        _ground.Environments.MountedRoot(Box);
        Assert.Equal($"root:x:0:\n{Own}deploy\n{Devs}", File.ReadAllText(root + "/etc/group"));
    }

    /// <summary>What a version between had is nothing to what the environment has come to have on a later one.</summary>
    [Theory]
    [InlineData("", "shared:x:901:\n", "", "shared:x:901:\n")]
    [InlineData("shared:x:900:\n", "shared:x:901:\n", "shared:x:900:\n", "shared:x:950:\n")]
    public void What_it_got_after_the_newest_move_is_compared_with_that_alone(string first, string second, string third, string own)
    {
        var versions = new[] { Groups("1.0.1", first), Groups("1.0.2", second), Groups("1.0.3", third) };
        var root = Create(versions[0]);
        var remapper = new Remapper(_ground.Environments);
        remapper.Remap(Box, versions[1]);
        _ground.Environments.MountedRoot(Box);
        File.AppendAllText(root + "/etc/group", Devs);
        remapper.Remap(Box, versions[2]);
        _ground.Environments.MountedRoot(Box);
        File.WriteAllText(root + "/etc/group", $"root:x:0:\n{Devs}{own}");
        remapper.Rollback(Box, "1.0.1");
        _ground.Environments.MountedRoot(Box);
        Assert.Equal(Sorted($"root:x:0:\n{Devs}{own}"), Sorted(File.ReadAllText(root + "/etc/group")));
    }

    private Mapping Groups(string version, string more) => _ground.Version(version, _ground.Text("/etc/group", "root:x:0:\n" + more));

    private Mapping Accounts(string version, string group, string passwd, string shadow) =>
        _ground.Version(version, _ground.Text("/etc/group", group), _ground.Text("/etc/passwd", passwd), _ground.Text("/etc/shadow", shadow, 0b110_100_000));

    private static void Append(string root, string group, string passwd, string shadow)
    {
        File.AppendAllText(root + "/etc/group", group);
        File.AppendAllText(root + "/etc/passwd", passwd);
        File.AppendAllText(root + "/etc/shadow", shadow);
    }

    private static IEnumerable<string> Sorted(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);
}
