using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Formats;

/// <summary>The few calls of libzstd that decoding takes; the two structs are <c>ZSTD_inBuffer</c> and <c>ZSTD_outBuffer</c>.</summary>
internal static unsafe partial class ZstdNative
{
    public const string Library = "libzstd.so.1";
    public const string DebianPackage = "libzstd1";

    /// <summary><c>ZSTD_d_windowLogMax</c>.</summary>
    public const int WindowLogMax = 100;

    [StructLayout(LayoutKind.Sequential)]
    public struct Span
    {
        public nint Start;
        public nuint Size;
        public nuint Position;
    }

    [LibraryImport(Library, EntryPoint = "ZSTD_createDStream")]
    public static partial nint CreateDStream();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDStream")]
    public static partial nuint FreeDStream(nint stream);

    [LibraryImport(Library, EntryPoint = "ZSTD_DCtx_setParameter")]
    public static partial nuint SetParameter(nint stream, int parameter, int value);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressStream")]
    public static partial nuint Decompress(nint stream, Span* output, Span* input);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    public static partial uint IsError(nuint code);

    [LibraryImport(Library, EntryPoint = "ZSTD_getErrorName")]
    public static partial nint ErrorName(nuint code);
}

/// <summary>Owns a <c>ZSTD_DStream</c>.</summary>
internal sealed unsafe class ZstdDecoder : SafeHandleZeroOrMinusOneIsInvalid
{
    /// <summary>128 MiB, libzstd's own default and what dpkg accepts.</summary>
    private const int LargestWindowLog = 27;

    public ZstdDecoder()
        : base(ownsHandle: true) => SetHandle(ZstdNative.CreateDStream());

    public static ZstdDecoder Create(DecompressionOptions options)
    {
        NativeDecoderStream.Load(ZstdNative.Library, ZstdNative.DebianPackage);
        var decoder = new ZstdDecoder();
        if (decoder.IsInvalid)
        {
            throw new InsufficientMemoryException("libzstd could not allocate a decoder");
        }

        var windowLog = Math.Clamp((int)Math.Log2(options.MemoryLimit), 10, LargestWindowLog);
        _ = ZstdNative.SetParameter(decoder.handle, ZstdNative.WindowLogMax, windowLog);
        return decoder;
    }

    /// <summary>One <c>ZSTD_decompressStream</c> over the given spans.</summary>
    /// <returns>0 at the end of a frame whose output is all out; otherwise a hint of what is to come.</returns>
    public nuint Decompress(ReadOnlySpan<byte> input, Span<byte> output, out int consumed, out int produced)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        fixed (byte* from = input, to = output)
        {
            var source = new ZstdNative.Span { Start = (nint)from, Size = (nuint)input.Length };
            var target = new ZstdNative.Span { Start = (nint)to, Size = (nuint)output.Length };
            var result = ZstdNative.Decompress(handle, &target, &source);
            if (ZstdNative.IsError(result) != 0)
            {
                throw new MalformedArchiveException($"zstd data is damaged ({Marshal.PtrToStringUTF8(ZstdNative.ErrorName(result))})");
            }

            (consumed, produced) = ((int)source.Position, (int)target.Position);
            return result;
        }
    }

    protected override bool ReleaseHandle() => ZstdNative.IsError(ZstdNative.FreeDStream(handle)) == 0;
}

/// <summary>Zstandard frames, one after another, decoded by libzstd.</summary>
internal sealed class ZstdDecoderStream(Stream source, ZstdDecoder decoder, bool firstFrameOnly) : NativeDecoderStream(source)
{
    private bool _betweenFrames;

    protected override bool Decode(ReadOnlySpan<byte> input, Span<byte> output, bool last, out int consumed, out int produced)
    {
        if (_betweenFrames && input.IsEmpty)
        {
            (consumed, produced) = (0, 0);
            return last;
        }

        var result = decoder.Decompress(input, output, out consumed, out produced);
        _betweenFrames = result == 0;
        if (_betweenFrames && firstFrameOnly)
        {
            return true;
        }

        return last && consumed == 0 && produced == 0 ? throw new MalformedArchiveException("zstd data is cut short") : false;
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
