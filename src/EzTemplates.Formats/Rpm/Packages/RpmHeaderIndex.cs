using System.Buffers.Binary;

namespace EzTemplates.Formats;

/// <summary>One field of a header's index, once it is known to be sound.</summary>
/// <param name="Offset">In the header's data.</param>
/// <param name="Length">Bytes of data, the NULs of strings included.</param>
internal sealed record RpmHeaderEntry(int Tag, int Type, int Offset, int Count, int Length)
{
    public bool IsText => Type is RpmHeaderIndex.Text or RpmHeaderIndex.TextArray or RpmHeaderIndex.Translated;

    /// <summary>Bytes of one number; 0 where these are no numbers.</summary>
    public int NumberSize => Type switch
    {
        RpmHeaderIndex.Char or RpmHeaderIndex.Int8 => 1,
        RpmHeaderIndex.Int16 => 2,
        RpmHeaderIndex.Int32 => 4,
        RpmHeaderIndex.Int64 => 8,
        _ => 0,
    };
}

/// <summary>
/// A header's index, checked as rpm checks it before it believes anything (hdrblobVerifyRegion and hdrblobVerifyInfo in lib/header.c):
/// types, alignment, order and length of each field's data, and the region that says what is signed.
/// </summary>
internal sealed class RpmHeaderIndex
{
    public const int EntrySize = 16;
    public const int Char = 1;
    public const int Int8 = 2;
    public const int Int16 = 3;
    public const int Int32 = 4;
    public const int Int64 = 5;
    public const int Text = 6;
    public const int Binary = 7;
    public const int TextArray = 8;
    public const int Translated = 9;

    /// <summary>Below it are regions, which only stand first (HEADER_I18NTABLE).</summary>
    private const int LeastTag = 100;

    /// <summary>Old packages have it in the trailer of their signature header's region (HEADER_IMAGE).</summary>
    private const int ImageTag = 61;

    private readonly Dictionary<int, RpmHeaderEntry> _entries;

    private RpmHeaderIndex(Dictionary<int, RpmHeaderEntry> entries, int dataStart) => (_entries, DataStart) = (entries, dataStart);

    /// <summary>Where data begins, from the first index entry on.</summary>
    public int DataStart { get; }

    /// <param name="bytes">The index and the data.</param>
    /// <exception cref="MalformedArchiveException">With the field's place, tag and reason.</exception>
    public static RpmHeaderIndex Parse(ReadOnlySpan<byte> bytes, int count, RpmHeaderKind kind)
    {
        var start = count * EntrySize;
        var data = bytes[start..];
        var entries = new Dictionary<int, RpmHeaderEntry>(count);
        var region = BinaryPrimitives.ReadInt32BigEndian(bytes) == kind.RegionTag ? CheckRegion(bytes, data, count, kind) : null;
        var end = 0;
        for (var i = region is null ? 0 : 1; i < count; i++)
        {
            var raw = bytes.Slice(i * EntrySize, EntrySize);
            var entry = CheckEntry(raw, data, (i, end), kind);
            end = entry.Offset + entry.Length;
            if (region is not null && entry.Offset < region.Offset + EntrySize && end > region.Offset)
            {
                throw Bad(kind, i, entry.Tag, "its data overlaps the region's trailer");
            }

            if (!entries.TryAdd(entry.Tag, entry))
            {
                throw Bad(kind, i, entry.Tag, "it stands twice");
            }
        }

        return new RpmHeaderIndex(entries, start);
    }

    public IEnumerable<RpmHeaderEntry> Entries => _entries.Values;

    public RpmHeaderEntry? Find(RpmField field) => _entries.GetValueOrDefault(field.Tag);

    /// <summary>The first entry of a v4 header covers the others: a trailer in the data says how many of them.</summary>
    private static RpmHeaderEntry CheckRegion(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> data, int count, RpmHeaderKind kind)
    {
        var (tag, type, offset, length) = Fields(bytes);
        if (type != Binary || length != EntrySize)
        {
            throw Bad(kind, 0, tag, $"it is no region (type {type}, count {length})");
        }

        if (offset < 0 || offset > data.Length - EntrySize)
        {
            throw Bad(kind, 0, tag, $"its offset {offset} is outside the header's {data.Length} bytes of data");
        }

        var (trailerTag, trailerType, back, trailerLength) = Fields(data[offset..]);
        if (trailerTag != kind.RegionTag && !(kind == RpmHeaderKind.Signature && trailerTag == ImageTag))
        {
            throw Bad(kind, 0, tag, $"its trailer has the tag {trailerTag}");
        }

        var covered = -(long)back;
        if (trailerType != Binary || trailerLength != EntrySize || covered % EntrySize != 0 || covered < EntrySize || covered > (long)count * EntrySize)
        {
            throw Bad(kind, 0, tag, $"its trailer (type {trailerType}, offset {back}, count {trailerLength}) does not fit {count} fields");
        }

        return new RpmHeaderEntry(tag, type, offset, length, EntrySize);
    }

    private static RpmHeaderEntry CheckEntry(ReadOnlySpan<byte> raw, ReadOnlySpan<byte> data, (int Index, int After) at, RpmHeaderKind kind)
    {
        var (place, end) = at;
        var (tag, type, offset, count) = Fields(raw);
        if (tag < LeastTag)
        {
            throw Bad(kind, place, tag, "a tag below 100 is no field's");
        }

        if (type is < Char or > Translated)
        {
            throw Bad(kind, place, tag, $"its type {type} is none of 1 to 9");
        }

        var entry = new RpmHeaderEntry(tag, type, offset, count, 0);
        if (offset < end || offset >= data.Length)
        {
            throw Bad(kind, place, tag, $"its offset {offset} is not between {end}, where the field before it ends, and {data.Length}, where the data does");
        }

        if (count < 1 || count > data.Length - offset || (type == Text && count != 1))
        {
            throw Bad(kind, place, tag, $"its count {count} does not fit the {data.Length - offset} bytes after its offset, or its type {type}");
        }

        if (entry.NumberSize > 1 && offset % entry.NumberSize != 0)
        {
            throw Bad(kind, place, tag, $"its offset {offset} is not a multiple of {entry.NumberSize}");
        }

        return entry with { Length = Measure(entry, data, place, kind) };
    }

    private static int Measure(RpmHeaderEntry entry, ReadOnlySpan<byte> data, int place, RpmHeaderKind kind)
    {
        if (!entry.IsText)
        {
            var length = (long)entry.Count * Math.Max(entry.NumberSize, 1);
            return length <= data.Length - entry.Offset
                ? (int)length
                : throw Bad(kind, place, entry.Tag, $"its {length} bytes go beyond the header's {data.Length} bytes of data");
        }

        var at = entry.Offset;
        for (var left = entry.Count; left > 0; left--)
        {
            var end = data[at..].IndexOf((byte)0);
            if (end < 0)
            {
                throw Bad(kind, place, entry.Tag, $"of its {entry.Count} strings {left} have no end");
            }

            at += end + 1;
        }

        return at - entry.Offset;
    }

    private static (int Tag, int Type, int Offset, int Count) Fields(ReadOnlySpan<byte> raw) => (
        BinaryPrimitives.ReadInt32BigEndian(raw),
        BinaryPrimitives.ReadInt32BigEndian(raw[4..]),
        BinaryPrimitives.ReadInt32BigEndian(raw[8..]),
        BinaryPrimitives.ReadInt32BigEndian(raw[12..]));

    private static MalformedArchiveException Bad(RpmHeaderKind kind, int place, int tag, string reason) =>
        new($"field {place}, {RpmField.Describe(tag, kind)}: {reason}");
}
