using Xunit;

namespace EzTemplates.Domain.Tests.Merging;

/// <summary>passwd, group, shadow, gshadow, subuid, subgid and shells.</summary>
public sealed class AccountMergeTests
{
    private const string Root = "root:x:0:0:root:/root:/bin/bash\n";
    private const string Mail = "mail:x:8:8:mail:/var/mail:/usr/sbin/nologin\n";
    private const string Deploy = "deploy:x:1000:1000:,,,:/home/deploy:/bin/bash\n";
    private const string Redis = "redis:x:105:110::/var/lib/redis:/usr/sbin/nologin\n";

    [Fact]
    public void Users_of_both_sides_are_there_once_the_private_order_first() =>
        Merging.Gives("/etc/passwd", Root + Mail, Deploy + Mail + Root, Root + Mail + Redis, Deploy + Mail + Root + Redis);

    [Fact]
    public void A_user_that_one_side_removed_goes_and_one_that_both_added_alike_comes_once() =>
        Merging.Gives("/etc/passwd", Root + Mail, Root + Mail + Deploy + Redis, Root + Redis, Root + Deploy + Redis);

    [Fact]
    public void Fields_of_one_user_are_taken_from_the_side_that_changed_them() =>
        Merging.Gives("/etc/passwd", Root + Mail, Root.Replace("/bin/bash", "/bin/zsh", StringComparison.Ordinal) + Mail, Root.Replace(":root:/root", ":admin:/root", StringComparison.Ordinal) + Mail, "root:x:0:0:admin:/root:/bin/zsh\n" + Mail);

    [Fact]
    public void A_last_line_without_its_end_is_a_line() =>
        Merging.Gives("/etc/passwd", Root, Root + Deploy.TrimEnd('\n'), Root + Redis, Root + Deploy + Redis);

    [Fact]
    public void A_number_that_two_names_would_share_is_a_conflict_by_name()
    {
        var conflict = Merging.Refuses("/etc/passwd", Root, Root + Deploy.Replace("1000:1000", "105:1000", StringComparison.Ordinal), Root + Redis);
        Assert.Equal("user `redis` has uid 105 in the new version, and so has the environment's own `deploy`", conflict.Problem);
        Assert.Equal("usermod --uid NUMBER deploy", conflict.Hint);
        var group = Merging.Refuses("/etc/group", "root:x:0:\n", "root:x:0:\ndeploy:x:110:\n", "root:x:0:\nredis:x:110:\n");
        Assert.Equal("group `redis` has gid 110 in the new version, and so has the environment's own `deploy`", group.Problem);
    }

    [Fact]
    public void A_number_that_one_side_shares_already_is_its_own_affair() =>
        Merging.Gives("/etc/passwd", Root, Root + Root.Replace("root:x", "toor:x", StringComparison.Ordinal), Root + Redis, Root + Root.Replace("root:x", "toor:x", StringComparison.Ordinal) + Redis);

    [Theory]
    [InlineData("redis:x:106:110::/var/lib/redis:/usr/sbin/nologin\n", "user `redis` has `106` as its uid in the environment, and `105` in the new version")]
    [InlineData("redis:x:105:110::/srv:/usr/sbin/nologin\n", "user `redis` has `/srv` as its home in the environment, and `/var/lib/redis` in the new version")]
    public void A_user_that_both_added_otherwise_is_a_conflict(string own, string problem) =>
        Assert.Equal(problem, Merging.Refuses("/etc/passwd", Root, Root + own, Root + Redis).Problem);

    [Fact]
    public void A_user_that_one_side_removed_and_the_other_changed_is_a_conflict()
    {
        var changed = Mail.Replace("/var/mail", "/srv", StringComparison.Ordinal);
        Assert.Equal("user `mail` was removed in the environment and changed by the new version", Merging.Refuses("/etc/passwd", Root + Mail, Root, Root + changed).Problem);
        Assert.Equal("user `mail` was changed in the environment and removed by the new version", Merging.Refuses("/etc/passwd", Root + Mail, Root + changed, Root).Problem);
    }

    [Fact]
    public void Members_of_a_group_are_a_set() => Merging.Gives(
        "/etc/group", "adm:x:4:a,b\naudio:x:29:\n", "adm:x:4:b,deploy,a\naudio:x:29:deploy\n", "adm:x:4:b,c\naudio:x:29:pulse\n", "adm:x:4:b,deploy,c\naudio:x:29:deploy,pulse\n");

    [Fact]
    public void Administrators_and_members_of_gshadow_are_sets() =>
        Merging.Gives("/etc/gshadow", "adm:*::a\n", "adm:*:boss:a,deploy\n", "adm:*:chief:\n", "adm:*:boss,chief:deploy\n");

    [Fact]
    public void A_password_that_somebody_set_stays_with_its_day_over_the_version_s_new_day() => Merging.Gives(
        "/etc/shadow",
        "root:*:19700:0:99999:7:::\nmail:*:19700:0:99999:7:::\n",
        "root:$y$secret:19800:0:99999:7:::\nmail:*:19700:0:99999:7:::\n",
        "root:*:19900:0:99999:7:::\nmail:*:19900:0:99999:7:::\n",
        "root:$y$secret:19800:0:99999:7:::\nmail:*:19900:0:99999:7:::\n");

    [Fact]
    public void No_message_shows_a_password()
    {
        var conflict = Merging.Refuses("/etc/shadow", "root:*:1:0:99999:7:::\n", "root:$y$mine:1:0:99999:7:::\n", "root:$y$theirs:1:0:99999:7:::\n");
        Assert.Equal("user `root` has another as its password in the environment, and another yet in the new version", conflict.Problem);
    }

    [Theory]
    [InlineData("root:x:0\n", "line 1 is no user of 7 fields")]
    [InlineData("root:x:0:0:root:/root:/bin/bash\n\n", "line 2 is no user of 7 fields")]
    [InlineData("root:x:zero:0:root:/root:/bin/bash\n", "line 1 has no number as its uid")]
    [InlineData("root:x:99999999999999999999:0:root:/root:/bin/bash\n", "line 1 has no number as its uid")]
    [InlineData("root:x:0:0:root:/root:/bin/bash\nroot:x:0:0:root:/root:/bin/sh\n", "it has `root` twice")]
    [InlineData("\0\u00ff", "line 1 is no user of 7 fields")]
    public void A_malformed_file_of_any_side_is_a_conflict(string bad, string problem)
    {
        Assert.Equal($"the environment's is malformed: {problem}", Merging.Refuses("/etc/passwd", Root, bad, Root + Redis).Problem);
        Assert.Equal($"the old version's is malformed: {problem}", Merging.Refuses("/etc/passwd", bad, Root, Root + Redis).Problem);
        Assert.Equal($"the new version's is malformed: {problem}", Merging.Refuses("/etc/passwd", Root, Root + Redis, bad).Problem);
    }

    [Fact]
    public void Ranges_of_ids_come_together_unless_they_meet()
    {
        const string first = "a:100000:65536\n", second = "deploy:165536:65536\n", far = "podman:500000:65536\n";
        Merging.Gives("/etc/subuid", first, first + second, first + far, first + second + far);
        var meeting = Merging.Refuses("/etc/subgid", first, first + second, first + "podman:200000:65536\n");
        Assert.Equal("the range `podman:200000:65536` of the new version meets the environment's own `deploy:165536:65536`", meeting.Problem);
        Assert.Equal("usermod --del-subgids 165536-231071 deploy", meeting.Hint);
        Assert.Contains("is malformed: line 1 is no range of ids", Merging.Refuses("/etc/subuid", "", "a:b:c\n", first).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Shells_of_both_sides_are_there_and_comments_stay() => Merging.Gives(
        "/etc/shells", "# valid\n/bin/sh\n/bin/dash\n", "# valid\n/bin/sh\n/bin/dash\n\n# mine\n/opt/fish\n/opt/fish\n", "# valid\n/bin/sh\n/bin/zsh\n", "# valid\n/bin/sh\n\n# mine\n/opt/fish\n/opt/fish\n/bin/zsh\n");
}
