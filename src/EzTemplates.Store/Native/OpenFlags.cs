using System.Runtime.InteropServices;

namespace EzTemplates.Store.Native;

/// <summary>Flags of open(2). Close-on-exec is always added.</summary>
[Flags]
public enum OpenFlags
{
    Read = 0,
    Write = 1,
    ReadWrite = 2,
    Create = 0x40,
    Exclusive = 0x80,
    Truncate = 0x200,
    Append = 0x400,

    // These differ between machines; OpenFlagsOf translates the x86-64 numbers.
    Directory = 0x10000,
    NoFollow = 0x20000,
    CloseOnExec = 0x80000,

    /// <summary>Stands for the file and opens nothing: no device is woken, no pipe waited for.</summary>
    PathOnly = 0x200000,

    /// <summary>A file without a name; give it one with <see cref="Libc.LinkDescriptor"/>.</summary>
    TemporaryFile = 0x400000 | Directory,
}

internal static class MachineOpenFlags
{
    private const int Arm64Directory = 0x4000;
    private const int Arm64NoFollow = 0x8000;

    /// <summary>arm64 numbers O_DIRECTORY and O_NOFOLLOW differently (arch/arm64/include/uapi/asm/fcntl.h).</summary>
    public static int Of(OpenFlags flags)
    {
        var bits = (int)(flags | OpenFlags.CloseOnExec);
        if (RuntimeInformation.ProcessArchitecture != Architecture.Arm64)
        {
            return bits;
        }

        var moved = bits & ~(int)(OpenFlags.Directory | OpenFlags.NoFollow);
        moved |= (flags & OpenFlags.Directory) != 0 ? Arm64Directory : 0;
        return moved | ((flags & OpenFlags.NoFollow) != 0 ? Arm64NoFollow : 0);
    }
}
