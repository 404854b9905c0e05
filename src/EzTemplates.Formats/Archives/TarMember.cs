using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>What a tar member is: the letters of the type field.</summary>
public enum TarType : byte
{
    File = (byte)'0',
    HardLink = (byte)'1',
    Symlink = (byte)'2',
    CharacterDevice = (byte)'3',
    BlockDevice = (byte)'4',
    Directory = (byte)'5',
    Fifo = (byte)'6',
}

/// <summary>A tar member's header, long names resolved. Names are bytes as chars (Latin-1), as they stand in the archive.</summary>
public sealed record TarMember
{
    public required TarType Type { get; init; }

    /// <summary>Never empty; a directory's may end with a slash.</summary>
    public required string Name { get; init; }

    public required string LinkTarget { get; init; }

    /// <summary>The 12 permission bits.</summary>
    public required int Mode { get; init; }

    public required uint Uid { get; init; }

    public required uint Gid { get; init; }

    public required string UserName { get; init; }

    public required string GroupName { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Mtime { get; init; }

    /// <summary>Bytes of content; 0 for all but files.</summary>
    public required long Size { get; init; }

    public DeviceNumber Device { get; init; }
}

/// <summary>What a tar reader takes.</summary>
public sealed record TarOptions
{
    /// <summary>Names and link targets longer than this are refused before memory is taken for them.</summary>
    public int MaxNameLength { get; init; } = 64 * 1024;

    public long MaxFileSize { get; init; } = 64L << 30;

    /// <summary>For the whole archive once decompressed, what follows its end mark included.</summary>
    public long MaxExpandedSize { get; init; } = 256L << 30;

    /// <summary>Takes pax headers (path, linkpath, size): dpkg refuses them in data.tar, but has tar read control.tar.</summary>
    public bool Pax { get; init; }
}
