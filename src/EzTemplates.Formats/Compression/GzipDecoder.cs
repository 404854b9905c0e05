using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Formats;

/// <summary><c>z_stream</c> of zlib.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ZlibStream
{
    public nint NextIn;
    public uint AvailableIn;
    public CULong TotalIn;
    public nint NextOut;
    public uint AvailableOut;
    public CULong TotalOut;
    public nint Message;
    public nint State;
    public nint Allocate;
    public nint Free;
    public nint Opaque;
    public int DataType;
    public CULong Checksum;
    public CULong Reserved;
}

/// <summary>The few calls of zlib that decoding takes.</summary>
internal static unsafe partial class ZlibNative
{
    public const string Library = "libz.so.1";
    public const string DebianPackage = "zlib1g";

    /// <summary>The largest window, and 16: a gzip header and trailer, both checked.</summary>
    public const int GzipWindow = 15 + 16;

    public const int Ok = 0;
    public const int StreamEnd = 1;
    public const int DataError = -3;
    public const int BufferError = -5;

    [LibraryImport(Library, EntryPoint = "zlibVersion")]
    public static partial nint RunningVersion();

    [LibraryImport(Library, EntryPoint = "inflateInit2_")]
    public static partial int Start(ZlibStream* stream, int windowBits, nint version, int structSize);

    [LibraryImport(Library, EntryPoint = "inflate")]
    public static partial int Inflate(ZlibStream* stream, int flush);

    [LibraryImport(Library, EntryPoint = "inflateReset")]
    public static partial int Reset(ZlibStream* stream);

    [LibraryImport(Library, EntryPoint = "inflateEnd")]
    public static partial int End(ZlibStream* stream);
}

/// <summary>Owns a <c>z_stream</c> in unmanaged memory.</summary>
internal sealed unsafe class GzipDecoder : SafeHandleZeroOrMinusOneIsInvalid
{
    public GzipDecoder()
        : base(ownsHandle: true) => SetHandle((nint)NativeMemory.AllocZeroed((nuint)sizeof(ZlibStream)));

    private ZlibStream* Stream => (ZlibStream*)handle;

    public static GzipDecoder Create()
    {
        NativeDecoderStream.Load(ZlibNative.Library, ZlibNative.DebianPackage);
        var decoder = new GzipDecoder();
        if (ZlibNative.Start(decoder.Stream, ZlibNative.GzipWindow, ZlibNative.RunningVersion(), sizeof(ZlibStream)) == ZlibNative.Ok)
        {
            return decoder;
        }

        decoder.Dispose();
        throw new InsufficientMemoryException("zlib could not start a decoder");
    }

    public void Reset()
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        _ = ZlibNative.Reset(Stream);
    }

    public int Inflate(ReadOnlySpan<byte> input, Span<byte> output, out int consumed, out int produced)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        fixed (byte* from = input, to = output)
        {
            Stream->NextIn = (nint)from;
            Stream->AvailableIn = (uint)input.Length;
            Stream->NextOut = (nint)to;
            Stream->AvailableOut = (uint)output.Length;
            var result = ZlibNative.Inflate(Stream, 0);
            consumed = input.Length - (int)Stream->AvailableIn;
            produced = output.Length - (int)Stream->AvailableOut;
            return result;
        }
    }

    protected override bool ReleaseHandle()
    {
        _ = ZlibNative.End(Stream);
        NativeMemory.Free(Stream);
        return true;
    }
}

/// <summary>
/// gzip members, one after another; what follows them is ignored, as zlib's own gzread does. (The framework's reader takes a stream
/// that was cut inside its last checksum for whole, so it is not used.)
/// </summary>
internal sealed class GzipDecoderStream(Stream source, GzipDecoder decoder) : NativeDecoderStream(source)
{
    private bool _betweenMembers;
    private int _headerBytes;

    public static Stream Open(Stream source, DecompressionOptions options)
    {
        var head = new byte[2];
        var read = source.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        var rest = new PrefixedStream(head.AsMemory(0, read), source);
        if (read == 2 && head[0] == 0x1f && head[1] == 0x8b)
        {
            return new GzipDecoderStream(rest, GzipDecoder.Create());
        }

        return options.AsDpkg ? rest : throw new MalformedArchiveException(read == 0 ? "gzip data is empty" : "not gzip data");
    }

    protected override bool Decode(ReadOnlySpan<byte> input, Span<byte> output, bool last, out int consumed, out int produced)
    {
        if (_betweenMembers)
        {
            return DecodeBetween(input, output, last, out consumed, out produced);
        }

        switch (decoder.Inflate(input, output, out consumed, out produced))
        {
            case ZlibNative.Ok:
                return false;
            case ZlibNative.StreamEnd:
                decoder.Reset();
                _betweenMembers = true;
                return false;
            case ZlibNative.BufferError when !last:
                return false;
            case ZlibNative.BufferError:
                throw new MalformedArchiveException("gzip data is cut short");
            default:
                throw new MalformedArchiveException("gzip data is damaged");
        }
    }

    /// <summary>A further member begins with two magic bytes, which may come one by one; the decoder itself judges them.</summary>
    private bool DecodeBetween(ReadOnlySpan<byte> input, Span<byte> output, bool last, out int consumed, out int produced)
    {
        (consumed, produced) = (0, 0);
        if (input.IsEmpty)
        {
            return last;
        }

        var header = input[..1];
        if (decoder.Inflate(header, output, out consumed, out produced) == ZlibNative.DataError)
        {
            return true;
        }

        _betweenMembers = ++_headerBytes < 2;
        _headerBytes = _betweenMembers ? _headerBytes : 0;
        return false;
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
