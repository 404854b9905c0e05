using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats.Dpkg;
using Xunit;

namespace EzTemplates.Formats.Tests.Dpkg;

public sealed class DpkgDatabaseTests
{
    private static readonly ControlMember Postinst = new("postinst", 0b111_101_101, new FileTime(9), 0, Sha256Digest.Of([]));

    [Fact]
    public void An_unpacked_package_has_a_stanza_its_members_and_its_list()
    {
        var package = Package("tool", "all", "", ["/", "/etc", "/etc/tool.conf"]) with { Conffiles = [new HashedPath(TreePath.Parse("/etc/tool.conf"), "d41d8cd98f00b204e9800998ecf8427e")] };
        var files = DpkgDatabase.Unpack([package], _ => null).ToDictionary(file => file.Path.Latin1);
        Assert.Equal(["/var/lib/dpkg/info/tool.list", "/var/lib/dpkg/info/tool.postinst", "/var/lib/dpkg/status"], files.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("/.\n/etc\n/etc/tool.conf\n", Text(files["/var/lib/dpkg/info/tool.list"]));
        Assert.Equal(Postinst.Mode, files["/var/lib/dpkg/info/tool.postinst"].Mode);
        Assert.Equal(
            """
            Package: tool
            Status: install ok unpacked
            Version: 1
            Architecture: all
            Conffiles:
             /etc/tool.conf d41d8cd98f00b204e9800998ecf8427e

            """,
            Text(files["/var/lib/dpkg/status"]));
    }

    [Fact]
    public void A_package_without_sums_gets_them()
    {
        var package = Package("tool", "all", "", ["/", "/usr/bin/tool"]) with { Files = [new HashedPath(TreePath.Parse("/usr/bin/tool"), "d41d8cd98f00b204e9800998ecf8427e")] };
        Assert.Equal("d41d8cd98f00b204e9800998ecf8427e  usr/bin/tool\n", Text(DpkgDatabase.Unpack([package], _ => null).Single(file => file.Path == DpkgDatabase.Info("tool.md5sums"))));
    }

    [Fact]
    public void Packages_that_may_stand_side_by_side_are_named_with_their_architecture()
    {
        var files = DpkgDatabase.Unpack([Package("lib", "amd64", "Multi-Arch: same\n", ["/"]) with { Triggers = [new PackageTrigger(TriggerUse.Interest, "/usr/lib")] }], _ => null).ToList();
        Assert.Contains(files, file => file.Path == DpkgDatabase.Info("lib:amd64.list"));
        Assert.Equal("/usr/lib lib:amd64\n", Text(files.Single(file => file.Path == DpkgDatabase.FileTriggers)));
    }

    [Fact]
    public void A_foreign_architecture_is_made_known_with_its_first_package()
    {
        string? Native(TreePath path) => path == DpkgDatabase.Architectures ? "amd64\n" : null;
        var files = DpkgDatabase.Unpack([Package("lib", "amd64", "", ["/"]), Package("doc", "all", "", ["/"]), Package("wine", "i386", "", ["/"])], Native);
        Assert.Equal("amd64\ni386\n", Text(files.Single(file => file.Path == DpkgDatabase.Architectures)));
        Assert.DoesNotContain(DpkgDatabase.Unpack([Package("lib", "amd64", "", ["/"])], Native), file => file.Path == DpkgDatabase.Architectures);
    }

    [Fact]
    public void A_database_below_is_added_to_and_its_triggers_are_activated()
    {
        var below = new Dictionary<TreePath, string>
        {
            [DpkgDatabase.Status] = "Package: os\nStatus: install ok installed\n\n",
            [DpkgDatabase.FileTriggers] = "/usr/share/man man-db/noawait\n/usr/share/info info\n",
            [DpkgDatabase.Triggers("ldconfig")] = "libc-bin/noawait\n",
        };
        var package = Package("tool", "all", "", ["/usr/share/man/man1/tool.1"]) with
        {
            Triggers = PackageTrigger.Read(["# a comment", "activate-noawait ldconfig", "activate nobody-is-interested", "interest-noawait ldconfig", "interest own", "nonsense"]),
        };
        var files = DpkgDatabase.Unpack([package], path => below.GetValueOrDefault(path)).ToDictionary(file => file.Path);
        Assert.StartsWith("Package: os\nStatus: install ok installed\n\nPackage: tool\nStatus: install ok unpacked\n", Text(files[DpkgDatabase.Status]), StringComparison.Ordinal);
        Assert.Equal("libc-bin/noawait\ntool/noawait\n", Text(files[DpkgDatabase.Triggers("ldconfig")]));
        Assert.Equal("tool\n", Text(files[DpkgDatabase.Triggers("own")]));
        Assert.Equal("/usr/share/man -\nldconfig -\n", Text(files[DpkgDatabase.Unincorporated]));
        Assert.DoesNotContain(DpkgDatabase.FileTriggers, files.Keys);
    }

    [Fact]
    public void A_diverted_path_is_another_for_all_but_the_package_that_diverts_it()
    {
        var diverted = DivertedPaths.Read(
            "/bin/sh\n/bin/sh.distrib\ndash\n/sbin/halt\n/sbin/halt.real\n:\n",
            path => path.Latin1.StartsWith("/bin/", StringComparison.Ordinal) ? TreePath.Parse("/usr" + path.Latin1) : path);
        Assert.Equal("/usr/bin/sh.distrib", diverted.For(TreePath.Parse("/usr/bin/sh"), "bash").Latin1);
        Assert.Equal("/usr/bin/sh", diverted.For(TreePath.Parse("/usr/bin/sh"), "dash").Latin1);
        Assert.Equal("/sbin/halt.real", diverted.For(TreePath.Parse("/sbin/halt"), "dash").Latin1);
        Assert.Equal("/etc/x", diverted.For(TreePath.Parse("/etc/x"), "dash").Latin1);
    }

    [Fact]
    public void Dpkg_names_the_package_and_the_script_that_failed()
    {
        string[] lines =
        [
            "Setting up fine (1) ...", "Setting up bad:amd64 (2) ...", "oh no", "dpkg: error processing package bad:amd64 (--configure):",
            " installed bad:amd64 package post-installation script subprocess returned error exit status 3", "Errors were encountered while processing:", " bad:amd64",
        ];
        Assert.Equal(new FailedScript("bad:amd64", "postinst"), FailedScript.In(lines));
        Assert.Null(FailedScript.In(lines.Take(3)));
    }

    [Fact]
    public void Apt_is_told_what_came_by_itself() =>
        Assert.Equal(
            "Package: a\nArchitecture: i386\nAuto-Installed: 1\n\nPackage: b\nArchitecture: amd64\nAuto-Installed: 1\n\n",
            Encoding.ASCII.GetString(ExtendedStates.Add("Package: a\nArchitecture: i386\nAuto-Installed: 1\n\n", [("b", "all")], "amd64")));

    private static UnpackedPackage Package(string name, string architecture, string fields, string[] paths) => new()
    {
        Control = DebControl.Parse(Encoding.ASCII.GetBytes($"Package: {name}\nVersion: 1\nArchitecture: {architecture}\n{fields}"), "control"),
        Members = [new ControlMember("control", 0b110_100_100, default, 0, Sha256Digest.Of([])), Postinst],
        Paths = [.. paths.Select(path => TreePath.Parse(path))],
    };

    private static string Text(DatabaseFile file) => Encoding.Latin1.GetString(Assert.IsType<DatabaseFile.Written>(file).Content);
}
