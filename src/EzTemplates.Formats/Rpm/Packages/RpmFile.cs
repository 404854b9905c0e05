using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>What a package's author said of a file (rpm's include/rpm/rpmfiles.h); other bits of the field are kept as they are.</summary>
[Flags]
public enum RpmFileFlags : uint
{
    None = 0,
    Config = 1,
    Doc = 1 << 1,
    Icon = 1 << 2,
    MissingOk = 1 << 3,
    NoReplace = 1 << 4,
    SpecFile = 1 << 5,

    /// <summary>The package owns the path and does not bring it.</summary>
    Ghost = 1 << 6,
    License = 1 << 7,
    Readme = 1 << 8,
    PublicKey = 1 << 11,
    Artifact = 1 << 12,
}

/// <summary>
/// A path of a package's file list with all that the header says of it: what unpacking needs, and what only a later stage does (which
/// files a recipe leaves out, which of two architectures wins).
/// </summary>
public sealed record RpmFile
{
    public required TreePath Path { get; init; }

    /// <summary>Never <see cref="EntryType.HardLink"/>: see <see cref="LinkSet"/>.</summary>
    public required EntryType Type { get; init; }

    /// <summary>The 12 permission bits.</summary>
    public required int Mode { get; init; }

    /// <summary>Bytes as chars; empty where the header has none.</summary>
    public required string UserName { get; init; }

    public required string GroupName { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required uint Mtime { get; init; }

    /// <summary>Bytes of a file's content; what a directory's number means is its builder's secret.</summary>
    public required long Size { get; init; }

    /// <summary>Of a symbolic link, bytes as chars; empty otherwise.</summary>
    public required string LinkTarget { get; init; }

    public DeviceNumber Device { get; init; }

    public RpmFileFlags Flags { get; init; }

    /// <summary>1 for 32-bit programs and libraries, 2 for 64-bit ones, 0 for all that runs anywhere.</summary>
    public uint Color { get; init; }

    /// <summary>Languages that it is for, joined by <c>|</c>; empty for all.</summary>
    public string Languages { get; init; } = "";

    /// <summary>Capabilities as cap_from_text(3) takes them; empty for none.</summary>
    public string Capabilities { get; init; } = "";

    /// <summary>Hexadecimal digits, ASCII; empty where there is none.</summary>
    public ReadOnlyMemory<byte> Digest { get; init; }

    /// <summary>Files with the same number, if it is not 0, are names of one file.</summary>
    public ulong LinkSet { get; init; }

    public bool IsGhost => (Flags & RpmFileFlags.Ghost) != 0;
}
