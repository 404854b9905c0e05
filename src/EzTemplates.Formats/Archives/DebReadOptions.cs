using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>
/// Stores one file's content: reads exactly <paramref name="size"/> bytes of <paramref name="content"/> and answers their digest.
/// The content throws <see cref="MalformedArchiveException"/> if the archive ends first; the sink lets that pass.
/// </summary>
public delegate Sha256Digest FileSink(Stream content, long size);

/// <summary>How to read a <c>.deb</c>, and the bounds beyond which it is refused.</summary>
public sealed record DebReadOptions
{
    /// <summary>What failures call the archive.</summary>
    public required string FileName { get; init; }

    /// <summary>Character and block devices are refused without this; pipes never are.</summary>
    public bool AllowDevices { get; init; }

    public int DecoderThreads { get; init; } = 1;

    /// <summary>Tar members, control and data each.</summary>
    public int MaxMembers { get; init; } = 5_000_000;

    /// <summary>Bytes of all names and link targets together.</summary>
    public long MaxNameBytes { get; init; } = 256L << 20;

    public TarOptions Tar { get; init; } = new();
}
