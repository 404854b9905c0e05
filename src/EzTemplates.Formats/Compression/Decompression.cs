using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>How much a decoder may use, and where it ends.</summary>
public sealed record DecompressionOptions
{
    /// <summary>Threads for xz streams of several blocks, where the system's liblzma can (5.4 and newer); 1 decodes on the caller's.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>A stream that needs more memory than this to decode is refused.</summary>
    public long MemoryLimit { get; init; } = 1L << 30;

    /// <summary>Above this a multi-threaded decoder uses fewer threads.</summary>
    public long ThreadingMemoryLimit { get; init; } = 512L << 20;

    /// <summary>
    /// Ends xz, zstd and bzip2 after their first stream and ignores what follows, and passes plain bytes in a <c>.gz</c> through, all
    /// as dpkg does; otherwise concatenated streams are one, as the command-line tools have it.
    /// </summary>
    public bool AsDpkg { get; init; }
}

/// <summary>Opens compressed streams for reading, decoded by the libraries that dpkg, apt and rpm use themselves.</summary>
public static class Decompression
{
    /// <summary>
    /// A forward-only stream of the decoded bytes. Disposing it frees the decoder and leaves <paramref name="source"/> open; it may
    /// have read past the end of the compressed data. Reading throws <see cref="MalformedArchiveException"/> for damaged or cut data.
    /// </summary>
    /// <exception cref="EzException">The decoder's library is not on this system.</exception>
    public static Stream Open(Stream source, CompressionKind kind, DecompressionOptions? options = null)
    {
        options ??= new DecompressionOptions();
        return kind switch
        {
            CompressionKind.None => new PassThroughStream(source),
            CompressionKind.Gzip => GzipDecoderStream.Open(source, options),
            CompressionKind.Xz or CompressionKind.Lzma => new LzmaDecoderStream(source, LzmaDecoder.Create(kind, options), kind),
            CompressionKind.Zstd => new ZstdDecoderStream(source, ZstdDecoder.Create(options), options.AsDpkg),
            CompressionKind.Bzip2 => new Bzip2DecoderStream(source, Bzip2Decoder.Create(), options.AsDpkg),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a kind of compression"),
        };
    }
}
