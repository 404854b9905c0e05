using EzTemplates.Domain;

namespace EzTemplates.Formats;

internal static class CheckedSink
{
    /// <summary>Gives a file to the sink and checks that it took all of it, which is its promise.</summary>
    public static Sha256Digest Store(FileSink sink, Stream content, long size)
    {
        var counted = new CountingStream(content);
        var digest = sink(counted, size);
        return counted.Count == size
            ? digest
            : throw new InvalidOperationException($"a file sink read {counted.Count} of {size} bytes");
    }

    private sealed class CountingStream(Stream source) : ForwardStream
    {
        public long Count { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            var read = source.Read(buffer);
            Count += read;
            return read;
        }
    }
}
