using System.Buffers.Binary;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats.Erofs;
using EzTemplates.Formats.Manifests;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Formats.Tests.Erofs;

public sealed class ErofsImageTests
{
    private static readonly FileTime Common = new(1_700_000_000);

    [Fact]
    public void A_tiny_image_has_these_bytes()
    {
        var manifest = LayerEntries.Manifest(
            LayerEntries.File("/bin/tool", 5) with { Mode = 0b100_111_101_101, Mtime = new FileTime(1_700_000_001, 7) },
            LayerEntries.Link("/sh", "bin/tool"));

        Assert.Equal(Golden.ReplaceLineEndings("\n"), Rows(ErofsImage.Write(manifest, Sha256Digest.Of("tiny"u8))));
    }

    // offset: 16 bytes, rows of zeros left out.
    private const string Golden = """
        0400: e2e1f5e0af43adf7030000000c002400
        0410: 050000000000000000f1536500000000
        0420: 00000000010000000000000000000000
        0430: 8950abfda7b727630760dd35bcf5c3da
        0450: 04000000000000000000000000000000
        0480: 04000000ed4103004f00000000000000
        0490: 00000000010000000000000000000000
        04a0: 24000000000000003c00020024000000
        04b0: 000000003d0002003300000000000000
        04c0: 3f00030028000000000000004a000200
        04d0: 31000000000000004d0007002e2e2e2e
        04e0: 657a2d6f626a6563747362696e736800
        0500: 04000000ed4102002b00000000000000
        0510: 00000000020000000000000000000000
        0520: 28000000000000002400020024000000
        0530: 00000000250002002b00000000000000
        0540: 270001002e2e2e746f6f6c0000000000
        0560: 09001b00ed8900000500000000000000
        0570: 00000000030000000000000000000000
        0580: 01f15365000000000700000001000000
        05a0: 000000000100000000000000a0010000
        05b0: 10044e006f7665726c61792e72656469
        05c0: 726563742f2e657a2d6f626a65637473
        05d0: 2f66322f383863626664623439323565
        05e0: 62636165303435373639663838316130
        05f0: 32353234306265323061633633336366
        0600: 66663062656234626139323732376662
        0610: 37620000ffffffff0000000000000000
        0620: 04000000ffa101000800000000000000
        0630: 00000000040000000000000000000000
        0640: 62696e2f746f6f6c0000000000000000
        0660: 00000000002001000000000000000000
        0670: 00000000050000000000000000000000
        0680: 100400006f7665726c61792e6d657461
        0690: 636f7079000000000000000000000000
        """;

    [Fact]
    public void The_same_manifest_gives_the_same_bytes_and_another_digest_another_uuid()
    {
        var manifest = new LayerEntries(TestSeed.Random("image bytes")).Manifest(200);
        var digest = ManifestText.DigestOf(manifest);
        var image = ErofsImage.Write(manifest, digest);
        using var copy = new MemoryStream();
        ErofsImage.Write(ManifestText.Read(ManifestText.Write(manifest), "copy"), digest, copy);
        Assert.Equal(image, copy.ToArray());

        var other = ErofsImage.Write(manifest, Sha256Digest.Of([1]));
        var differing = Enumerable.Range(0, image.Length).Where(i => image[i] != other[i]).ToList();
        Assert.All(differing, i => Assert.InRange(i, 1024 + 4, 1024 + 63));
        Assert.NotEqual(image[1072..1088], other[1072..1088]);
    }

    [Fact]
    public void Most_inodes_are_compact_and_attributes_of_several_stand_once()
    {
        var files = Enumerable.Range(0, 1000).Select(i => LayerEntries.File($"/f{i:D4}", 10, content: i / 2)).ToArray();
        var image = ErofsImage.Write(LayerEntries.Manifest(files), default);

        // Inode 32, attributes 12 + 2 * 4, hole 4, padding 8; entry 12 + 5; half a redirect of 100.
        Assert.InRange(image.Length, 1000 * (64 + 17 + 50), 1000 * (64 + 17 + 50) + (4 * 4096));
    }

    [Fact]
    public void Fsck_accepts_images_of_random_manifests()
    {
        Requires.Tool("fsck.erofs");
        var random = TestSeed.Random("fsck");
        for (var round = TestScale.Of(15, 300); round > 0; round--)
        {
            var manifest = new LayerEntries(random).Manifest(random.Next(1, 400));
            using var image = new ImageFile(manifest);
            image.AssertWhole();
        }
    }

    [Fact]
    public void Dump_shows_what_the_manifest_says()
    {
        Requires.Tool("dump.erofs");
        var manifest = LayerEntries.Manifest(
            LayerEntries.File("/compact", 4096),
            LayerEntries.File("/large", 5L << 30) with { Uid = 70_000, Gid = 7, Mode = 0b100_111_101_101 },
            LayerEntries.File("/later", 1) with { Mtime = new FileTime(1_600_000_000, 123_456_789) },
            LayerEntries.File("/linked", 9),
            LayerEntries.File("/second", 0) with { Type = EntryType.HardLink, Target = "/linked", Content = null });
        using var image = new ImageFile(manifest);
        Assert.Contains("Filesystem inode count:                       6", image.Dump("-s"), StringComparison.Ordinal);
        Assert.Contains("Filesystem created:                           Tue Nov 14", image.Dump("-s"), StringComparison.Ordinal);
        AssertShown("/compact", "Size: 4096", "Links: 1", "Layout: 4", "Inode size: 32", "Uid: 0   Gid: 0  Access: 0644");
        AssertShown("/large", "Size: 5368709120", "Inode size: 64", "Uid: 70000   Gid: 7  Access: 0755");
        AssertShown("/later", "Inode size: 64", "2020-09-13", ".123456789");
        AssertShown("/linked", "Links: 2");
        AssertShown("/second", "Links: 2", "Size: 9");

        void AssertShown(string path, params string[] texts)
        {
            var shown = image.Dump("--path=" + path);
            Assert.All(texts, text => Assert.Contains(text, shown, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Names_links_and_folders_of_any_size_are_accepted()
    {
        Requires.Tool("fsck.erofs");
        var every = new string([.. Enumerable.Range(1, 255).Select(b => (char)b).Where(c => c != '/')]);
        var deep = string.Concat(Enumerable.Repeat("/" + new string('d', 90), 40));
        var entries = new List<ManifestEntry>
        {
            LayerEntries.File("/" + every + "x", 3),
            LayerEntries.Link("/!before-the-dot", new string('t', 4095)),
            LayerEntries.Link("/nearly", new string('t', 4030)),
            LayerEntries.File(deep + "/bottom", 3),
        };
        for (var i = 0; i < TestScale.Of(20_000, 100_000); i++)
        {
            entries.Add(LayerEntries.File($"/many/{i:x}", 3, content: i));
        }

        using var image = new ImageFile(LayerEntries.Manifest([.. entries]));
        image.AssertWhole();
    }

    [Theory]
    [InlineData("/.ez-objects", 'f', "is where a view keeps its objects")]
    [InlineData("/l", 'l', "its target has 0 bytes")]
    [InlineData("/c", 'c', "Linux has no device")]
    [InlineData("/h", 'h', "which is no file of it")]
    [InlineData("/n", 'n', "its name has more than 255 bytes")]
    [InlineData("/x", 'x', "is none that Linux keeps")]
    public void What_no_layer_can_hold_is_refused(string path, char what, string why)
    {
        var file = LayerEntries.File(path, 1);
        var entry = what switch
        {
            'l' or 'h' => file with { Type = (EntryType)what, Target = "" },
            'c' => file with { Type = EntryType.CharacterDevice, Device = new DeviceNumber(5000, 1) },
            'n' => file with { Path = TreePath.Parse("/" + new string('n', 256)) },
            'x' => file with { Xattrs = [new ExtendedAttribute("elsewhere.x", [])] },
            _ => file,
        };
        var refused = Assert.Throws<EzException>(() => ErofsImage.Write(LayerEntries.Manifest(entry), default));
        Assert.Equal(FailureKind.Untrusted, refused.Kind);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_super_block_carries_its_checksum_and_no_feature_but_chunks()
    {
        var image = ErofsImage.Write(LayerEntries.Manifest(LayerEntries.File("/f", 1)), default);
        Assert.Equal(4u, BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(1024 + 80)));
        var block = image[1024..4096];
        var sum = BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(4));
        block.AsSpan(4, 4).Clear();
        Assert.Equal(sum, block.Aggregate(~0u, (crc, next) => Enumerable.Range(0, 8).Aggregate(crc ^ next, (c, _) => (c >> 1) ^ ((c & 1) * 0x82f63b78u))));
        Assert.Equal(Common.Seconds, BinaryPrimitives.ReadInt64LittleEndian(image.AsSpan(1024 + 24)));
    }

    private static string Rows(byte[] image)
    {
        var rows = new StringBuilder();
        for (var i = 0; i < image.Length; i += 16)
        {
            if (image.AsSpan(i, 16).ContainsAnyExcept((byte)0))
            {
                rows.Append(rows.Length == 0 ? "" : "\n").Append(System.Globalization.CultureInfo.InvariantCulture, $"{i:x4}: {Convert.ToHexStringLower(image, i, 16)}");
            }
        }

        return rows.ToString();
    }
}
