using System.Collections.Immutable;

namespace EzTemplates.Domain;

/// <summary>What a path is; the value is the letter that manifests use.</summary>
public enum EntryType : byte
{
    File = (byte)'f',
    Directory = (byte)'d',
    Symlink = (byte)'l',
    CharacterDevice = (byte)'c',
    BlockDevice = (byte)'b',
    Fifo = (byte)'p',

    /// <summary>Another name of a <see cref="File"/>; <see cref="ManifestEntry.Target"/> is the first name in order.</summary>
    HardLink = (byte)'h',
}

/// <summary>A point in time as file systems keep it: seconds since 1970 (may be negative) and 0..999,999,999 nanoseconds.</summary>
public readonly record struct FileTime(long Seconds, int Nanoseconds = 0) : IComparable<FileTime>
{
    public int CompareTo(FileTime other) =>
        Seconds != other.Seconds ? Seconds.CompareTo(other.Seconds) : Nanoseconds.CompareTo(other.Nanoseconds);

    public static bool operator <(FileTime left, FileTime right) => left.CompareTo(right) < 0;

    public static bool operator >(FileTime left, FileTime right) => left.CompareTo(right) > 0;

    public static bool operator <=(FileTime left, FileTime right) => left.CompareTo(right) <= 0;

    public static bool operator >=(FileTime left, FileTime right) => left.CompareTo(right) >= 0;

    public override string ToString() => $"{Seconds}.{Nanoseconds:D9}";
}

public readonly record struct DeviceNumber(uint Major, uint Minor)
{
    public override string ToString() => $"{Major}:{Minor}";
}

/// <summary>An extended attribute: its full name (<c>security.capability</c>) and its bytes.</summary>
public sealed record ExtendedAttribute(string Name, ImmutableArray<byte> Value)
{
    public bool Equals(ExtendedAttribute? other) => other is not null && Name == other.Name && Value.AsSpan().SequenceEqual(other.Value.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Name, Value.Length);
}

/// <summary>
/// One path of a tree with everything but its bytes. A value; two entries are equal when every field is.
/// </summary>
public sealed record ManifestEntry
{
    public required TreePath Path { get; init; }

    public required EntryType Type { get; init; }

    /// <summary>The 12 permission bits, set-id and sticky included. For a symbolic link always 0777.</summary>
    public required int Mode { get; init; }

    public required uint Uid { get; init; }

    public required uint Gid { get; init; }

    public required FileTime Mtime { get; init; }

    /// <summary>Bytes of a file's content; 0 for every other type, hard links included.</summary>
    public long Size { get; init; }

    /// <summary>The object of a file; null for every other type. An empty file has the digest of nothing.</summary>
    public Sha256Digest? Content { get; init; }

    /// <summary>For the two device types.</summary>
    public DeviceNumber Device { get; init; }

    /// <summary>Sorted by name; none twice.</summary>
    public ImmutableArray<ExtendedAttribute> Xattrs { get; init; } = [];

    /// <summary>
    /// A symbolic link's target, bytes as chars, as it stands in the link; a hard link's target, as <see cref="TreePath.Latin1"/>.
    /// Empty for every other type.
    /// </summary>
    public string Target { get; init; } = "";

    public bool Equals(ManifestEntry? other) =>
        other is not null && Path == other.Path && SameExceptPath(other);

    /// <summary>Whether all but the path is the same.</summary>
    public bool SameExceptPath(ManifestEntry other) =>
        Type == other.Type && Mode == other.Mode && Uid == other.Uid && Gid == other.Gid
        && Mtime == other.Mtime && Size == other.Size && Content == other.Content && Device == other.Device
        && Target == other.Target && Xattrs.AsSpan().SequenceEqual(other.Xattrs.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Path, Type, Mode, Content);
}
