using System.Runtime.InteropServices;

namespace EzTemplates.Formats;

/// <summary><c>lzma_stream</c> of lzma/base.h; zero is LZMA_STREAM_INIT.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LzmaStream
{
    public nint NextIn;
    public nuint AvailableIn;
    public ulong TotalIn;
    public nint NextOut;
    public nuint AvailableOut;
    public ulong TotalOut;
    public nint Allocator;
    public nint State;
    public nint ReservedPointer1;
    public nint ReservedPointer2;
    public nint ReservedPointer3;
    public nint ReservedPointer4;
    public ulong SeekPosition;
    public ulong Reserved2;
    public nuint Reserved3;
    public nuint Reserved4;
    public uint ReservedEnum1;
    public uint ReservedEnum2;
}

/// <summary><c>lzma_mt</c> of lzma/container.h (5.4).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LzmaThreading
{
    public uint Flags;
    public uint Threads;
    public ulong BlockSize;
    public uint Timeout;
    public uint Preset;
    public nint Filters;
    public uint Check;
    public uint ReservedEnum1;
    public uint ReservedEnum2;
    public uint ReservedEnum3;
    public uint Reserved1;
    public uint Reserved2;
    public uint Reserved3;
    public uint Reserved4;
    public ulong MemoryLimitThreading;
    public ulong MemoryLimitStop;
    public ulong Reserved7;
    public ulong Reserved8;
    public nint ReservedPointer1;
    public nint ReservedPointer2;
    public nint ReservedPointer3;
    public nint ReservedPointer4;
}

/// <summary><c>lzma_ret</c>.</summary>
internal enum LzmaResult
{
    Ok = 0,
    StreamEnd = 1,
    NoCheck = 2,
    UnsupportedCheck = 3,
    GetCheck = 4,
    OutOfMemory = 5,
    MemoryLimit = 6,
    Format = 7,
    Options = 8,
    Data = 9,
    Buffer = 10,
    Program = 11,
}

/// <summary>The few calls of liblzma that decoding takes.</summary>
internal static unsafe partial class LzmaNative
{
    public const string Library = "liblzma.so.5";
    public const string DebianPackage = "liblzma5";
    public const uint Concatenated = 0x08;
    public const int Run = 0;
    public const int Finish = 3;

    [LibraryImport(Library, EntryPoint = "lzma_stream_decoder")]
    public static partial LzmaResult StreamDecoder(LzmaStream* stream, ulong memoryLimit, uint flags);

    [LibraryImport(Library, EntryPoint = "lzma_stream_decoder_mt")]
    public static partial LzmaResult ThreadedStreamDecoder(LzmaStream* stream, LzmaThreading* options);

    [LibraryImport(Library, EntryPoint = "lzma_alone_decoder")]
    public static partial LzmaResult AloneDecoder(LzmaStream* stream, ulong memoryLimit);

    [LibraryImport(Library, EntryPoint = "lzma_code")]
    public static partial LzmaResult Code(LzmaStream* stream, int action);

    [LibraryImport(Library, EntryPoint = "lzma_end")]
    public static partial void End(LzmaStream* stream);
}
