using System.Text;

namespace EzTemplates.Formats;

/// <summary>
/// Reads a tar archive forward, as dpkg does: ustar and GNU long names; no sparse files, no pax headers unless asked for. It ends at
/// the first header that is no header and has no name (the zero block), or with the stream.
/// </summary>
public sealed class TarReader : IDisposable
{
    private const int BufferSize = 256 * 1024;

    private readonly Stream _source;
    private readonly TarOptions _options;
    private readonly byte[] _header = new byte[TarHeader.Size];
    private BoundedStream? _content;
    private long _padding;

    public TarReader(Stream source, TarOptions? options = null)
    {
        _options = options ?? new TarOptions();
        _source = new BufferedStream(new ExpansionLimit(source, _options.MaxExpandedSize), BufferSize);
    }

    /// <summary>The current file's bytes; empty for other types. Reading throws if the archive ends first.</summary>
    public Stream Content => _content ?? throw new InvalidOperationException("no member is open");

    /// <summary>Skips what is left of the current member and reads the next header; null at the end.</summary>
    public TarMember? ReadNext()
    {
        SkipRest();
        string? longName = null, longTarget = null;
        long? longSize = null;
        while (ReadHeader())
        {
            var type = TarHeader.Type(_header);
            var size = TarHeader.ContentSize(_header);
            switch (type)
            {
                case 'L':
                    longName = ReadText(size);
                    continue;
                case 'K':
                    longTarget = ReadText(size);
                    continue;
                case 'x' when _options.Pax:
                    PaxRecords.Read(ReadBytes(size), ref longName, ref longTarget, ref longSize);
                    continue;
                case 'g' when _options.Pax:
                    Skip(size);
                    continue;
            }

            var name = longName ?? TarHeader.Name(_header);
            var kind = Kind(type, name);
            var member = TarHeader.Decode(_header, kind, name, longTarget ?? TarHeader.LinkTarget(_header), longSize ?? size);
            Open(member);
            return member;
        }

        return longName is null && longTarget is null ? null : throw new MalformedArchiveException("a long name has no member after it");
    }

    /// <summary>Reads and drops all that follows, so that a decoder below has seen, and checked, its whole input.</summary>
    public void Drain()
    {
        _content = null;
        _source.Drain();
    }

    /// <summary>Disposes the source too.</summary>
    public void Dispose()
    {
        _content?.Dispose();
        _source.Dispose();
    }

    private void Open(TarMember member)
    {
        if (member.Size > _options.MaxFileSize)
        {
            throw new MalformedArchiveException($"`{Shown(member.Name)}` has {member.Size} bytes, which is larger than {_options.MaxFileSize}");
        }

        _content = new BoundedStream(_source, member.Size, "the archive ends inside this file");
        _padding = Padding(member.Size);
    }

    private static long Padding(long size) => (TarHeader.Size - (size % TarHeader.Size)) % TarHeader.Size;

    private static TarType Kind(char type, string name)
    {
        if (name.Length == 0)
        {
            throw new MalformedArchiveException("a tar header has an empty name");
        }

        return type switch
        {
            >= '0' and <= '6' => (TarType)type,
            'S' => throw new MalformedArchiveException($"`{Shown(name)}` is a GNU sparse file, which dpkg does not take"),
            'x' or 'g' or 'X' => throw new MalformedArchiveException("it has a pax header, which dpkg does not take"),
            _ => throw new MalformedArchiveException($"`{Shown(name)}` is of an unknown type, 0x{(int)type:x2}"),
        };
    }

    private static string Shown(string name) => Domain.TreePath.Display(name.Length > 200 ? name[..200] : name);

    /// <summary>False at the end of the archive.</summary>
    private bool ReadHeader()
    {
        var read = _source.ReadAtLeast(_header, TarHeader.Size, throwOnEndOfStream: false);
        if (read == 0)
        {
            return false;
        }

        if (read < TarHeader.Size)
        {
            throw new MalformedArchiveException("the archive ends inside a tar header");
        }

        if (TarHeader.HasSoundChecksum(_header))
        {
            return true;
        }

        return TarHeader.Name(_header).Length == 0 ? false : throw new MalformedArchiveException("a tar header has a wrong checksum");
    }

    private void SkipRest()
    {
        _content?.Skip();
        _content = null;
        SkipPadding();
    }

    private void SkipPadding()
    {
        var padding = _header.AsSpan(0, (int)_padding);
        _padding = 0;
        if (_source.ReadAtLeast(padding, padding.Length, throwOnEndOfStream: false) < padding.Length)
        {
            throw new MalformedArchiveException("the archive ends inside a file's padding");
        }
    }

    private void Skip(long size)
    {
        new BoundedStream(_source, size, "the archive ends inside a header").Skip();
        _padding = Padding(size);
        SkipPadding();
    }

    private byte[] ReadBytes(long size)
    {
        if (size > _options.MaxNameLength)
        {
            throw new MalformedArchiveException($"a name of {size} bytes is longer than {_options.MaxNameLength}");
        }

        var bytes = new byte[size];
        if (_source.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw new MalformedArchiveException("the archive ends inside a long name");
        }

        _padding = Padding(size);
        SkipPadding();
        return bytes;
    }

    private string ReadText(long size)
    {
        var bytes = ReadBytes(size);
        var end = Array.IndexOf(bytes, (byte)0);
        return Encoding.Latin1.GetString(bytes, 0, end < 0 ? bytes.Length : end);
    }
}
