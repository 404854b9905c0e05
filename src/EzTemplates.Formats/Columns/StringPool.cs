using System.Numerics;

namespace EzTemplates.Formats;

/// <summary>
/// Numbers byte strings in the order they come, each once. <see cref="Rank"/> gives the order of their bytes, which no longer depends
/// on how they came. An open-addressing table over one growing block: an index brings half a million strings, most of them again.
/// </summary>
internal sealed class StringPool
{
    // Chosen per process, so that no input can be made to collide; no result depends on it.
    private static readonly ulong Seed = (ulong)Random.Shared.NextInt64() | 1;

    private byte[] _bytes = new byte[1 << 16];
    private int[] _starts = new int[1 << 12];
    private uint[] _hashes = new uint[1 << 12];
    private int[] _table = new int[1 << 13];

    /// <summary>Number 0 is the empty string.</summary>
    public StringPool() => Add(default);

    public int Count { get; private set; }

    public int ByteCount => _starts[Count];

    public ReadOnlySpan<byte> this[int number] => _bytes.AsSpan(_starts[number].._starts[number + 1]);

    public int Add(ReadOnlySpan<byte> text)
    {
        var hash = Hash(text);
        var mask = _table.Length - 1;
        var slot = (int)hash & mask;
        for (; _table[slot] != 0; slot = (slot + 1) & mask)
        {
            var number = _table[slot] - 1;
            if (_hashes[number] == hash && this[number].SequenceEqual(text))
            {
                return number;
            }
        }

        _table[slot] = Append(text, hash) + 1;
        if (Count * 2 > _table.Length)
        {
            Rehash();
        }

        return Count - 1;
    }

    /// <summary>For each number its rank by bytes, and for each rank its number.</summary>
    public (int[] RankOf, int[] NumberAt) Rank()
    {
        var numberAt = new int[Count];
        var keys = new ulong[Count];
        for (var i = 0; i < Count; i++)
        {
            numberAt[i] = i;
            keys[i] = Prefix(this[i]);
        }

        // First by eight bytes as a number, then what these leave equal.
        Array.Sort(keys, numberAt);
        for (int start = 0, end; start < Count; start = end)
        {
            for (end = start + 1; end < Count && keys[end] == keys[start]; end++)
            {
            }

            numberAt.AsSpan(start..end).Sort((a, b) => this[a].SequenceCompareTo(this[b]));
        }

        var rankOf = new int[Count];
        for (var rank = 0; rank < Count; rank++)
        {
            rankOf[numberAt[rank]] = rank;
        }

        return (rankOf, numberAt);
    }

    private static ulong Prefix(ReadOnlySpan<byte> text)
    {
        Span<byte> eight = stackalloc byte[8];
        eight.Clear();
        text[..Math.Min(8, text.Length)].CopyTo(eight);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(eight);
    }

    private static uint Hash(ReadOnlySpan<byte> text)
    {
        var hash = Seed ^ (ulong)text.Length;
        while (text.Length >= 8)
        {
            hash = BitOperations.RotateLeft((hash ^ BitConverter.ToUInt64(text)) * 0x9E3779B97F4A7C15, 29);
            text = text[8..];
        }

        ulong tail = 0;
        foreach (var c in text)
        {
            tail = (tail << 8) | c;
        }

        hash = (hash ^ tail) * (Seed | 0x9E3779B97F4A7C15);
        return (uint)(hash ^ (hash >> 32));
    }

    private int Append(ReadOnlySpan<byte> text, uint hash)
    {
        var start = _starts[Count];
        Reserve(ref _bytes, start + text.Length);
        Reserve(ref _starts, Count + 2);
        Reserve(ref _hashes, Count + 1);
        text.CopyTo(_bytes.AsSpan(start));
        _hashes[Count] = hash;
        _starts[Count + 1] = start + text.Length;
        return Count++;
    }

    private static void Reserve<T>(ref T[] array, int length)
    {
        if (array.Length < length)
        {
            Array.Resize(ref array, Math.Max(length, array.Length * 2));
        }
    }

    private void Rehash()
    {
        _table = new int[_table.Length * 2];
        var mask = _table.Length - 1;
        for (var number = 0; number < Count; number++)
        {
            var slot = (int)_hashes[number] & mask;
            while (_table[slot] != 0)
            {
                slot = (slot + 1) & mask;
            }

            _table[slot] = number + 1;
        }
    }
}
