using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>How to read a package of either family; the bounds are the family's.</summary>
public sealed record PackageReadOptions
{
    /// <summary>What failures call the archive.</summary>
    public required string FileName { get; init; }

    /// <summary>Character and block devices are refused without this.</summary>
    public bool AllowDevices { get; init; }

    public int DecoderThreads { get; init; } = 1;
}

/// <summary>Reads a package file of whichever family its first bytes are.</summary>
public static class PackageArchive
{
    /// <summary>As <see cref="DebReader.Read"/> and <see cref="RpmReader.Read"/>; what begins as neither is told as a bad deb is.</summary>
    /// <exception cref="MalformedArchiveException">Names the file, the member and the reason.</exception>
    public static PackageContents Read(Stream archive, PackageReadOptions options, FileSink sink)
    {
        ArgumentNullException.ThrowIfNull(options);
        var begin = new byte[RpmLead.Magic.Length];
        var read = archive.ReadAtLeast(begin, begin.Length, throwOnEndOfStream: false);
        using var whole = new PrefixedStream(begin.AsMemory(0, read), archive);
        return begin.AsSpan().SequenceEqual(RpmLead.Magic)
            ? RpmReader.Read(whole, new RpmReadOptions { FileName = options.FileName, AllowDevices = options.AllowDevices, DecoderThreads = options.DecoderThreads }, sink)
            : DebReader.Read(whole, new DebReadOptions { FileName = options.FileName, AllowDevices = options.AllowDevices, DecoderThreads = options.DecoderThreads }, sink);
    }
}
