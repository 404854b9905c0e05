using System.IO.Compression;

namespace EzTemplates.Formats;

/// <summary>The framework's gzip, which takes concatenated members, with its failures told as ours.</summary>
internal static class GzipDecoder
{
    public static Stream Open(Stream source, DecompressionOptions options)
    {
        var head = new byte[2];
        var read = source.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        var rest = new PrefixedStream(head.AsMemory(0, read), source);
        if (read == 2 && head[0] == 0x1f && head[1] == 0x8b)
        {
            return new GuardedGzipStream(new GZipStream(rest, CompressionMode.Decompress, leaveOpen: true));
        }

        return options.AsDpkg ? rest : throw new MalformedArchiveException(read == 0 ? "gzip data is empty" : "not gzip data");
    }

    private sealed class GuardedGzipStream(GZipStream gzip) : ForwardStream
    {
        public override int Read(Span<byte> buffer)
        {
            try
            {
                return gzip.Read(buffer);
            }
            catch (InvalidDataException failure)
            {
                throw new MalformedArchiveException($"gzip data is damaged or cut short ({failure.Message})", failure);
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                gzip.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
