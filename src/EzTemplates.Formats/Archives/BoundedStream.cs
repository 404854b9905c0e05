namespace EzTemplates.Formats;

/// <summary>The next <paramref name="length"/> bytes of a stream. An earlier end of the source is a malformed archive.</summary>
internal sealed class BoundedStream(Stream source, long length, string whenCut) : ForwardStream
{
    public long Remaining { get; private set; } = length;

    public override int Read(Span<byte> buffer)
    {
        var wanted = (int)Math.Min(buffer.Length, Remaining);
        if (wanted == 0)
        {
            return 0;
        }

        var read = source.Read(buffer[..wanted]);
        if (read == 0)
        {
            throw new MalformedArchiveException(whenCut);
        }

        Remaining -= read;
        return read;
    }

    /// <summary>Reads and drops what is left.</summary>
    public void Skip() => this.Drain();
}

internal static class StreamDraining
{
    /// <summary>Reads and drops a stream's remaining bytes.</summary>
    public static void Drain(this Stream stream)
    {
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (stream.Read(buffer) > 0)
            {
            }
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
