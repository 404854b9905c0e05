using System.Text;
using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Formats.Tests;

public sealed class MirrorListReaderTests
{
    private static readonly string Digest = Sha256Digest.Of([]).ToString();

    [Fact]
    public void A_plain_list_has_an_address_a_line()
    {
        var list = MirrorListReader.ReadPlain("# repo = baseos\r\nhttps://a.example/os/\r\n\nhttp://b.example/os\nftp://c.example/os\nrsync://d.example/\nhttps://a.example/os/\nnothing\n"u8);
        Assert.Equal(["https://a.example/os/", "http://b.example/os/"], list.Roots.Select(root => root.ToString()));
        Assert.Empty(list.Digests);
        Assert.Empty(MirrorListReader.ReadPlain("<html>Log in</html>"u8).Roots);
    }

    [Fact]
    public void A_metalink_has_mirrors_by_preference_and_digests()
    {
        var list = Read($"""
            <files><file name="other"><resources><url>https://z.example/repodata/repomd.xml</url></resources></file><file name="repomd.xml">
            <verification><hash type="sha512">00</hash><hash type="sha256">{Digest}</hash></verification>
            <resources><url preference="10">https://a.example/os/repodata/repomd.xml</url><url preference="99">https://b.example/os/repodata/repomd.xml</url>
            <url preference="100">rsync://c.example/os/repodata/repomd.xml</url><url>https://d.example/os/primary.xml</url></resources></file></files>
            """);
        Assert.Equal(["https://b.example/os/", "https://a.example/os/"], list.Roots.Select(root => root.ToString()));
        Assert.Equal(Digest, Assert.Single(list.Digests).ToString());
    }

    [Theory]
    [InlineData("", "it has no SHA-256 digest of a repomd.xml")]
    [InlineData("<files><file name=\"repomd.xml\"><verification><hash type=\"sha256\">12</hash></verification></file></files>", "not a SHA-256 digest")]
    [InlineData("<files>", "it is not well-formed XML")]
    public void What_is_none_says_why(string inside, string reason) =>
        Assert.Contains(reason, Assert.Throws<MalformedMetadataException>(() => Read(inside)).Message, StringComparison.Ordinal);

    [Fact]
    public void Damage_is_read_or_refused_and_nothing_else()
    {
        var random = TestSeed.Random("metalinks");
        var whole = Encoding.UTF8.GetBytes($"<metalink><files><file name=\"repomd.xml\"><verification><hash type=\"sha256\">{Digest}</hash></verification><resources><url preference=\"1\">https://a.example/repodata/repomd.xml</url></resources></file></files></metalink>");
        for (var i = 0; i < 2000; i++)
        {
            var bytes = whole.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            var cut = bytes.AsSpan(0, random.Next(4) == 0 ? random.Next(bytes.Length) : bytes.Length).ToArray();
            if (Record.Exception(() => MirrorListReader.ReadMetalink(new MemoryStream(cut), "metalink")) is { } refused)
            {
                Assert.IsType<MalformedMetadataException>(refused);
            }

            _ = MirrorListReader.ReadPlain(cut);
        }
    }

    private static MirrorList Read(string inside) =>
        MirrorListReader.ReadMetalink(new MemoryStream(Encoding.UTF8.GetBytes($"<metalink>{inside}</metalink>")), "metalink");
}
