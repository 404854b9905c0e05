using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace EzTemplates.Repositories;

/// <summary>
/// A file as read-only memory, shared with every other process that maps it. Stays mapped to the end of the process: what was cut out of
/// it may still be in use anywhere.
/// </summary>
internal sealed unsafe class MappedBytes : MemoryManager<byte>
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;
    private readonly int _length;

    private MappedBytes(MemoryMappedFile file, int length)
    {
        _file = file;
        _view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        _length = length;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        _start += _view.PointerOffset;
    }

    /// <summary>Null where there is no such file, or an empty one.</summary>
    public static MappedBytes? TryMap(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            return length is 0 or > int.MaxValue ? null : new MappedBytes(MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read), (int)length);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public override Span<byte> GetSpan() => new(_start, _length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(_start + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file.Dispose();
        }
    }
}
