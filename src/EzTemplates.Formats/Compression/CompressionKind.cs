namespace EzTemplates.Formats;

/// <summary>How a stream is compressed. <see cref="Lzma"/> is the old <c>.lzma</c> format, "LZMA alone".</summary>
public enum CompressionKind
{
    None,
    Gzip,
    Xz,
    Lzma,
    Zstd,
    Bzip2,
}

/// <summary>What a name's extension says about its compression.</summary>
public static class CompressionNames
{
    /// <summary>The kind named by an extension with its dot; the empty extension is <see cref="CompressionKind.None"/>.</summary>
    public static bool TryParseExtension(ReadOnlySpan<char> extension, out CompressionKind kind)
    {
        CompressionKind? found = extension switch
        {
            "" => CompressionKind.None,
            ".gz" => CompressionKind.Gzip,
            ".xz" => CompressionKind.Xz,
            ".lzma" => CompressionKind.Lzma,
            ".zst" => CompressionKind.Zstd,
            ".bz2" => CompressionKind.Bzip2,
            _ => null,
        };
        kind = found ?? CompressionKind.None;
        return found is not null;
    }

    /// <summary>The kind that a file name's last extension names; <see cref="CompressionKind.None"/> for any other: <c>Packages.xz</c>.</summary>
    public static CompressionKind OfName(ReadOnlySpan<char> name)
    {
        var dot = name.LastIndexOf('.');
        return dot >= 0 && TryParseExtension(name[dot..], out var kind) ? kind : CompressionKind.None;
    }
}
