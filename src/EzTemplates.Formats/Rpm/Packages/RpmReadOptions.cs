namespace EzTemplates.Formats;

/// <summary>How to read an rpm package, and the bounds beyond which it is refused.</summary>
public sealed record RpmReadOptions
{
    /// <summary>What failures call the archive.</summary>
    public required string FileName { get; init; }

    /// <summary>Character and block devices are refused without this; pipes never are.</summary>
    public bool AllowDevices { get; init; }

    /// <summary>Source packages are refused without this: nothing of them can be installed. Their files lie at the root.</summary>
    public bool AllowSources { get; init; }

    public int DecoderThreads { get; init; } = 1;

    /// <summary>Files, and directories around them that the package does not have. So many take less than 256 MB with their header.</summary>
    public int MaxFiles { get; init; } = 200_000;

    /// <summary>Bytes of all paths together.</summary>
    public long MaxNameBytes { get; init; } = 24L << 20;

    /// <summary>For the whole payload once decompressed.</summary>
    public long MaxExpandedSize { get; init; } = 256L << 30;

    /// <summary>
    /// A payload that needs more memory than this to decode is refused. xz's strongest level needs 65 MB, zstd's strongest 128 MB; this
    /// and what a header may ask for come to 256 MB.
    /// </summary>
    public long DecoderMemory { get; init; } = 160L << 20;
}
