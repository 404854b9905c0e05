using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace EzTemplates.Formats;

/// <summary>
/// Reads a payload's cpio archive forward: the new ASCII form without and with checksums (cpio(5): 070701, 070702), and rpm's own form
/// for files of 4 GB and more, whose headers have nothing but the place in the file list (07070X, rpm's lib/cpio.c).
/// </summary>
/// <param name="sizeOf">How many bytes follow a stripped header of this place; null if there is no such place.</param>
internal sealed class CpioReader(Stream source, Func<uint, long?> sizeOf) : IDisposable
{
    private const int MagicSize = 6;
    private const int FieldSize = 8;
    private const int FieldCount = 13;
    private const int SizeField = 6;
    private const int NameSizeField = 11;
    private const int ChecksumField = 12;
    private const int Alignment = 4;

    /// <summary>Longer than any path: those are judged once they are read.</summary>
    private const int MaxNameSize = 8 * 1024;

    private readonly byte[] _header = new byte[FieldCount * FieldSize];
    private readonly byte[] _magic = new byte[MagicSize];
    private readonly byte[] _name = new byte[MaxNameSize];
    private int _nameLength;
    private BoundedStream? _content;
    private SummingStream? _summed;
    private uint _sum;
    private long _padding;

    /// <summary>The current member's bytes. Reading throws if the archive ends first.</summary>
    public Stream Content => (Stream?)_summed ?? _content ?? throw new InvalidOperationException("no member is open");

    /// <summary>The current member's name as it stands in the archive, until the next is read; meaningless for a stripped header.</summary>
    public ReadOnlySpan<byte> Name => _name.AsSpan(0, _nameLength);

    /// <summary>Skips what is left of the current member and reads the next header; null at the end mark.</summary>
    public CpioMember? ReadNext()
    {
        SkipRest();
        Fill(_magic, "the archive ends where a member's header must be: it has no end mark");
        return Encoding.Latin1.GetString(_magic) switch
        {
            "070701" => ReadNamed(),
            "070702" => ReadNamed() is { } member ? WithSum(member) : null,
            "07070X" => ReadStripped(),
            _ => throw new MalformedArchiveException($"a member's header begins with {Convert.ToHexStringLower(_magic)} and not with 070701, 070702 or 07070X"),
        };
    }

    /// <summary>Leaves the source open.</summary>
    public void Dispose()
    {
        _summed?.Dispose();
        _content?.Dispose();
    }

    private CpioMember? ReadNamed()
    {
        Fill(_header, "the archive ends inside a member's header");
        var size = Field(SizeField, "size");
        var nameSize = Field(NameSizeField, "name's length");
        if (nameSize is 0 or > MaxNameSize)
        {
            throw new MalformedArchiveException($"a member's name has {nameSize} bytes");
        }

        var name = _name.AsSpan(0, (int)nameSize);
        Fill(name, "the archive ends inside a member's name");
        if (name.IndexOf((byte)0) != name.Length - 1)
        {
            throw new MalformedArchiveException("a member's name holds a NUL, or does not end with one");
        }

        _nameLength = name.Length - 1;
        SkipPadding(PaddingAfter(MagicSize + _header.Length + nameSize));
        if (Name.SequenceEqual("TRAILER!!!"u8))
        {
            return null;
        }

        Open(size);
        return new CpioMember(-1, size);
    }

    private CpioMember WithSum(CpioMember member)
    {
        (_summed, _sum) = (new SummingStream(_content!), Field(ChecksumField, "checksum"));
        return member;
    }

    private CpioMember ReadStripped()
    {
        Fill(_header.AsSpan(0, FieldSize), "the archive ends inside a member's header");
        var index = Field(0, "place in the file list");
        var size = sizeOf(index) ?? throw new MalformedArchiveException($"a member's place in the file list is {index}, which is beyond it");
        SkipPadding(PaddingAfter(MagicSize + FieldSize));
        Open(size);
        return new CpioMember((int)index, size);
    }

    private void Open(long size)
    {
        _content = new BoundedStream(source, size, "the archive ends inside this file");
        _padding = PaddingAfter(size);
    }

    private void SkipRest()
    {
        if (_content is null)
        {
            return;
        }

        Content.Drain();
        if (_summed is not null && _summed.Sum != _sum)
        {
            throw new MalformedArchiveException($"its content's checksum is {_summed.Sum:x8}, its header says {_sum:x8}");
        }

        (_content, _summed) = (null, null);
        SkipPadding(_padding);
    }

    private static long PaddingAfter(long size) => (Alignment - (size % Alignment)) % Alignment;

    private void SkipPadding(long count) => Fill(_magic.AsSpan(0, (int)count), "the archive ends inside a member's padding");

    private void Fill(Span<byte> bytes, string whenCut)
    {
        if (source.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw new MalformedArchiveException(whenCut);
        }
    }

    private uint Field(int field, string name)
    {
        var digits = _header.AsSpan(field * FieldSize, FieldSize);
        return uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new MalformedArchiveException($"a member's {name} is no hexadecimal number (0x{BinaryPrimitives.ReadUInt64BigEndian(digits):x16})");
    }

    /// <summary>Adds up its bytes, which is 070702's checksum.</summary>
    private sealed class SummingStream(Stream source) : ForwardStream
    {
        public uint Sum { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            var read = source.Read(buffer);
            foreach (var one in buffer[..read])
            {
                Sum += one;
            }

            return read;
        }
    }
}
