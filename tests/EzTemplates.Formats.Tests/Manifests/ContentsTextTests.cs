using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats.Manifests;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace EzTemplates.Formats.Tests.Manifests;

public sealed class ContentsTextTests
{
    private const string Nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private const string Golden = $"""
        ez-contents 2
        package {Nothing} 1234
        control 0644 6.000000000 0 {Nothing} control
        control 0755 7.000000000 0 {Nothing} post\x20inst
        d 0755 0 0 5.000000000 0 - - root root /
        l 0777 0 0 5.000000000 0 - - - \x2d /b a
        f 0644 7 7 5.000000000 0 {Nothing} - man - /a

        """;

    private static PackageContents Small()
    {
        var entry = new ManifestEntry { Path = TreePath.Root, Type = EntryType.Directory, Mode = 0x1ed, Uid = 0, Gid = 0, Mtime = new FileTime(5) };
        var nothing = Sha256Digest.Of([]);
        return new PackageContents
        {
            Package = nothing,
            ArchiveSize = 1234,
            Control = [new("control", 0x1a4, new FileTime(6), 0, nothing), new("post inst", 0x1ed, new FileTime(7), 0, nothing)],
            Entries =
            [
                new(entry, "root", "root"),
                new(entry with { Path = TreePath.Parse("/b"), Type = EntryType.Symlink, Mode = 0x1ff, Target = "a" }, "", "-"),
                new(entry with { Path = TreePath.Parse("/a"), Type = EntryType.File, Mode = 0x1a4, Uid = 7, Gid = 7, Content = nothing }, "man", ""),
            ],
        };
    }

    [Fact]
    public void The_text_is_exactly_this_and_keeps_the_archive_s_order()
    {
        Assert.Equal(Golden, Encoding.ASCII.GetString(ContentsText.Write(Small())));
        AssertSame(Small(), ContentsText.Read(Encoding.ASCII.GetBytes(Golden), "x"));
    }

    [Fact]
    public void Any_contents_survive_the_round_trip() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var contents = new RandomEntries(seed).Contents();
            AssertSame(contents, ContentsText.Read(ContentsText.Write(contents), "x"));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("package e3", "packet e3", "package contents `c`, line 2: no `package` line")]
    [InlineData(" 1234\n", " 01234\n", $"package contents `c`, line 2: not in canonical form, which is `package {Nothing} 1234`")]
    [InlineData("/b a\n", "/ a\n", "package contents `c`, line 6: `/` stands twice")]
    [InlineData(" man - /a\n", " man /a\n", "package contents `c`, line 7: no path")]
    public void What_is_not_canonical_is_refused(string from, string to, string message)
    {
        var e = Assert.Throws<EzException>(() => ContentsText.Read(Encoding.ASCII.GetBytes(Golden.Replace(from, to, StringComparison.Ordinal)), "c"));
        Assert.Equal(message, e.Message);
    }

    [Fact]
    public void A_provenance_survives_the_round_trip()
    {
        var provenance = new Provenance
        {
            Packages = [new("a", "1:2-3", "amd64"), new("b", "1", "all")],
            PackageOfEntry = [-1, 0, 0, 0, 1, 0, -1, -1],
            Notes = [new(TreePath.Parse("/x y"), "0755 0:0 (a); not 0700 0:0 (b)")],
            ConfigurationFiles = [new(TreePath.Parse("/etc/a"), 0), new(TreePath.Parse("/etc/b"), 1)],
            Scripts = [new(TreePath.Parse("/x y"), 1, ScriptAct.Made), new(TreePath.Parse("/x y"), -1, ScriptAct.Changed)],
        };
        var text = ProvenanceText.Write(provenance);
        Assert.Equal(
            """
            ez-provenance 2
            package a 1:2-3 amd64
            package b 1 all
            run -1 1
            run 0 3
            run 1 1
            run 0 1
            run -1 2
            conffile 0 /etc/a
            conffile 1 /etc/b
            script 1 made /x\x20y
            script -1 changed /x\x20y
            note /x\x20y 0755\x200:0\x20(a);\x20not\x200700\x200:0\x20(b)

            """,
            Encoding.ASCII.GetString(text));
        var read = ProvenanceText.Read(text, "p");
        Assert.Equal(text, ProvenanceText.Write(read));
        Assert.Equal(provenance.PackageOfEntry.AsEnumerable(), read.PackageOfEntry);
        Assert.Equal(provenance.Notes.AsEnumerable(), read.Notes);
        Assert.Equal(provenance.Scripts.AsEnumerable(), read.Scripts);
        Assert.Equal(provenance.Notes.AsEnumerable(), ProvenanceText.Read(Encoding.ASCII.GetBytes("ez-provenance 1\n" + Encoding.ASCII.GetString(text).Split('\n')[^2] + "\n"), "p").Notes);
        var e = Assert.Throws<EzException>(() => ProvenanceText.Read("ez-provenance 1\nrun 0 1\n"u8, "p"));
        Assert.Equal("provenance `p`, line 2: no such package", e.Message);
        e = Assert.Throws<EzException>(() => ProvenanceText.Read("ez-provenance 2\nscript -1 broken /a\n"u8, "p"));
        Assert.Equal("provenance `p`, line 2: the act is none of `made changed`", e.Message);
        e = Assert.Throws<EzException>(() => ProvenanceText.Read("ez-provenance 3\n"u8, "p"));
        Assert.Equal("provenance `p`, line 1: it does not start with `ez-provenance 2`", e.Message);
    }

    private static void AssertSame(PackageContents expected, PackageContents actual)
    {
        Assert.Equal((expected.Package, expected.ArchiveSize), (actual.Package, actual.ArchiveSize));
        Assert.Equal(expected.Control.AsEnumerable(), actual.Control);
        Assert.Equal(expected.Entries.AsEnumerable(), actual.Entries);
    }
}
