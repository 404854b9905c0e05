using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>Counts members and name bytes, so that what an archive declares cannot take more memory than is allowed.</summary>
internal sealed class DebBudget(DebReadOptions options)
{
    private int _members;
    private long _nameBytes;

    public void Take(TarMember member) => Take(member.Name.Length + member.LinkTarget.Length);

    /// <summary>A directory that no member is, but that members lie in: whoever makes the tree has to make it.</summary>
    public void TakeMadeParent(int nameBytes) => Take(nameBytes);

    private void Take(int nameBytes)
    {
        _members++;
        _nameBytes += nameBytes;
        if (_members > options.MaxMembers)
        {
            throw new MalformedArchiveException($"the archive has more than {options.MaxMembers} members, or directories around them");
        }

        if (_nameBytes > options.MaxNameBytes)
        {
            throw new MalformedArchiveException($"the archive's names have more than {options.MaxNameBytes} bytes");
        }
    }
}

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
