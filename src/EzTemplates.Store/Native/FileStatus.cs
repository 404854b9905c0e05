using System.Runtime.InteropServices;
using EzTemplates.Domain;

namespace EzTemplates.Store.Native;

/// <summary>The type bits of a mode (inode(7)).</summary>
public enum FileKind
{
    Fifo = 0x1000,
    CharacterDevice = 0x2000,
    Directory = 0x4000,
    BlockDevice = 0x6000,
    File = 0x8000,
    Symlink = 0xa000,
    Socket = 0xc000,
}

/// <summary>What statx(2) says about a path.</summary>
/// <param name="Mode">The 12 permission bits.</param>
/// <param name="Device">The file system it lies on.</param>
/// <param name="SpecialDevice">What a device node stands for.</param>
/// <param name="Birth">When the inode was made; null where the file system does not keep it.</param>
public readonly record struct FileStatus(
    FileKind Kind,
    int Mode,
    uint Uid,
    uint Gid,
    long Size,
    long AllocatedBytes,
    uint Links,
    ulong Inode,
    DeviceNumber Device,
    DeviceNumber SpecialDevice,
    FileTime Mtime,
    FileTime Ctime,
    FileTime? Birth)
{
    public bool IsSameFile(FileStatus other) => Inode == other.Inode && Device == other.Device;
}

/// <summary>struct statx (linux/stat.h): the same on every machine.</summary>
[StructLayout(LayoutKind.Sequential, Size = 256)]
internal struct NativeStatx
{
    public uint Mask;
    public uint BlockSize;
    public ulong Attributes;
    public uint Links;
    public uint Uid;
    public uint Gid;
    public ushort Mode;
    private readonly ushort _spare;
    public ulong Inode;
    public long Size;
    public ulong Blocks;
    public ulong AttributesMask;
    public NativeStatxTime Atime;
    public NativeStatxTime Btime;
    public NativeStatxTime Ctime;
    public NativeStatxTime Mtime;
    public uint SpecialMajor;
    public uint SpecialMinor;
    public uint DeviceMajor;
    public uint DeviceMinor;

    // STATX_BTIME
    private const uint HasBirth = 0x800;

    public readonly FileStatus ToStatus() => new(
        (FileKind)(Mode & 0xf000),
        Mode & 0xfff,
        Uid,
        Gid,
        Size,
        (long)Blocks * 512,
        Links,
        Inode,
        new DeviceNumber(DeviceMajor, DeviceMinor),
        new DeviceNumber(SpecialMajor, SpecialMinor),
        Mtime.ToFileTime(),
        Ctime.ToFileTime(),
        (Mask & HasBirth) != 0 ? Btime.ToFileTime() : null);
}

[StructLayout(LayoutKind.Sequential)]
internal struct NativeStatxTime
{
    public long Seconds;
    public uint Nanoseconds;
    private readonly int _spare;

    public readonly FileTime ToFileTime() => new(Seconds, (int)Nanoseconds);
}

[StructLayout(LayoutKind.Sequential)]
internal struct NativeTimespec
{
    public nint Seconds;
    public nint Nanoseconds;
}
