using System.Security.Cryptography;
using EzTemplates.Domain;
using EzTemplates.Formats.Tests.Archives;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Formats.Tests.RpmFiles;

public sealed class RpmAcceptanceTests
{
    [Theory]
    [InlineData("")]
    [InlineData(".gz")]
    [InlineData(".xz")]
    [InlineData(".lzma")]
    [InlineData(".zst")]
    [InlineData(".bz2")]
    public void Answers_digest_size_headers_and_entries(string extension)
    {
        var rpm = new RawRpm { Extension = extension }.Folder("/usr/odd").File("/usr/odd/hello").Link("/usr/odd/l", "../x y")
            .Add(new RawRpmFile("/usr/odd/null", 0x21b6) { Device = 0x103 }).Add(new RawRpmFile("/usr/odd/pipe", 0x11a4))
            .Add(new RawRpmFile("/usr/odd/set", 0x89ed, "set") { User = "odd", Group = "mail" }).ToArray();

        var contents = RpmInMemory.Read(rpm);

        Assert.Equal(new Sha256Digest(SHA256.HashData(rpm)), contents.Package);
        Assert.Equal(rpm.Length, contents.ArchiveSize);
        Assert.Equal([RpmReader.SignatureMember, RpmReader.HeaderMember], contents.Control.Select(member => member.Name));
        Assert.Equal(["/usr/odd", "/usr/odd/hello", "/usr/odd/l", "/usr/odd/null", "/usr/odd/pipe", "/usr/odd/set"], contents.Entries.Select(e => e.Entry.Path.Latin1));
        var hello = contents.Entry("/usr/odd/hello");
        Assert.Equal((EntryType.File, 0x1a4, 6L, Sha256Digest.Of("hello\n"u8)), (hello.Type, hello.Mode, hello.Size, hello.Content));
        Assert.Equal(new FileTime(1_700_000_000), hello.Mtime);
        Assert.Equal((EntryType.Symlink, "../x y", 0x1ff), (contents.Entry("/usr/odd/l").Type, contents.Entry("/usr/odd/l").Target, contents.Entry("/usr/odd/l").Mode));
        Assert.Equal((EntryType.CharacterDevice, new DeviceNumber(1, 3)), (contents.Entry("/usr/odd/null").Type, contents.Entry("/usr/odd/null").Device));
        Assert.Equal(EntryType.Fifo, contents.Entry("/usr/odd/pipe").Type);
        Assert.Equal((0x9ed, "odd", "mail"), (contents.Entries[^1].Entry.Mode, contents.Entries[^1].UserName, contents.Entries[^1].GroupName));
    }

    [Fact]
    public void The_kept_header_is_the_packages_own_and_tells_what_entries_do_not()
    {
        var kept = new Dictionary<Sha256Digest, byte[]>();
        var rpm = RawRpm.WithFolders().Add(new RawRpmFile("/usr/odd/c", 0x81a4, "c") { Flags = 17, Color = 2, Languages = "de|fr" })
            .Add(new RawRpmFile("/usr/odd/ghost", 0x81a4) { Flags = 64 }).ToArray();
        var contents = RpmReader.Read(new MemoryStream(rpm), RpmInMemory.Options, (content, size) =>
        {
            var bytes = new byte[size];
            content.ReadExactly(bytes);
            kept[Sha256Digest.Of(bytes)] = bytes;
            return Sha256Digest.Of(bytes);
        });

        var header = RpmHeader.Read(new MemoryStream(kept[contents.Control[1].Content]), RpmHeaderKind.Main);
        var files = RpmFileTable.Of(header, RpmInMemory.Options).Files;

        Assert.Equal(["/usr/odd", "/usr/odd/c"], contents.Entries.Select(e => e.Entry.Path.Latin1));
        Assert.Equal((RpmFileFlags.Config | RpmFileFlags.NoReplace, 2u, "de|fr", false), (files[1].Flags, files[1].Color, files[1].Languages, files[1].IsGhost));
        Assert.True(files[2].IsGhost);
        Assert.Equal("odd-1.0-1.noarch", RpmHeaders.Read(new MemoryStream(rpm), "odd.rpm").Nevra);
    }

    [Theory]
    [InlineData("070701")]
    [InlineData("07070X")]
    public void Names_of_one_file_have_its_content_from_the_last_of_them(string form)
    {
        var archive = form == "070701"
            ? new RawCpio().Add("./usr/odd").Add("./usr/odd/a").Add("./usr/odd/b").Add("./usr/odd/z", "z").Add("./usr/odd/c", "abc")
            : new RawCpio().Stripped(0).Stripped(1).Stripped(2).Stripped(4, "z").Stripped(3, "abc");
        var rpm = new RawRpm { Archive = archive }.Folder("/usr/odd");
        foreach (var name in (string[])["a", "b", "c"])
        {
            rpm.Add(new RawRpmFile("/usr/odd/" + name, 0x81a4, "abc") { Inode = 5 });
        }

        var contents = RpmInMemory.Read(rpm.File("/usr/odd/z", "z"));

        Assert.Equal((EntryType.File, Sha256Digest.Of("abc"u8), 3L), (contents.Entry("/usr/odd/a").Type, contents.Entry("/usr/odd/a").Content!.Value, contents.Entry("/usr/odd/a").Size));
        Assert.All((string[])["b", "c"], name => Assert.Equal((EntryType.HardLink, "/usr/odd/a"), (contents.Entry("/usr/odd/" + name).Type, contents.Entry("/usr/odd/" + name).Target)));
        Assert.Equal(Sha256Digest.Of("z"u8), contents.Entry("/usr/odd/z").Content);
    }

    [Fact]
    public void Old_forms_are_read()
    {
        var checksums = new RawRpm { Archive = new RawCpio().Summed("./usr/odd", "").Summed("/usr/odd/a", "abc") }.Folder("/usr/odd").File("/usr/odd/a", "abc");
        Assert.Equal(Sha256Digest.Of("abc"u8), RpmInMemory.Read(checksums).Entry("/usr/odd/a").Content);

        var v3 = new RawRpm { HasRegions = false, Change = h => h.Remove(1117).Remove(1118).Remove(1116).Texts(1027, "/usr/odd", "/usr/odd/a") }.Folder("/usr/odd").File("/usr/odd/a", "abc");
        Assert.Equal(["/usr/odd", "/usr/odd/a"], RpmInMemory.Read(v3).Entries.Select(e => e.Entry.Path.Latin1));

        var large = new RawRpm { Change = h => h.Remove(1028).Longs(5008, 0, 3) }.Folder("/usr/odd").File("/usr/odd/a", "abc");
        Assert.Equal(3, RpmInMemory.Read(large).Entry("/usr/odd/a").Size);
    }

    [Fact]
    public void Either_family_is_read_by_what_it_begins_with()
    {
        var options = new PackageReadOptions { FileName = "odd" };
        var deb = RawDeb.OfData(RawTar.WithFolders().File("./usr/odd/a"));
        var rpm = RawRpm.WithFolders().File("/usr/odd/a").ToArray();

        var contents = ((byte[][])[deb, rpm]).Select(bytes => PackageArchive.Read(new DribblingStream(bytes), options, DebInMemory.Sink)).ToList();

        Assert.Equal([deb.Length, rpm.Length], contents.Select(one => one.ArchiveSize));
        Assert.Equal(contents[0].Entry("/usr/odd/a").Content, contents[1].Entry("/usr/odd/a").Content);
        var failure = Assert.Throws<MalformedArchiveException>(() => PackageArchive.Read(new MemoryStream([1]), options, DebInMemory.Sink));
        Assert.Contains("first eight bytes", failure.Reason, StringComparison.Ordinal);
    }
}
