using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Formats;

/// <summary>Owns an <c>lzma_stream</c> in unmanaged memory.</summary>
internal sealed unsafe class LzmaDecoder : SafeHandleZeroOrMinusOneIsInvalid
{
    private static readonly Lazy<bool> HasThreadedDecoder = new(() =>
        NativeLibrary.TryGetExport(NativeDecoderStream.Load(LzmaNative.Library, LzmaNative.DebianPackage), "lzma_stream_decoder_mt", out _));

    public LzmaDecoder()
        : base(ownsHandle: true) => SetHandle((nint)NativeMemory.AllocZeroed((nuint)sizeof(LzmaStream)));

    private LzmaStream* Stream => (LzmaStream*)handle;

    /// <summary>True if this system's liblzma decodes on several threads.</summary>
    public static bool CanThread => HasThreadedDecoder.Value;

    public static LzmaDecoder Create(CompressionKind kind, DecompressionOptions options)
    {
        var threaded = CanThread && options.Threads > 1 && kind == CompressionKind.Xz;
        var decoder = new LzmaDecoder();
        var flags = options.AsDpkg ? 0 : LzmaNative.Concatenated;
        var result = kind == CompressionKind.Lzma ? LzmaNative.AloneDecoder(decoder.Stream, (ulong)options.MemoryLimit)
            : threaded ? decoder.StartThreaded(options, flags)
            : LzmaNative.StreamDecoder(decoder.Stream, (ulong)options.MemoryLimit, flags);
        if (result == LzmaResult.Ok)
        {
            return decoder;
        }

        decoder.Dispose();
        throw result == LzmaResult.OutOfMemory
            ? new InsufficientMemoryException("liblzma could not allocate a decoder")
            : new InvalidOperationException($"liblzma refused to start a decoder: {result}");
    }

    /// <summary>One <c>lzma_code</c> over the given spans.</summary>
    public LzmaResult Code(ReadOnlySpan<byte> input, Span<byte> output, bool last, out int consumed, out int produced)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        fixed (byte* from = input, to = output)
        {
            Stream->NextIn = (nint)from;
            Stream->AvailableIn = (nuint)input.Length;
            Stream->NextOut = (nint)to;
            Stream->AvailableOut = (nuint)output.Length;
            var result = LzmaNative.Code(Stream, last ? LzmaNative.Finish : LzmaNative.Run);
            consumed = input.Length - (int)Stream->AvailableIn;
            produced = output.Length - (int)Stream->AvailableOut;
            return result;
        }
    }

    protected override bool ReleaseHandle()
    {
        LzmaNative.End(Stream);
        NativeMemory.Free(Stream);
        return true;
    }

    private LzmaResult StartThreaded(DecompressionOptions options, uint flags)
    {
        var threading = new LzmaThreading
        {
            Flags = flags,
            Threads = (uint)options.Threads,
            MemoryLimitThreading = (ulong)Math.Min(options.ThreadingMemoryLimit, options.MemoryLimit),
            MemoryLimitStop = (ulong)options.MemoryLimit,
        };
        return LzmaNative.ThreadedStreamDecoder(Stream, &threading);
    }
}

/// <summary>xz or lzma-alone data, decoded by liblzma.</summary>
internal sealed class LzmaDecoderStream(Stream source, LzmaDecoder decoder, CompressionKind kind) : NativeDecoderStream(source)
{
    private readonly string _name = kind == CompressionKind.Xz ? "xz" : "lzma";

    protected override bool Decode(ReadOnlySpan<byte> input, Span<byte> output, bool last, out int consumed, out int produced)
    {
        var result = decoder.Code(input, output, last, out consumed, out produced);
        return result switch
        {
            LzmaResult.Ok => false,
            LzmaResult.StreamEnd => true,
            // No progress was possible: without more input that is the end of a stream that has not ended.
            LzmaResult.Buffer when !last => false,
            LzmaResult.Buffer => throw new MalformedArchiveException($"{_name} data is cut short"),
            LzmaResult.Format => throw new MalformedArchiveException($"not {_name} data"),
            LzmaResult.Data => throw new MalformedArchiveException($"{_name} data is damaged"),
            LzmaResult.Options => throw new MalformedArchiveException($"{_name} data uses options that this system's liblzma does not know"),
            LzmaResult.MemoryLimit => throw new MalformedArchiveException($"{_name} data asks for more memory than is allowed to decode it"),
            LzmaResult.OutOfMemory => throw new InsufficientMemoryException($"no memory left to decode {_name} data"),
            _ => throw new InvalidOperationException($"liblzma answered {result}"),
        };
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
