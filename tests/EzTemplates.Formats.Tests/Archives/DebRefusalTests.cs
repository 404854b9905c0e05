using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Formats.Tests.Archives;

/// <summary>Every refusal names the file, the member and the reason, and is of the kind that exits with 5.</summary>
public sealed class DebRefusalTests
{
    private static readonly byte[] Binary = "2.0\n"u8.ToArray();

    public static TheoryData<string, string, string> Refusals => [.. Cases.Select(c => (c.Key, c.Value.Member, c.Value.Reason))];

    private static readonly Dictionary<string, (Func<byte[]> Make, string Member, string Reason)> Cases = new(StringComparer.Ordinal)
    {
        ["dotdot"] = Data(t => t.File("../../evil"), "data.tar: ../../evil", "leads out"),
        ["dotdot inside"] = Data(t => t.File("./usr/../../tmp/evil"), "data.tar: ./usr/../../tmp/evil", "leads out"),
        ["newline"] = Data(t => t.File("./usr/odd/new\nline"), "data.tar: ./usr/odd/new\\x0aline", "newline"),
        ["through a link"] = Data(t => t.Link("./usr/odd/d", "/tmp").File("./usr/odd/d/evil"), "data.tar: /usr/odd/d/evil", "below `/usr/odd/d`, a symbolic link"),
        ["through a later link"] = Data(t => t.File("./usr/odd/d/evil").Link("./usr/odd/d", "/tmp"), "data.tar: /usr/odd/d/evil", "a symbolic link"),
        ["below a file"] = Data(t => t.File("./usr/odd/f").File("./usr/odd/f/x").File("./usr/odd/f-x"), "data.tar: /usr/odd/f/x", "which is no directory"),
        ["hard link to nothing"] = Data(t => t.HardLink("./usr/odd/h", "./usr/odd/nope"), "data.tar: ./usr/odd/h", "no file before it"),
        ["hard link out"] = Data(t => t.HardLink("./usr/odd/h", "../../../etc/shadow"), "data.tar: ./usr/odd/h", "leads out"),
        ["hard link to the host"] = Data(t => t.HardLink("./usr/odd/h", "/etc/shadow"), "data.tar: ./usr/odd/h", "no file before it"),
        ["hard link to itself"] = Data(t => t.File("./usr/odd/h").HardLink("./usr/odd/h", "./usr/odd/h"), "data.tar: ./usr/odd/h", "no file before it"),
        ["hard link to a link"] = Data(t => t.Link("./usr/odd/l", "x").HardLink("./usr/odd/h", "./usr/odd/l"), "data.tar: ./usr/odd/h", "no file before it"),
        ["hard link forward"] = Data(t => t.HardLink("./usr/odd/h", "./usr/odd/l").File("./usr/odd/l"), "data.tar: ./usr/odd/h", "no file before it"),
        ["empty link"] = Data(t => t.Link("./usr/odd/l", ""), "data.tar: ./usr/odd/l", "link to nothing"),
        ["empty name"] = Data(t => t.File(""), "data.tar", "empty name"),
        ["name too long"] = Data(t => t.Add("././@LongLink", 'L', "./" + new string('n', 256)).File("x"), "data.tar: ./" + new string('n', 256), "longer than any"),
        ["endless name"] = Data(t => t.Add("././@LongLink", 'L', size: "07777777777"), "data.tar", "longer than 65536"),
        ["long name at the end"] = Data(t => t.Add("././@LongLink", 'L', "./x"), "data.tar", "no member after it"),
        ["root is a link"] = (() => RawDeb.OfData(new RawTar().Link("./", "/tmp")), "data.tar: ./", "no directory"),
        ["file, then directory"] = Data(t => t.File("./usr/odd/x").Folder("./usr/odd/x/"), "data.tar: ./usr/odd/x/", "stands twice"),
        ["pax"] = Data(t => t.Add("x", 'x', "11 path=ab\n"), "data.tar", "pax header"),
        ["sparse"] = Data(t => t.Add("./usr/odd/s", 'S', "x"), "data.tar", "sparse"),
        ["unknown type"] = Data(t => t.Add("./usr/odd/s", 'Z', "x"), "data.tar", "unknown type"),
        ["checksum"] = Data(t => t.Add("./usr/odd/s", '0', "x", change: h => "000000\0 "u8.CopyTo(h.AsSpan(148))), "data.tar", "checksum"),
        ["huge file"] = Data(t => t.Add("./usr/odd/s", '0', change: h => new byte[] { 0x80, 0, 0, 0, 0, 1, 0, 0 }.CopyTo(h, 124)), "data.tar", "is larger than"),
        ["negative size"] = Data(t => t.Add("./usr/odd/s", '0', change: h => h.AsSpan(124, 12).Fill(0xff)), "data.tar", "size is not a number"),
        ["more than there is"] = Data(t => t.Add("./usr/odd/s", '0', size: "00000777777"), "data.tar: ./usr/odd/s", "ends inside this file"),
        ["half a header"] = (() => RawDeb.OfData([.. RawTar.WithFolders().WithoutEnd(), .. "x"u8]), "data.tar", "ends inside a tar header"),
        ["no debian-binary"] = (() => RawDeb.Ar(("control.tar", RawDeb.Control())), "", "no Debian package"),
        ["long ar names"] = (() => RawDeb.Ar(("#1/13", [.. "debian-binary"u8, .. Binary])), "", "no Debian package"),
        ["bad magic"] = (() => "!<arcx>\nand more of it"u8.ToArray(), "", "does not begin"),
        ["empty"] = (() => [], "", "first eight bytes"),
        ["no newline"] = (() => RawDeb.Ar(("debian-binary", "2.0"u8.ToArray())), "debian-binary", "no newline"),
        ["format 3"] = (() => RawDeb.Ar(("debian-binary", "3.0\n"u8.ToArray())), "debian-binary", "format is 3.0"),
        ["format words"] = (() => RawDeb.Ar(("debian-binary", "2.x\n"u8.ToArray())), "debian-binary", "not a format number"),
        ["swapped"] = (() => RawDeb.Ar(("debian-binary", Binary), ("data.tar", RawDeb.Data()), ("control.tar", RawDeb.Control())), "data.tar", "where `control.tar` must"),
        ["premature"] = (() => RawDeb.Ar(("debian-binary", Binary), ("foo", Binary), ("control.tar", RawDeb.Control())), "foo", "where `control.tar` must"),
        ["two controls"] = (() => RawDeb.Ar(("debian-binary", Binary), ("control.tar", RawDeb.Control()), ("control.tar", RawDeb.Control())), "control.tar", "where `data.tar` must"),
        ["no data"] = (() => RawDeb.Ar(("debian-binary", Binary), ("control.tar", RawDeb.Control())), "", "before its `data.tar`"),
        ["empty data"] = (() => RawDeb.OfData([]), "data.tar", "empty"),
        ["compression"] = (() => RawDeb.OfData(RawDeb.Data(), "data.tar.lz"), "data.tar.lz", "compression"),
        ["control compression"] = (() => RawDeb.Ar(("debian-binary", Binary), ("control.tar.bz2", RawDeb.Control())), "control.tar.bz2", "compression"),
        ["wrong extension"] = (() => RawDeb.OfData(RawDeb.Data(), "data.tar.xz"), "data.tar.xz", "not xz data"),
        ["ar size"] = (() => [.. RawDeb.Ar(("debian-binary", Binary)), .. RawDeb.ArHeader("control.tar", "-1")], "", "size that is not a number"),
        ["ar size too large"] = (() => [.. RawDeb.Ar(("debian-binary", Binary)), .. RawDeb.ArHeader("control.tar", "9999999999")], "control.tar", "the archive ends inside this member"),
        ["ar header cut"] = (() => RawDeb.OfData(RawDeb.Data())[..100], "", "inside a member header"),
        ["no control"] = (() => RawDeb.OfControl(new RawTar().Folder("./").File("./postinst")), "control.tar", "no `control` file"),
        ["control is a link"] = (() => RawDeb.OfControl(new RawTar().Link("./control", "/etc/passwd")), "control.tar: ./control", "neither a file"),
        ["control leads out"] = (() => RawDeb.OfControl(new RawTar().File("../control", RawDeb.Stanza)), "control.tar: ../control", "no name for a control file"),
        ["field twice"] = Stanza(RawDeb.Stanza + "version: 2\n", "field `version` twice"),
        ["no version"] = Stanza("Package: odd\nArchitecture: all\n", "no version"),
        ["no package"] = Stanza("Version: 1\n", "names no package"),
        ["package name"] = Stanza("Package: ../evil\nVersion: 1\n", "`../evil` is not a package name"),
        ["version"] = Stanza("Package: odd\nVersion: 1:\n", "`1:` is not a version"),
        ["two stanzas"] = Stanza(RawDeb.Stanza + "\n" + RawDeb.Stanza, "several packages"),
        ["no colon"] = Stanza("Package: odd\nVersion 1\n", "no colon"),
        ["no last newline"] = Stanza("Package: odd\nVersion: 1", "without a newline"),
        ["blank line"] = Stanza("Package: odd\nVersion: 1\nDescription: x\n y\n  \n z\n", "blank line"),
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Names_file_member_and_reason(string name, string member, string reason)
    {
        var failure = DebInMemory.Refused(Cases[name].Make());

        Assert.Equal("odd.deb", failure.File);
        Assert.Equal(member, failure.Member ?? "");
        Assert.Contains(reason, failure.Reason, StringComparison.Ordinal);
        Assert.Contains("`odd.deb`", failure.Message, StringComparison.Ordinal);
        Assert.Contains(failure.Reason, failure.Message, StringComparison.Ordinal);
        Assert.Equal(FailureKind.Untrusted, failure.Kind);
    }

    /// <summary>The package is sound, and one word of the recipe lets it in.</summary>
    [Fact]
    public void An_unasked_for_device_is_told_with_what_allows_it()
    {
        var deb = RawDeb.OfData(RawTar.WithFolders().Add("./usr/odd/null", '3'));
        var refused = Assert.Throws<EzException>(() => DebInMemory.Read(deb, devices: false));
        Assert.Equal((FailureKind.Untrusted, "package `odd.deb` brings the device node `/usr/odd/null`, which the recipe does not allow"), (refused.Kind, refused.Message));
        Assert.Equal("`devices: allow` in the recipe lets packages bring device nodes", refused.Hint);
        Assert.Contains(DebInMemory.Read(deb).Entries, entry => entry.Entry.Type == EntryType.CharacterDevice);
    }

    [Fact]
    public void Bounds_are_kept()
    {
        var deb = RawDeb.OfData(RawTar.WithFolders().File("./usr/odd/a", new string('x', 5000)));
        var options = new DebReadOptions { FileName = "odd.deb" };
        void Refuse(DebReadOptions bounded, string reason) =>
            Assert.Contains(reason, Assert.Throws<MalformedArchiveException>(() => DebReader.Read(new MemoryStream(deb), bounded, DebInMemory.Sink)).Reason, StringComparison.Ordinal);

        Refuse(options with { MaxMembers = 3 }, "more than 3 members");
        Refuse(options with { MaxNameBytes = 20 }, "more than 20 bytes");
        Refuse(options with { Tar = new TarOptions { MaxFileSize = 4999 } }, "larger than 4999");
        Refuse(options with { Tar = new TarOptions { MaxExpandedSize = 6000 } }, "expands to more than 6000");
        Assert.Equal(4, DebReader.Read(new MemoryStream(deb), options, DebInMemory.Sink).Entries.Length);
    }

    [Fact]
    public void Directories_that_an_archive_leaves_out_are_bounded_too()
    {
        var deep = string.Concat(Enumerable.Repeat("d/", 40));
        var tar = new RawTar().Folder("./");
        for (var i = 0; i < 5; i++)
        {
            tar = tar.File($"./{i}/{deep}f");
        }

        var deb = RawDeb.OfData(tar);
        var options = new DebReadOptions { FileName = "odd.deb" };
        Assert.Equal(6, DebReader.Read(new MemoryStream(deb), options with { MaxMembers = 6 + (5 * 41) }, DebInMemory.Sink).Entries.Length);
        var many = Assert.Throws<MalformedArchiveException>(() => DebReader.Read(new MemoryStream(deb), options with { MaxMembers = 5 + (5 * 41) }, DebInMemory.Sink));
        Assert.Contains("members, or directories around them", many.Reason, StringComparison.Ordinal);
        Assert.Contains("data.tar: /4/d/d", many.Member, StringComparison.Ordinal);
        var tooLong = Assert.Throws<MalformedArchiveException>(() => DebReader.Read(new MemoryStream(deb), options with { MaxNameBytes = 5000 }, DebInMemory.Sink));
        Assert.Contains("more than 5000 bytes", tooLong.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Listed_directories_cost_nothing_more()
    {
        var deb = RawDeb.OfData(RawTar.WithFolders().File("./usr/odd/a").File("./usr/odd/b"));
        Assert.Equal(5, DebReader.Read(new MemoryStream(deb), new DebReadOptions { FileName = "odd.deb", MaxMembers = 5 }, DebInMemory.Sink).Entries.Length);
    }

    [Fact]
    public void A_sink_that_does_not_read_all_is_a_bug_not_a_bad_package() =>
        Assert.Throws<InvalidOperationException>(() =>
            DebReader.Read(new MemoryStream(RawDeb.OfData(RawDeb.Data())), new DebReadOptions { FileName = "x" }, (_, _) => default));

    private static (Func<byte[]> Make, string Member, string Reason) Data(Func<RawTar, RawTar> add, string member, string reason) =>
        (() => RawDeb.OfData(add(RawTar.WithFolders())), member, reason);

    private static (Func<byte[]> Make, string Member, string Reason) Stanza(string stanza, string reason) =>
        (() => RawDeb.OfStanza(stanza), "control.tar: ./control", reason);
}
