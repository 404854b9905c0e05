using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats.Manifests;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace EzTemplates.Formats.Tests.Manifests;

public sealed class ManifestTextTests
{
    private const string Nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private const string Golden = $"""
        ez-manifest 1
        d 0755 0 0 1700000000.000000000 0 - - /
        d 1777 0 0 -1.500000000 0 - - /a\x20b
        l 0777 0 0 0.000000000 0 - - /a\x20b/link ../c\x5cd
        p 0600 0 0 0.000000000 0 - - /fifo
        f 4755 0 4294967295 1.000000001 0 {Nothing} security.capability=AQI=,user.a\x3d\x2c= /file
        h 4755 0 4294967295 1.000000001 0 - - /file-2 /file
        c 0666 0 0 0.000000000 0 1:3 - /null
        b 0660 0 6 0.000000000 0 8:0 - /sda
        d 0755 0 0 0.000000000 0 - - /\xc3\xa4

        """;

    private static ManifestEntry Entry(string path, char type, int mode, string target = "") => new()
    {
        Path = TreePath.FromText(path),
        Type = (EntryType)type,
        Mode = mode,
        Uid = 0,
        Gid = 0,
        Mtime = default,
        Target = target,
    };

    private static Manifest Small()
    {
        var file = Entry("/file", 'f', 0x9ed) with
        {
            Gid = uint.MaxValue,
            Mtime = new FileTime(1, 1),
            Content = Sha256Digest.Of([]),
            Xattrs = [new("security.capability", [1, 2]), new("user.a=,", [])],
        };
        return new Manifest(
        [
            Entry("/", 'd', 0x1ed) with { Mtime = new FileTime(1_700_000_000) },
            Entry("/a b", 'd', 0x3ff) with { Mtime = new FileTime(-1, 500_000_000) },
            Entry("/a b/link", 'l', 0x1ff, "../c\\d"),
            Entry("/fifo", 'p', 0x180),
            file,
            file with { Path = TreePath.FromText("/file-2"), Type = EntryType.HardLink, Content = null, Xattrs = [], Target = "/file" },
            Entry("/null", 'c', 0x1b6) with { Device = new DeviceNumber(1, 3) },
            Entry("/sda", 'b', 0x1b0) with { Gid = 6, Device = new DeviceNumber(8, 0) },
            Entry("/ä", 'd', 0x1ed),
        ]);
    }

    [Fact]
    public void The_text_is_exactly_this()
    {
        Assert.Equal(Golden, Encoding.ASCII.GetString(ManifestText.Write(Small())));
        var stream = new MemoryStream();
        var digest = ManifestText.Write(Small(), stream);
        Assert.Equal(Golden, Encoding.ASCII.GetString(stream.ToArray()));
        Assert.Equal(Sha256Digest.Of(Encoding.ASCII.GetBytes(Golden)), digest);
        Assert.Equal(digest, ManifestText.DigestOf(Small()));
    }

    [Fact]
    public void The_text_reads_back()
    {
        var read = ManifestText.Read(Encoding.ASCII.GetBytes(Golden), "x");
        Assert.Equal(Small().Entries.AsEnumerable(), read.Entries);
    }

    [Fact]
    public void Any_tree_survives_the_round_trip() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var manifest = new RandomEntries(seed).Manifest();
            var text = ManifestText.Write(manifest);
            Assert.DoesNotContain(text, b => b is > 0x7e or < 0x20 and not (byte)'\n');
            Assert.Equal(manifest.Entries.AsEnumerable(), ManifestText.Read(text, "x").Entries);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_changed_byte_is_refused_or_read_as_what_writes_the_same_bytes() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var text = ManifestText.Write(new RandomEntries(seed).Manifest());
            var random = new Random(seed);
            for (var i = 0; i < 20; i++)
            {
                var changed = (byte[])text.Clone();
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
                AssertRefusedOrCanonical(changed);
                AssertRefusedOrCanonical(text[..random.Next(text.Length)]);
            }
        }).QuickCheckThrowOnFailure();

    private static void AssertRefusedOrCanonical(byte[] text)
    {
        Manifest read;
        try
        {
            read = ManifestText.Read(text, "x");
        }
        catch (EzException e)
        {
            Assert.Equal(FailureKind.Store, e.Kind);
            return;
        }

        Assert.Equal(text, ManifestText.Write(read));
    }

    [Theory]
    [InlineData("ez-manifest 1", "ez-manifest 2", "manifest `store/m`, line 1: it does not start with `ez-manifest 1`")]
    [InlineData("d 0755 0 0 17", "d 755 0 0 17", @"manifest `store/m`, line 2: not in canonical form, which is `d 0755 0 0 1700000000.000000000 0 - - /`")]
    [InlineData("d 1777 0", "d 1777 +0", @"manifest `store/m`, line 3: not in canonical form, which is `d 1777 0 0 -1.500000000 0 - - /a\x20b`")]
    [InlineData(@"c\x5cd", @"c\d", @"manifest `store/m`, line 4: the target has an escape that is not `\xHH`")]
    [InlineData("/file-2 /file", "/file-2 /fifo", "manifest `store/m`, line 7: `/file-2` is a hard link to `/fifo`, which is no file before it")]
    [InlineData("/fifo\n", "/gone/fifo\n", "manifest `store/m`, line 5: `/gone/fifo` does not lie in a directory of the manifest")]
    [InlineData("/fifo\n", "/a\n", "manifest `store/m`, line 5: `/a` is out of order")]
    [InlineData("/fifo\n", "/fifo extra\n", "manifest `store/m`, line 5: too many fields")]
    [InlineData("p 0600", "x 0600", "manifest `store/m`, line 5: the type is none of `f d l c b p h`")]
    [InlineData("1:3", "1.3", "manifest `store/m`, line 8: the device is not major:minor")]
    [InlineData("/fifo\n", "/./fifo\n", "manifest `store/m`, line 5: not in canonical form, which is `p 0600 0 0 0.000000000 0 - - /fifo`")]
    public void What_is_not_canonical_is_refused(string from, string to, string message)
    {
        var text = Golden.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(Golden, text);
        var e = Assert.Throws<EzException>(() => ManifestText.Read(Encoding.ASCII.GetBytes(text), "store/m"));
        Assert.Equal(message, e.Message);
        Assert.Equal(FailureKind.Store, e.Kind);
    }

    [Fact]
    public void A_cut_off_file_is_refused()
    {
        var e = Assert.Throws<EzException>(() => ManifestText.Read(Encoding.ASCII.GetBytes(Golden[..^1]), "m"));
        Assert.Equal("manifest `m`, line 10: the last line is cut off", e.Message);
        Assert.Throws<EzException>(() => ManifestText.Read("ez-manifest 1\n"u8, "m"));
        Assert.Throws<EzException>(() => ManifestText.Read([], "m"));
    }
}
