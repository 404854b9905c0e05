using System.Buffers.Binary;

namespace EzTemplates.Environments;

/// <summary>A whole executable of a few instructions: an ELF header, one segment, the code.</summary>
internal static class SmallProgram
{
    private const ulong LoadAddress = 0x400000;
    private const int HeaderSize = 64;
    private const int SegmentSize = 56;

    public static byte[] Of(ReadOnlySpan<byte> code)
    {
        var start = HeaderSize + SegmentSize;
        var file = new byte[start + code.Length];
        ReadOnlySpan<byte> identity = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        identity.CopyTo(file);
        Put16(file, 16, 2);                             // ET_EXEC
        Put16(file, 18, 62);                            // EM_X86_64
        Put32(file, 20, 1);                             // version
        Put64(file, 24, LoadAddress + (ulong)start);    // entry
        Put64(file, 32, HeaderSize);                    // segments start
        Put16(file, 52, HeaderSize);
        Put16(file, 54, SegmentSize);
        Put16(file, 56, 1);                             // one segment
        Put32(file, 64, 1);                             // PT_LOAD
        Put32(file, 68, 5);                             // readable, executable
        Put64(file, 80, LoadAddress);
        Put64(file, 88, LoadAddress);
        Put64(file, 96, (ulong)file.Length);
        Put64(file, 104, (ulong)file.Length);
        Put64(file, 112, 0x1000);
        code.CopyTo(file.AsSpan(start));
        return file;
    }

    private static void Put16(byte[] file, int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at), value);

    private static void Put32(byte[] file, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at), value);

    private static void Put64(byte[] file, int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(at), value);
}
