using System.Text;
using EzTemplates.Formats.Tests.Archives;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Formats.Tests.Compression;

/// <summary>What the system's own tools compressed comes back; what is cut or damaged is refused.</summary>
public sealed class DecompressionTests
{
    public static TheoryData<string> Extensions => [".gz", ".xz", ".lzma", ".zst", ".bz2"];

    [Theory]
    [MemberData(nameof(Extensions))]
    public void What_the_tool_compressed_comes_back(string extension)
    {
        foreach (var size in (int[])[0, 1, 511, 65_536, 700_001])
        {
            var content = Content(size);
            Assert.True(content.AsSpan().SequenceEqual(Decode(RawDeb.Compress(content, extension), extension)), $"{size} bytes of {extension}");
        }
    }

    [Theory]
    [InlineData(".gz")]
    [InlineData(".xz")]
    [InlineData(".zst")]
    [InlineData(".bz2")]
    public void Streams_one_after_another_are_one(string extension)
    {
        var (first, second) = (Content(100_000), Content(70_000));
        var both = Decode([.. RawDeb.Compress(first, extension), .. RawDeb.Compress(second, extension)], extension);
        Assert.True(both.AsSpan().SequenceEqual([.. first, .. second]));
    }

    [Theory]
    [MemberData(nameof(Extensions))]
    public void Cut_data_is_refused(string extension)
    {
        var whole = RawDeb.Compress(Content(50_000), extension);
        for (var length = 0; length < whole.Length; length += Math.Max(1, whole.Length / 40))
        {
            Assert.Throws<MalformedArchiveException>(() => Decode(whole[..length], extension));
        }

        Assert.Throws<MalformedArchiveException>(() => Decode(whole[..^1], extension));
    }

    [Theory]
    [InlineData(".gz")]
    [InlineData(".xz")]
    [InlineData(".bz2")]
    public void Damaged_data_is_refused(string extension)
    {
        var whole = RawDeb.Compress(Content(50_000), extension);
        whole[whole.Length / 2] ^= 0x10;
        Assert.Throws<MalformedArchiveException>(() => Decode(whole, extension));
        Assert.Throws<MalformedArchiveException>(() => Decode("neither this nor that"u8.ToArray(), extension));
    }

    [Fact]
    public void Streams_of_several_blocks_decode_on_several_threads()
    {
        var content = Content(2_500_000);
        var blocks = RawDeb.Compress(content, ".xz", "-T2", "--block-size=512KiB", "-0");
        foreach (var threads in (int[])[1, 2, 4])
        {
            Assert.True(content.AsSpan().SequenceEqual(Decode(blocks, ".xz", new DecompressionOptions { Threads = threads })), $"{threads} threads");
            Assert.Throws<MalformedArchiveException>(() => Decode(blocks[..^50_000], ".xz", new DecompressionOptions { Threads = threads }));
        }
    }

    [Fact]
    public void What_needs_more_memory_than_allowed_is_refused()
    {
        var xz = RawDeb.Compress(Content(1000), ".xz", "--lzma2=dict=64MiB");
        var failure = Assert.Throws<MalformedArchiveException>(() => Decode(xz, ".xz", new DecompressionOptions { MemoryLimit = 8 << 20 }));
        Assert.Contains("memory", failure.Reason, StringComparison.Ordinal);
        var zstd = RawDeb.Compress(Content(40_000_000), ".zst", "--long=25", "-1");
        Assert.Throws<MalformedArchiveException>(() => Decode(zstd, ".zst", new DecompressionOptions { MemoryLimit = 8 << 20 }));
        Assert.Equal(40_000_000, Decode(zstd, ".zst").Length);
    }

    [Fact]
    public void As_dpkg_only_the_first_stream_counts_and_plain_bytes_pass_as_gzip()
    {
        var options = new DecompressionOptions { AsDpkg = true };
        foreach (var extension in (string[])[".xz", ".zst", ".bz2"])
        {
            var first = Content(1000);
            byte[] more = [.. RawDeb.Compress(first, extension), .. RawDeb.Compress(Content(500), extension)];
            Assert.True(first.AsSpan().SequenceEqual(Decode(more, extension, options)), extension);
        }

        Assert.Equal("plain", Encoding.ASCII.GetString(Decode("plain"u8.ToArray(), ".gz", options)));
    }

    [Fact]
    public void The_source_stays_open_and_its_failures_pass()
    {
        using var source = new MemoryStream(RawDeb.Compress(Content(10), ".xz"));
        Decompression.Open(source, CompressionKind.Xz).Dispose();
        Assert.True(source.CanRead);
        using var failing = Decompression.Open(new FailingStream(), CompressionKind.Bzip2);
        Assert.Throws<UnauthorizedAccessException>(() => failing.ReadByte());
    }

    [Theory]
    [InlineData("Packages.xz", CompressionKind.Xz)]
    [InlineData("Packages.gz", CompressionKind.Gzip)]
    [InlineData("data.tar.zst", CompressionKind.Zstd)]
    [InlineData("data.tar.lzma", CompressionKind.Lzma)]
    [InlineData("data.tar.bz2", CompressionKind.Bzip2)]
    [InlineData("data.tar", CompressionKind.None)]
    [InlineData("Packages", CompressionKind.None)]
    public void Names_say_their_compression(string name, CompressionKind kind) => Assert.Equal(kind, CompressionNames.OfName(name));

    private static byte[] Decode(byte[] compressed, string extension, DecompressionOptions? options = null)
    {
        Assert.True(CompressionNames.TryParseExtension(extension, out var kind));
        using var decoder = Decompression.Open(new DribblingStream(compressed), kind, options);
        using var content = new MemoryStream();
        decoder.CopyTo(content, 10_007);
        return content.ToArray();
    }

    /// <summary>Compresses a little: words drawn by a seeded generator.</summary>
    private static byte[] Content(int size)
    {
        var random = TestSeed.Random("content");
        var bytes = new byte[size];
        for (var i = 0; i < size; i++)
        {
            bytes[i] = (byte)"the quick brown fox"[random.Next(19)];
        }

        return bytes;
    }

    private sealed class FailingStream : MemoryStream
    {
        public override int Read(byte[] buffer, int offset, int count) => throw new UnauthorizedAccessException("mine");
    }
}
