using System.Security.Cryptography;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Formats.Tests.Archives;

public sealed class DebAcceptanceTests
{
    [Fact]
    public void Answers_digest_size_control_and_entries()
    {
        var data = RawTar.WithFolders().File("./usr/odd/hello", mode: 0x9ED).Link("./usr/odd/l", "../x y")
            .HardLink("./usr/odd/again", "usr/odd/hello", 0x9ED).Add("./usr/odd/null", '3', mode: 0x1B6).Add("./usr/odd/pipe", '6');
        byte[] deb = [.. RawDeb.OfData(data), .. "trailing garbage"u8];

        var contents = DebInMemory.Read(deb);

        Assert.Equal(new Sha256Digest(SHA256.HashData(deb)), contents.Package);
        Assert.Equal(deb.Length, contents.ArchiveSize);
        Assert.Equal(["control"], contents.Control.Select(member => member.Name));
        Assert.Equal(Sha256Digest.Of(Encoding.UTF8.GetBytes(RawDeb.Stanza)), contents.Control[0].Content);
        Assert.Equal(
            ["/", "/usr", "/usr/odd", "/usr/odd/hello", "/usr/odd/l", "/usr/odd/again", "/usr/odd/null", "/usr/odd/pipe"],
            contents.Entries.Select(entry => entry.Entry.Path.Latin1));
        var hello = contents.Entry("/usr/odd/hello");
        Assert.Equal((EntryType.File, 0x9ED, 6L, Sha256Digest.Of("hello\n"u8)), (hello.Type, hello.Mode, hello.Size, hello.Content));
        Assert.Equal(new FileTime(1_700_000_000), hello.Mtime);
        Assert.Equal((EntryType.HardLink, "/usr/odd/hello", 0L), (contents.Entry("/usr/odd/again").Type, contents.Entry("/usr/odd/again").Target, contents.Entry("/usr/odd/again").Size));
        Assert.Equal((EntryType.Symlink, "../x y", 0x1FF), (contents.Entry("/usr/odd/l").Type, contents.Entry("/usr/odd/l").Target, contents.Entry("/usr/odd/l").Mode));
        Assert.Equal((EntryType.CharacterDevice, new DeviceNumber(1, 3)), (contents.Entry("/usr/odd/null").Type, contents.Entry("/usr/odd/null").Device));
        Assert.Equal(EntryType.Fifo, contents.Entry("/usr/odd/pipe").Type);
        Assert.All(contents.Entries, entry => Assert.Equal(("root", "root"), (entry.UserName, entry.GroupName)));
    }

    [Fact]
    public void Long_names_prefixes_and_big_numbers_are_read()
    {
        var deep = "./usr/odd/" + string.Join('/', Enumerable.Repeat(new string('d', 200), 6));
        var data = RawTar.WithFolders()
            .Add("././@LongLink", 'L', deep + "\0").Add("././@LongLink", 'K', new string('t', 3000) + "\0").Link("x", "y")
            .Add("name", '0', "a", change: header =>
            {
                "ustar\0"u8.CopyTo(header.AsSpan(257));
                "./usr/odd/prefix"u8.CopyTo(header.AsSpan(345));
            })
            .Add("./usr/odd/big", '0', "a", change: header =>
            {
                new byte[] { 0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xfe }.CopyTo(header, 108);
                header.AsSpan(136, 12).Fill(0xff);
            });

        var contents = DebInMemory.Read(RawDeb.OfData(data));

        Assert.Equal(new string('t', 3000), contents.Entry(deep).Target);
        Assert.Equal(1, contents.Entry("/usr/odd/prefix/name").Size);
        Assert.Equal((0x7ffffffeu, new FileTime(-1)), (contents.Entry("/usr/odd/big").Uid, contents.Entry("/usr/odd/big").Mtime));
    }

    [Fact]
    public void A_file_that_lost_its_first_name_keeps_its_content_under_the_other()
    {
        var data = RawTar.WithFolders().File("./usr/odd/a", "old").HardLink("./usr/odd/b", "./usr/odd/a").HardLink("./usr/odd/c", "./usr/odd/b").File("./usr/odd/a", "new");

        var contents = DebInMemory.Read(RawDeb.OfData(data));

        Assert.Equal(Sha256Digest.Of("new"u8), contents.Entry("/usr/odd/a").Content);
        Assert.Equal((EntryType.File, Sha256Digest.Of("old"u8), 3L), (contents.Entry("/usr/odd/b").Type, contents.Entry("/usr/odd/b").Content, contents.Entry("/usr/odd/b").Size));
        Assert.Equal((EntryType.HardLink, "/usr/odd/b"), (contents.Entry("/usr/odd/c").Type, contents.Entry("/usr/odd/c").Target));
    }

    [Fact]
    public void Control_members_keep_mode_links_and_pax_names()
    {
        var control = new RawTar().Folder("./").File("./control", RawDeb.Stanza).File("./preinst", "#!/bin/sh\n", 0x1ED).HardLink("./prerm", "./preinst", 0x1ED)
            .Add("pax", 'x', "17 path=conffiles\n".Replace("17", "18", StringComparison.Ordinal)).File("short", "/etc/x\n").Folder("./sub/").File("./sub/x");

        var contents = DebInMemory.Read(RawDeb.OfControl(control));

        Assert.Equal(["control", "preinst", "prerm", "conffiles"], contents.Control.Select(member => member.Name));
        Assert.Equal(contents.Control[1].Content, contents.Control[2].Content);
        Assert.Equal(0x1ED, contents.Control[2].Mode);
    }

    [Theory]
    [InlineData("Package: odd\r\nVersion: 1\r\n")]
    [InlineData("\n\nPackage: odd\nVersion: 3:1.0~rc1+dfsg-2\nX : y\n\n\n")]
    [InlineData("Package: odd\nVersion: 1\nDescription: a\n b\n .\n\tc\n")]
    public void Stanzas_that_dpkg_takes_are_taken(string stanza) => Assert.Single(DebInMemory.Read(RawDeb.OfStanza(stanza)).Control);

    [Fact]
    public void The_control_file_alone_can_be_read()
    {
        var deb = RawDeb.OfData(RawDeb.Data());
        Assert.Equal(RawDeb.Stanza, Encoding.UTF8.GetString(DebControlFile.Read(new MemoryStream(deb), "odd.deb")));
    }
}
