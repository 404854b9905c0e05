using Xunit;

namespace EzTemplates.Domain.Tests.Merging;

/// <summary>What dpkg, APT, debconf and ucf know.</summary>
public sealed class PackageStateMergeTests
{
    private const string Status = "/var/lib/dpkg/status";

    [Fact]
    public void Packages_of_both_sides_stand_sorted_by_name_and_architecture() => Merging.Gives(
        Status,
        Package("a", "1") + Package("m", "1"),
        Package("a", "1") + Package("a-b", "1") + Package("m", "1") + Package("tree", "2"),
        Package("a", "2") + Package("a", "2", "i386") + Package("a+c", "1") + Package("z", "1"),
        Package("a", "2") + Package("a", "2", "i386") + Package("a+c", "1") + Package("a-b", "1") + Package("tree", "2") + Package("z", "1"));

    [Fact]
    public void A_package_that_the_environment_upgraded_and_the_version_changes_is_a_conflict_by_name()
    {
        var conflict = Merging.Refuses(Status, Package("curl", "1"), Package("curl", "1.1"), Package("curl", "2"));
        Assert.Equal("package `curl:amd64` was upgraded from 1 to 1.1 in the environment, and is 2 in the new version", conflict.Problem);
        Assert.Equal("apt-get install --allow-downgrades curl:amd64=1", conflict.Hint);
        Merging.Gives(Status, Package("curl", "1") + Package("b", "1"), Package("curl", "1.1") + Package("b", "1"), Package("curl", "1") + Package("b", "2"), Package("curl", "1.1") + Package("b", "2"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("deinstall ok config-files")]
    public void A_package_that_the_environment_removed_and_the_version_changes_is_a_conflict_by_name(string left)
    {
        var own = Package("a", "1") + (left.Length == 0 ? "" : Package("curl", "1", status: left));
        Assert.Equal("package `curl:amd64` was removed in the environment, and the new version has 2", Merging.Refuses(Status, Package("a", "1") + Package("curl", "1"), own, Package("a", "1") + Package("curl", "2")).Problem);
        Merging.Gives(Status, Package("a", "1") + Package("curl", "1"), own, Package("a", "2") + Package("curl", "1"), own.Replace(Package("a", "1"), Package("a", "2"), StringComparison.Ordinal));
    }

    [Fact]
    public void A_package_that_the_version_drops_goes_unless_the_environment_upgraded_it()
    {
        Merging.Gives(Status, Package("a", "1") + Package("curl", "1"), Package("a", "1", status: "hold ok installed") + Package("curl", "1", status: "hold ok installed"), Package("a", "1"), Package("a", "1", status: "hold ok installed"));
        Assert.Equal(
            "package `curl:amd64` was upgraded from 1 to 2 in the environment, and the new version does not have it any more",
            Merging.Refuses(Status, Package("a", "1") + Package("curl", "1"), Package("a", "1") + Package("curl", "2"), Package("a", "1")).Problem);
    }

    [Fact]
    public void A_package_of_both_sides_is_one_where_they_agree_on_the_version()
    {
        Merging.Gives(Status, Package("a", "1"), Package("a", "1") + Package("tree", "2"), Package("a", "2") + Package("tree", "2"), Package("a", "2") + Package("tree", "2"));
        Merging.Gives(Status, Package("a", "1"), Package("a", "2") + Package("b", "1"), Package("a", "2"), Package("a", "2") + Package("b", "1"));
        var conflict = Merging.Refuses(Status, Package("a", "1"), Package("a", "1") + Package("tree", "2"), Package("a", "1") + Package("tree", "3"));
        Assert.Equal("package `tree:amd64` is 2 in the environment, which installed it itself, and 3 in the new version", conflict.Problem);
        Assert.Equal("apt-get remove tree:amd64", conflict.Hint);
    }

    [Fact]
    public void A_hold_goes_with_the_new_version_s_stanza() =>
        Merging.Gives(Status, Package("a", "1"), Package("a", "1", status: "hold ok installed"), Package("a", "2"), Package("a", "2", status: "hold ok installed"));

    [Theory]
    [InlineData("Package: a\nStatus: install ok installed\n\n", "does not say what it is about")]
    [InlineData("Package: a\nArchitecture: all\nStatus: odd\n\n", "does not say what it is about")]
    [InlineData(" continued\n\n", "begins with a line that continues none")]
    [InlineData("Package a\n\n", "has a line without a field")]
    [InlineData("Package: a\nPackage: b\n\n", "has `Package` twice")]
    public void A_malformed_status_is_a_conflict(string bad, string problem)
    {
        var conflict = Merging.Refuses(Status, Package("a", "1"), bad, Package("a", "2"));
        Assert.Equal("the environment's is malformed: the stanza at line 1 " + problem, conflict.Problem);
    }

    [Fact]
    public void Diversions_are_records_of_three_lines()
    {
        const string dash = "/bin/sh\n/bin/sh.distrib\ndash\n", own = "/bin/x\n/bin/x.old\n:\n", vim = "/v\n/v.tiny\nvim\n";
        Merging.Gives("/var/lib/dpkg/diversions", dash, dash + own, dash + vim, dash + own + vim);
        Merging.Gives("/var/lib/dpkg/diversions", dash, own + dash, vim, own + vim);
        Assert.Equal(
            "the diversion of `/bin/sh` is to `/bin/sh.mine` by `:` in the environment, and to `/bin/sh.dash` by `dash` in the new version",
            Merging.Refuses("/var/lib/dpkg/diversions", dash, "/bin/sh\n/bin/sh.mine\n:\n", "/bin/sh\n/bin/sh.dash\ndash\n").Problem);
        Assert.Equal("the environment's is malformed: no diversion of three lines begins at line 4", Merging.Refuses("/var/lib/dpkg/diversions", dash, dash + "/a\n/b\n", dash + vim).Problem);
    }

    [Fact]
    public void Overrides_are_by_path()
    {
        const string ssl = "root ssl-cert 710 /etc/ssl/private\n", own = "root root 4755 /opt/with space\n", bus = "root messagebus 4754 /usr/lib/helper\n";
        Merging.Gives("/var/lib/dpkg/statoverride", ssl, ssl + own, bus + ssl, ssl + own + bus);
        Assert.Equal(
            "override `/opt/x` is `root root 4755 /opt/x` in the environment, and `root a 755 /opt/x` in the new version",
            Merging.Refuses("/var/lib/dpkg/statoverride", ssl, ssl + "root root 4755 /opt/x\n", ssl + "root a 755 /opt/x\n").Problem);
        Assert.Equal("the environment's is malformed: line 1 is no override", Merging.Refuses("/var/lib/dpkg/statoverride", ssl, "root root\n", bus).Problem);
    }

    [Fact]
    public void Triggers_are_sets()
    {
        const string icons = "/usr/share/icons hicolor/noawait\n", own = "/usr/share/icons mine\n", mime = "/usr/share/mime mime:amd64/noawait\n";
        Merging.Gives("/var/lib/dpkg/triggers/File", icons, icons + own, mime + icons, icons + own + mime);
        Merging.Gives("/var/lib/dpkg/triggers/ldconfig", "libc-bin\n", "", "libc-bin\nother:amd64/noawait\n", "other:amd64/noawait\n");
        Merging.Gives("/var/lib/dpkg/triggers/Unincorp", "ldconfig a b\n", "ldconfig a c b\nmime x\n", "ldconfig b\nfonts y\n", "ldconfig c b\nmime x\nfonts y\n");
    }

    [Fact]
    public void What_the_environment_marked_stands_in_extended_states()
    {
        string Mark(string name, int auto) => $"Package: {name}\nArchitecture: amd64\nAuto-Installed: {auto}\n\n";
        Merging.Gives("/var/lib/apt/extended_states", Mark("a", 1) + Mark("b", 1), Mark("a", 0) + Mark("b", 1) + Mark("tree", 1), Mark("a", 1) + Mark("c", 1), Mark("a", 0) + Mark("tree", 1) + Mark("c", 1));
    }

    [Fact]
    public void Answers_are_the_environment_s_wording_is_the_version_s_and_owners_are_a_set()
    {
        string Question(string name, string value, string owners) => $"Name: {name}\nTemplate: {name}\nValue: {value}\nOwners: {owners}\n\n";
        Merging.Gives(
            "/var/cache/debconf/config.dat",
            Question("b", "old", "one"), Question("b", "mine", "one, two") + Question("x", "1", "own"), Question("a", "1", "new") + Question("b", "theirs", "one, three"),
            Question("a", "1", "new") + Question("b", "mine", "one, two, three") + Question("x", "1", "own"));
        string Template(string words, string owners) => $"Name: t\nDefault: true\nDescription: {words}\nExtended_description: \\n\nOwners: {owners}\n\n";
        Merging.Gives("/var/cache/debconf/templates.dat", Template("old", "t/a"), Template("mine", "t/a, t/b"), Template("theirs", "t/a"), Template("theirs", "t/a, t/b"));
        Merging.Gives("/var/cache/debconf/templates.dat", Template("old", "t/a") + Question("z", "1", "z"), Template("old", "t/a, t/b") + Question("z", "1", "z"), Question("z", "1", "z"), Template("old", "t/b") + Question("z", "1", "z"));
    }

    [Fact]
    public void Ucf_s_lines_are_by_path()
    {
        Merging.Gives("/var/lib/ucf/hashfile", "1  /etc/a\n", "1  /etc/a\n2  /etc/own\n", "3  /etc/a\n", "3  /etc/a\n2  /etc/own\n");
        Merging.Gives("/var/lib/ucf/registry", "", "own \t /etc/own\n", "new \t /etc/new\n", "own \t /etc/own\nnew \t /etc/new\n");
        Assert.Equal("hash `/etc/a` is `2  /etc/a` in the environment, and `3  /etc/a` in the new version", Merging.Refuses("/var/lib/ucf/hashfile", "1  /etc/a\n", "2  /etc/a\n", "3  /etc/a\n").Problem);
    }

    private static string Package(string name, string version, string architecture = "amd64", string status = "install ok installed") =>
        $"Package: {name}\nStatus: {status}\nArchitecture: {architecture}\nVersion: {version}\nDescription: {name}\n with more\n .\n  of it\n\n";
}
