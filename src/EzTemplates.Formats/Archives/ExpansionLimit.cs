namespace EzTemplates.Formats;

/// <summary>Ends a stream that expands without end, whatever is inside it.</summary>
internal sealed class ExpansionLimit(Stream source, long limit) : ForwardStream
{
    private long _count;

    public override int Read(Span<byte> buffer)
    {
        var read = source.Read(buffer);
        _count += read;
        return _count <= limit ? read : throw new MalformedArchiveException($"it expands to more than {limit} bytes");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            source.Dispose();
        }

        base.Dispose(disposing);
    }
}
