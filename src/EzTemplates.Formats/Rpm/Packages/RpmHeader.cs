using System.Buffers.Binary;
using System.Text;

namespace EzTemplates.Formats;

/// <summary>
/// One of a package's headers: an index of fields and their data, as rpm keeps them in packages and in its database (rpm's lib/header.c,
/// docs/manual/format_v4.md). Values are views of the bytes as they came.
/// </summary>
public sealed class RpmHeader
{
    private const int IntroSize = 16;
    private const int MostFields = 65_535;

    private readonly byte[] _bytes;
    private readonly RpmHeaderIndex _index;

    private RpmHeader(byte[] bytes, RpmHeaderIndex index) => (_bytes, _index) = (bytes, index);

    /// <summary>All bytes, magic number included, as they stand in the package; what the header's own digests and signatures cover.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>A stream of <see cref="Bytes"/>.</summary>
    public Stream OpenBytes() => new MemoryStream(_bytes, writable: false);

    /// <summary>The fields in their order, without the region.</summary>
    internal IEnumerable<RpmHeaderEntry> Entries => _index.Entries;

    internal static ReadOnlySpan<byte> Magic => [0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0];

    /// <summary>Reads a header from where it begins; memory grows with what arrives, not with what is declared.</summary>
    /// <exception cref="MalformedArchiveException">With the field and the reason.</exception>
    public static RpmHeader Read(Stream source, RpmHeaderKind kind)
    {
        ArgumentNullException.ThrowIfNull(kind);
        var intro = new byte[IntroSize];
        if (source.ReadAtLeast(intro, IntroSize, throwOnEndOfStream: false) < IntroSize)
        {
            throw new MalformedArchiveException("the package ends inside its first 16 bytes");
        }

        if (!intro.AsSpan(0, 8).SequenceEqual(Magic))
        {
            throw new MalformedArchiveException($"it begins with {Convert.ToHexStringLower(intro, 0, 8)} and not with a header's magic number");
        }

        var fields = BinaryPrimitives.ReadUInt32BigEndian(intro.AsSpan(8));
        var data = BinaryPrimitives.ReadUInt32BigEndian(intro.AsSpan(12));
        if (fields is 0 or > MostFields)
        {
            throw new MalformedArchiveException($"its count of fields is {fields}; 1 to {MostFields} are allowed");
        }

        if (data > kind.MostData)
        {
            throw new MalformedArchiveException($"its data has {data} bytes; {kind.MostData} are allowed");
        }

        var bytes = ReadRest(source, intro, (int)(fields * RpmHeaderIndex.EntrySize) + (int)data);
        return new RpmHeader(bytes, RpmHeaderIndex.Parse(bytes.AsSpan(IntroSize), (int)fields, kind));
    }

    public bool Has(RpmField field) => _index.Find(field) is not null;

    /// <summary>How many values a field has; 0 where it is not there.</summary>
    public int Count(RpmField field) => _index.Find(field)?.Count ?? 0;

    /// <summary>A field's first string, bytes as chars; null where the field is not there.</summary>
    public string? Text(RpmField field) =>
        _index.Find(field) is null ? null : Encoding.Latin1.GetString(Texts(field).Next().Span);

    /// <summary>A field's strings, one after the other.</summary>
    public RpmTexts Texts(RpmField field) => _index.Find(field) switch
    {
        null => default,
        { IsText: true } entry => new RpmTexts(Data(entry), entry.Count),
        { } entry => throw Mistyped(field, entry, "text"),
    };

    /// <summary>A field's numbers, unsigned.</summary>
    public RpmNumbers Numbers(RpmField field) => _index.Find(field) switch
    {
        null => default,
        { NumberSize: > 0 } entry => new RpmNumbers(Data(entry), entry.NumberSize),
        { } entry => throw Mistyped(field, entry, "numbers"),
    };

    /// <summary>A field of plain bytes; empty where it is not there.</summary>
    public ReadOnlyMemory<byte> Binary(RpmField field) => _index.Find(field) switch
    {
        null => default,
        { Type: RpmHeaderIndex.Binary } entry => Data(entry),
        { } entry => throw Mistyped(field, entry, "bytes"),
    };

    private static byte[] ReadRest(Stream source, byte[] intro, int rest)
    {
        var total = IntroSize + rest;
        var bytes = new byte[Math.Min(total, 64 * 1024)];
        intro.CopyTo(bytes, 0);
        for (var filled = IntroSize; ;)
        {
            filled += source.ReadAtLeast(bytes.AsSpan(filled), bytes.Length - filled, throwOnEndOfStream: false);
            if (filled < bytes.Length)
            {
                throw new MalformedArchiveException($"the package ends after {filled} of its {total} bytes");
            }

            if (filled == total)
            {
                return bytes;
            }

            Array.Resize(ref bytes, (int)Math.Min(total, bytes.Length * 4L));
        }
    }

    internal ReadOnlyMemory<byte> Data(RpmHeaderEntry entry) => _bytes.AsMemory(IntroSize + _index.DataStart + entry.Offset, entry.Length);

    private static MalformedArchiveException Mistyped(RpmField field, RpmHeaderEntry entry, string wanted) =>
        new($"its field {field.Name} is of type {entry.Type}, which is not {wanted}");
}

/// <summary>Strings that stand one after the other, each with its NUL. A cursor: each <see cref="Next"/> goes on.</summary>
public struct RpmTexts(ReadOnlyMemory<byte> data, int count)
{
    private ReadOnlyMemory<byte> _rest = data;

    public int Count { get; } = count;

    /// <summary>The next string's bytes; empty after the last.</summary>
    public ReadOnlyMemory<byte> Next()
    {
        var end = _rest.Span.IndexOf((byte)0);
        if (end < 0)
        {
            return default;
        }

        var text = _rest[..end];
        _rest = _rest[(end + 1)..];
        return text;
    }
}

/// <summary>Numbers of 1, 2, 4 or 8 bytes, big-endian.</summary>
public readonly struct RpmNumbers(ReadOnlyMemory<byte> data, int size)
{
    public int Count => size == 0 ? 0 : data.Length / size;

    public ulong this[int index]
    {
        get
        {
            var bytes = data.Span.Slice(index * size, size);
            return size switch
            {
                1 => bytes[0],
                2 => BinaryPrimitives.ReadUInt16BigEndian(bytes),
                4 => BinaryPrimitives.ReadUInt32BigEndian(bytes),
                _ => BinaryPrimitives.ReadUInt64BigEndian(bytes),
            };
        }
    }
}
