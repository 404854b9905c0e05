using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>What stands after a package's headers: how it is compressed, and the digests that its bytes must come to.</summary>
internal static class RpmPayload
{
    private const int BufferSize = 256 * 1024;

    /// <summary>Reads the payload, and with it the package, to its end.</summary>
    public static RpmUnpacked Read(Stream archive, RpmHeaders headers, RpmUnpacking unpacking)
    {
        var options = unpacking.Options;
        CheckFormat(headers.Main);
        using var package = RpmDigests.OfPackage(headers);
        using var payload = RpmDigests.OfPayload(headers.Main);
        using var expanded = RpmDigests.OfArchive(headers.Main);
        var raw = new DigestingStream(new DigestingStream(archive, package), payload);
        var decoding = new DecompressionOptions { Threads = options.DecoderThreads, AsDpkg = true, MemoryLimit = options.DecoderMemory, ThreadingMemoryLimit = options.DecoderMemory };
        using var decoder = Decompression.Open(raw, Kind(headers.Main), decoding);
        using var source = new BufferedStream(new DigestingStream(new ExpansionLimit(decoder, options.MaxExpandedSize), expanded), BufferSize);
        var unpacked = unpacking.Read(source);
        unpacking.At.EnterPath(null);
        source.Drain();
        raw.Drain();
        payload.Check();
        expanded.Check();
        package.Check();
        return unpacked;
    }

    private static void CheckFormat(RpmHeader main)
    {
        if (main.Text(RpmField.PayloadFormat) is { } format && format != "cpio")
        {
            throw new MalformedArchiveException($"its {RpmField.PayloadFormat.Name} is `{TreePath.Display(format)}`; only cpio is known");
        }
    }

    /// <summary>A header that names none was made by an rpm that knew only gzip, or has none; the decoder of gzip passes plain bytes on.</summary>
    private static CompressionKind Kind(RpmHeader main) => main.Text(RpmField.PayloadCompressor) switch
    {
        null or "gzip" or "none" or "identity" => CompressionKind.Gzip,
        "bzip2" => CompressionKind.Bzip2,
        "xz" => CompressionKind.Xz,
        "lzma" => CompressionKind.Lzma,
        "zstd" => CompressionKind.Zstd,
        var other => throw new MalformedArchiveException($"its {RpmField.PayloadCompressor.Name} `{TreePath.Display(other)}` is none of gzip, bzip2, xz, lzma and zstd"),
    };
}
