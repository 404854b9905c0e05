using System.Buffers;

namespace EzTemplates.Bench;

/// <summary>Mapped bytes as memory; whoever mapped them keeps them so.</summary>
internal sealed unsafe class UnmanagedBytes(byte* start, int length) : MemoryManager<byte>
{
    public override Span<byte> GetSpan() => new(start, length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
