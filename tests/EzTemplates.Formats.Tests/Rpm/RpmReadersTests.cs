using EzTemplates.Domain;
using Xunit;

namespace EzTemplates.Formats.Tests;

public sealed class RpmReadersTests
{
    [Fact]
    public void Primary_gives_packages_with_all_that_they_say()
    {
        var universe = RpmMetadata.Universe(RpmMetadata.Package("b", "2", """
            <rpm:provides><rpm:entry name="b" flags="EQ" epoch="0" ver="2" rel="1"/><rpm:entry name="virtual" flags="GE" epoch="3" ver="4"/></rpm:provides>
            <rpm:requires><rpm:entry name="/bin/sh" pre="1"/><rpm:entry name="/bin/sh"/><rpm:entry name="(x or (y &gt;= 1 and z))"/></rpm:requires>
            <rpm:obsoletes><rpm:entry name="a" flags="LT" epoch="1" ver="2" rel="3"/></rpm:obsoletes>
            <rpm:supplements><rpm:entry name="(x and y)"/></rpm:supplements>
            <file>/usr/bin/b</file><file type="dir">/etc/b</file>
            """));
        Assert.Equal(
            "b 2-1 (x86_64) from main +b=2-1 +virtual>=3:4 +/usr/bin/b +/etc/b PreRequires:/bin/sh Requires:Or(x,And(y>=1,z)) Obsoletes:a<1:2-3 Supplements:And(x,y)\n",
            RpmMetadata.Show(universe));
        var package = new PackageId(0);
        Assert.Equal("Packages/b-2.rpm", universe.Path(package));
        Assert.Equal((10, 20), (universe.Sizes[0], universe.InstalledSizes[0]));
        Assert.Equal(RpmMetadata.Digest("b", "2"), universe.Digest(package).ToString());
        Assert.Equal([package], universe.Obsoleters(universe.Find("a")!.Value).ToArray());
        Assert.Equal([package], universe.Supplementers(universe.Find("y")!.Value).ToArray());
        Assert.Equal([package], universe.Providers(universe.Find("virtual")!.Value).ToArray().Select(p => p.Package));
    }

    [Fact]
    public void Filelists_are_asked_only_for_paths_that_primary_does_not_list()
    {
        var builder = new RpmUniverseBuilder();
        builder.AddPrimary("main", RpmMetadata.Stream(RpmMetadata.Primary(
            RpmMetadata.Package("a", format: RpmMetadata.Entries("requires", "/usr/bin/x", "/etc/x", "/usr/lib/sendmail")))), "primary.xml");
        Assert.Empty(builder.PathsOutsidePrimary(["/usr/sbin/y"]));
        Assert.Equal(["/usr/share/y"], builder.PathsOutsidePrimary(["/usr/share/y"]));
        builder.AddPrimary("main", RpmMetadata.Stream(RpmMetadata.Primary(
            RpmMetadata.Package("b", format: RpmMetadata.Entries("requires", "/usr/share/z", "(c if /opt/w)")), RpmMetadata.Package("c"))), "primary.xml");
        var paths = builder.PathsOutsidePrimary([]);
        Assert.Equal(["/opt/w", "/usr/share/z"], paths);
        builder.AddFilelists("main", RpmMetadata.Stream($"""
            <filelists xmlns="http://linux.duke.edu/metadata/filelists" packages="1">
            <package pkgid="{RpmMetadata.Digest("c")}" name="c" arch="x86_64"><version epoch="0" ver="1" rel="1"/>
            <file>/usr/share/other</file><file type="dir">/usr/share/z</file></package></filelists>
            """), "filelists.xml", paths);
        var universe = builder.ToUniverse();
        var provider = Assert.Single(universe.Providers(universe.Find("/usr/share/z")!.Value).ToArray());
        Assert.Equal("c", universe.Text(universe.Names[provider.Package.Value]));
        Assert.Null(universe.Find("/usr/share/other"));
    }

    [Fact]
    public void Repomd_names_its_files()
    {
        var repomd = RepomdReader.Read(RpmMetadata.Stream($"""
            <repomd xmlns="http://linux.duke.edu/metadata/repo"><revision>9</revision>
            <data type="primary"><checksum type="sha256">{RpmMetadata.Digest("x")}</checksum><location href="repodata/p.xml.gz"/><timestamp>12.5</timestamp><size>3</size><open-size>4</open-size><open-checksum type="sha256">{RpmMetadata.Digest("y")}</open-checksum></data>
            <data type="old"><checksum type="sha">00</checksum><location href="repodata/o.xml"/></data></repomd>
            """), "repomd.xml");
        Assert.Equal(("9", 12L), (repomd.Revision, repomd.Timestamp));
        Assert.Equal(new RepomdFile("primary", "repodata/p.xml.gz", 3, 4, Sha256Digest.Parse(RpmMetadata.Digest("x")), Sha256Digest.Parse(RpmMetadata.Digest("y"))), repomd.Find("primary"));
        Assert.Null(repomd.Find("old")!.Digest);
        Assert.Null(repomd.Find("modules"));
    }

    [Fact]
    public void Modules_tell_streams_defaults_and_needs()
    {
        var builder = new RpmUniverseBuilder();
        builder.AddPrimary("main", RpmMetadata.Stream(RpmMetadata.Primary(RpmMetadata.Package("nodejs", "20"), RpmMetadata.Package("nodejs", "18"))), "primary.xml");
        builder.AddModules("main", RpmMetadata.Stream("""
            ---
            document: modulemd
            version: 2
            data:
              name: nodejs
              stream: "20"
              dependencies:
              - requires: {platform: [el9], perl: ["5.26"], any: []}
              artifacts: {rpms: ["nodejs-0:20-1.x86_64", "gone-0:1-1.x86_64", nonsense]}
            ...
            ---
            document: modulemd
            version: 2
            data: {name: nodejs, stream: 18, artifacts: {rpms: [nodejs-0:18-1.x86_64]}}
            ---
            document: modulemd-defaults
            version: 1
            data: {module: nodejs, stream: "18", profiles: {"18": [common]}}
            ---
            document: modulemd-translations
            data: &anchor {x: *anchor}
            ---
            document: modulemd
            data: {stream: lost}
            """), "modules.yaml");
        Assert.Equal("`modules.yaml`: document 5 is set aside: it names no module or no stream", Assert.Single(builder.Warnings).ToString());
        var universe = builder.ToUniverse();
        Assert.Equal(
            ["nodejs:18 default", "nodejs:20"],
            universe.Streams.ToArray().Select(s => $"{universe.Text(s.Module)}:{universe.Text(s.Stream)}{(s.IsDefault != 0 ? " default" : "")}"));
        Assert.Equal(["any:", "perl:5.26"], universe.NeedsOf(1).ToArray().Select(n => $"{universe.Text(n.Module)}:{universe.Text(n.Stream)}"));
        Assert.Equal([0], universe.StreamsOf(new PackageId(0)).ToArray());
        Assert.Equal([RpmPackageFlags.Modular, RpmPackageFlags.Modular], universe.Flags.ToArray());
    }

    [Fact]
    public void Groups_advisories_and_kernels_are_told()
    {
        var builder = new RpmUniverseBuilder();
        builder.AddPrimary("main", RpmMetadata.Stream(RpmMetadata.Primary(
            RpmMetadata.Package("a"), RpmMetadata.Package("kernel-core", format: RpmMetadata.Entries("provides", "installonlypkg(kernel)")))), "primary.xml");
        builder.AddGroups(RpmMetadata.Stream("""
            <!DOCTYPE comps PUBLIC "-//Red Hat, Inc.//DTD Comps info//EN" "comps.dtd">
            <comps><group><id>core</id><name>Core</name><packagelist><packagereq type="mandatory">a</packagereq><packagereq type="optional">o</packagereq>
            <packagereq type="conditional" requires="x">c</packagereq></packagelist></group>
            <environment><id>server</id><grouplist><groupid>core</groupid></grouplist><optionlist><groupid>more</groupid></optionlist></environment></comps>
            """), "comps.xml");
        builder.AddAdvisories(RpmMetadata.Stream("""
            <updates><update type="bugfix"><pkglist><collection><package name="kernel-core" version="1" release="1" epoch="0" arch="x86_64"/></collection></pkglist></update>
            <update type="security"><id>X-1</id><pkglist><collection short="s"><name>n</name><package name="a" version="1" release="1" epoch="0" arch="x86_64"><filename>a.rpm</filename></package></collection></pkglist></update></updates>
            """), "updateinfo.xml");
        var universe = builder.ToUniverse();
        Assert.Equal([RpmPackageFlags.Security, RpmPackageFlags.InstallOnly], universe.Flags.ToArray());
        Assert.Equal(["core", "server"], universe.Groups.ToArray().Select(universe.Text));
        Assert.Equal(
            ["a Mandatory ", "o Optional ", "c Conditional x"],
            universe.MembersOf(0).ToArray().Select(m => $"{universe.Text(m.Name)} {m.Kind} {universe.Text(m.Condition)}"));
        Assert.Equal(["core Group ", "more OptionalGroup "], universe.MembersOf(1).ToArray().Select(m => $"{universe.Text(m.Name)} {m.Kind} {universe.Text(m.Condition)}"));
    }

    [Theory]
    [InlineData("(a or b or c)", "Or(a,b,c)")]
    [InlineData("(a if b else c)", "If(a,b,c)")]
    [InlineData("(a unless b)", "Unless(a,b)")]
    [InlineData("((a with b >= 1) or perl(X::Y) < 2)", "Or(With(a,b>=1),perl(X::Y)<2)")]
    [InlineData("(libc.so.6()(64bit) without c)", "Without(libc.so.6()(64bit),c)")]
    [InlineData("( a )", "a")]
    [InlineData("(a and b or c)", null)]
    [InlineData("(a xor b)", null)]
    [InlineData("(a or)", null)]
    [InlineData("(a or b", null)]
    [InlineData("(a or b))", null)]
    [InlineData("(a if b else c else d)", null)]
    [InlineData("(a >= )", null)]
    [InlineData("((a and b) with c)", null)]
    [InlineData("()", null)]
    [InlineData("(", null)]
    public void Rich_dependencies_are_read_or_refused(string text, string? expected)
    {
        var builder = new RpmUniverseBuilder();
        builder.AddPrimary("main", RpmMetadata.Stream(RpmMetadata.Primary(RpmMetadata.Package("a", format: RpmMetadata.Entries("requires", text)))), "primary.xml");
        if (expected is null)
        {
            Assert.StartsWith($"package 1 (`a`) is set aside: `{text}`", Assert.Single(builder.Warnings).ToString()["`primary.xml`: ".Length..], StringComparison.Ordinal);
            Assert.Equal(0, builder.ToUniverse().PackageCount);
        }
        else
        {
            Assert.Empty(builder.Warnings);
            var universe = builder.ToUniverse();
            Assert.Equal(expected, RpmMetadata.Show(universe, universe.Dependencies(new PackageId(0))[0].Term));
        }
    }
}
