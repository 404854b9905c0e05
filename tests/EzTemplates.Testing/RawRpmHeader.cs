using System.Buffers.Binary;
using System.Text;

namespace EzTemplates.Testing;

/// <summary>An rpm header written field by field. Strings are Latin-1.</summary>
public sealed class RawRpmHeader
{
    private readonly SortedDictionary<int, (int Type, int Count, byte[] Data)> _fields = [];

    /// <summary>A row of rpm's database: of a package without files, until it is changed.</summary>
    public static byte[] Installed(string name, string version = "1", Action<RawRpmHeader>? change = null)
    {
        var header = new RawRpmHeader().Text(1000, name).Text(1001, version).Text(1002, "1").Text(1022, "noarch").Ints(1127, 0).Ints(1128, 1_700_000_000);
        change?.Invoke(header);
        return header.ToArray(63)[8..];
    }

    public RawRpmHeader Text(int tag, string value) => Raw(tag, 6, 1, Encoding.Latin1.GetBytes(value + "\0"));

    public RawRpmHeader Texts(int tag, params string[] values) => Raw(tag, 8, values.Length, Encoding.Latin1.GetBytes(string.Concat(values.Select(v => v + "\0"))));

    public RawRpmHeader Shorts(int tag, params int[] values) => Numbers(tag, 3, 2, [.. values.Select(v => (long)v)]);

    public RawRpmHeader Ints(int tag, params long[] values) => Numbers(tag, 4, 4, values);

    public RawRpmHeader Longs(int tag, params long[] values) => Numbers(tag, 5, 8, values);

    public RawRpmHeader Bytes(int tag, byte[] value) => Raw(tag, 7, value.Length, value);

    public RawRpmHeader Remove(int tag)
    {
        _fields.Remove(tag);
        return this;
    }

    /// <summary>A field that may be wrong in every way; nothing is written for an empty array.</summary>
    public RawRpmHeader Raw(int tag, int type, int count, byte[] data)
    {
        if (data.Length > 0)
        {
            _fields[tag] = (type, count, data);
        }

        return this;
    }

    /// <param name="region">The region's tag, 62 or 63; 0 for a header as rpm 3 wrote it.</param>
    public byte[] ToArray(int region)
    {
        var data = new List<byte>();
        var index = new List<int[]>();
        foreach (var (tag, (type, count, bytes)) in _fields)
        {
            var size = type is 3 ? 2 : type is 4 ? 4 : type is 5 ? 8 : 1;
            data.AddRange(new byte[(size - (data.Count % size)) % size]);
            index.Add([tag, type, data.Count, count]);
            data.AddRange(bytes);
        }

        if (region != 0)
        {
            index.Insert(0, [region, 7, data.Count, 16]);
            data.AddRange(Words(region, 7, -16 * index.Count, 16));
        }

        return [0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0, .. Words(index.Count, data.Count), .. index.SelectMany(words => Words(words)), .. data];
    }

    private RawRpmHeader Numbers(int tag, int type, int size, long[] values)
    {
        var bytes = new byte[values.Length * size];
        Span<byte> whole = stackalloc byte[8];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt64BigEndian(whole, values[i]);
            whole[^size..].CopyTo(bytes.AsSpan(i * size));
        }

        return Raw(tag, type, values.Length, bytes);
    }

    private static byte[] Words(params int[] words)
    {
        var bytes = new byte[words.Length * 4];
        for (var i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(i * 4), words[i]);
        }

        return bytes;
    }
}
