using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Formats;

/// <summary><c>bz_stream</c> of bzlib.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Bzip2Stream
{
    public nint NextIn;
    public uint AvailableIn;
    public uint TotalInLow;
    public uint TotalInHigh;
    public nint NextOut;
    public uint AvailableOut;
    public uint TotalOutLow;
    public uint TotalOutHigh;
    public nint State;
    public nint Allocate;
    public nint Free;
    public nint Opaque;
}

/// <summary>The few calls of libbz2 that decoding takes.</summary>
internal static unsafe partial class Bzip2Native
{
    public const string Library = "libbz2.so.1";
    public const string DebianPackage = "libbz2-1.0";
    public const int Ok = 0;
    public const int StreamEnd = 4;
    public const int MemoryError = -3;
    public const int MagicError = -5;

    [LibraryImport(Library, EntryPoint = "BZ2_bzDecompressInit")]
    public static partial int Start(Bzip2Stream* stream, int verbosity, int small);

    [LibraryImport(Library, EntryPoint = "BZ2_bzDecompress")]
    public static partial int Decompress(Bzip2Stream* stream);

    [LibraryImport(Library, EntryPoint = "BZ2_bzDecompressEnd")]
    public static partial int End(Bzip2Stream* stream);
}

/// <summary>Owns a <c>bz_stream</c> in unmanaged memory.</summary>
internal sealed unsafe class Bzip2Decoder : SafeHandleZeroOrMinusOneIsInvalid
{
    public Bzip2Decoder()
        : base(ownsHandle: true) => SetHandle((nint)NativeMemory.AllocZeroed((nuint)sizeof(Bzip2Stream)));

    private Bzip2Stream* Stream => (Bzip2Stream*)handle;

    public static Bzip2Decoder Create()
    {
        NativeDecoderStream.Load(Bzip2Native.Library, Bzip2Native.DebianPackage);
        var decoder = new Bzip2Decoder();
        if (Bzip2Native.Start(decoder.Stream, 0, 0) == Bzip2Native.Ok)
        {
            return decoder;
        }

        decoder.Dispose();
        throw OutOfMemory();
    }

    /// <summary>Begins with the next stream: libbz2 has no call for that.</summary>
    public void Restart()
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        _ = Bzip2Native.End(Stream);
        if (Bzip2Native.Start(Stream, 0, 0) != Bzip2Native.Ok)
        {
            throw OutOfMemory();
        }
    }

    /// <summary>One <c>BZ2_bzDecompress</c> over the given spans.</summary>
    public int Decompress(ReadOnlySpan<byte> input, Span<byte> output, out int consumed, out int produced)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        fixed (byte* from = input, to = output)
        {
            Stream->NextIn = (nint)from;
            Stream->AvailableIn = (uint)input.Length;
            Stream->NextOut = (nint)to;
            Stream->AvailableOut = (uint)output.Length;
            var result = Bzip2Native.Decompress(Stream);
            consumed = input.Length - (int)Stream->AvailableIn;
            produced = output.Length - (int)Stream->AvailableOut;
            return result;
        }
    }

    protected override bool ReleaseHandle()
    {
        _ = Bzip2Native.End(Stream);
        NativeMemory.Free(Stream);
        return true;
    }

    private static InsufficientMemoryException OutOfMemory() => new("libbz2 could not start a decoder");
}

/// <summary>bzip2 streams, one after another, decoded by libbz2.</summary>
internal sealed class Bzip2DecoderStream(Stream source, Bzip2Decoder decoder, bool firstStreamOnly) : NativeDecoderStream(source)
{
    private bool _betweenStreams;

    protected override bool Decode(ReadOnlySpan<byte> input, Span<byte> output, bool last, out int consumed, out int produced)
    {
        if (_betweenStreams)
        {
            (consumed, produced) = (0, 0);
            if (input.IsEmpty)
            {
                return last;
            }

            decoder.Restart();
            _betweenStreams = false;
        }

        switch (decoder.Decompress(input, output, out consumed, out produced))
        {
            case Bzip2Native.Ok:
                return last && consumed == 0 && produced == 0 ? throw new MalformedArchiveException("bzip2 data is cut short") : false;
            case Bzip2Native.StreamEnd:
                _betweenStreams = true;
                return firstStreamOnly;
            case Bzip2Native.MemoryError:
                throw new InsufficientMemoryException("no memory left to decode bzip2 data");
            case Bzip2Native.MagicError:
                throw new MalformedArchiveException("not bzip2 data");
            default:
                throw new MalformedArchiveException("bzip2 data is damaged");
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            decoder.Dispose();
        }

        base.Dispose(disposing);
    }
}
