using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace EzTemplates.Formats;

/// <summary>
/// Columns in one block of bytes that can be mapped:
/// <code>
///  0  8 bytes   the format's name and number
///  8  int64     length of the block
/// 16  4 x uint32  CRC-32C of the four lanes of what follows (see <see cref="Checksum"/>)
/// 32  per column int64 offset, int64 length
///     the columns, each at a multiple of 8, zeros between
/// </code>
/// Little endian. The checksum guards against damage, not against malice: a block is our own file and signed by nobody.
/// </summary>
internal static class ColumnBlock
{
    private const int ChecksumAt = 16;
    private const int TableAt = 32;

    /// <param name="columns">Arrays of numbers.</param>
    public static byte[] Write(ReadOnlySpan<byte> magic, List<Array> columns)
    {
        var offset = TableAt + (16 * columns.Count);
        var block = new byte[offset + columns.Sum(column => (Buffer.ByteLength(column) + 7L) & ~7L)];
        magic.CopyTo(block);
        BinaryPrimitives.WriteInt64LittleEndian(block.AsSpan(8), block.Length);
        for (var i = 0; i < columns.Count; i++)
        {
            var bytes = Buffer.ByteLength(columns[i]);
            var entry = block.AsSpan(TableAt + (16 * i));
            BinaryPrimitives.WriteInt64LittleEndian(entry, offset);
            BinaryPrimitives.WriteInt64LittleEndian(entry[8..], bytes);
            Buffer.BlockCopy(columns[i], 0, block, offset, bytes);
            offset += (bytes + 7) & ~7;
        }

        Checksum(block.AsSpan(TableAt), block.AsSpan(ChecksumAt));
        return block;
    }

    /// <returns>Null where the block is truncated, damaged, or of another format.</returns>
    public static ReadOnlyMemory<byte>[]? Read(ReadOnlySpan<byte> magic, ReadOnlyMemory<byte> block, int columnCount)
    {
        var bytes = block.Span;
        var columnsAt = TableAt + (16 * columnCount);
        if (!BitConverter.IsLittleEndian
            || bytes.Length < columnsAt
            || bytes.Length % 8 != 0
            || !bytes.StartsWith(magic)
            || BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]) != bytes.Length)
        {
            return null;
        }

        Span<byte> checksum = stackalloc byte[TableAt - ChecksumAt];
        Checksum(bytes[TableAt..], checksum);
        if (!checksum.SequenceEqual(bytes[ChecksumAt..TableAt]))
        {
            return null;
        }

        var columns = new ReadOnlyMemory<byte>[columnCount];
        for (var i = 0; i < columnCount; i++)
        {
            var entry = bytes[(TableAt + (16 * i))..];
            var offset = BinaryPrimitives.ReadInt64LittleEndian(entry);
            var length = BinaryPrimitives.ReadInt64LittleEndian(entry[8..]);
            if (offset < columnsAt || length < 0 || offset % 8 != 0 || offset > bytes.Length || length > bytes.Length - offset)
            {
                return null;
            }

            columns[i] = block.Slice((int)offset, (int)length);
        }

        return columns;
    }

    /// <summary>Four independent CRC-32C over the 1st, 2nd, 3rd and 4th quarter in turn: the processor computes them side by side.</summary>
    private static void Checksum(ReadOnlySpan<byte> body, Span<byte> lanes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(body);
        var quarter = words.Length / 4;
        ReadOnlySpan<ulong> w0 = words[..quarter], w1 = words.Slice(quarter, quarter), w2 = words.Slice(2 * quarter, quarter), w3 = words[(3 * quarter)..];
        uint a = 0, b = 1, c = 2, d = 3;
        for (var i = 0; i < w0.Length && i < w1.Length && i < w2.Length && i < w3.Length; i++)
        {
            a = BitOperations.Crc32C(a, w0[i]);
            b = BitOperations.Crc32C(b, w1[i]);
            c = BitOperations.Crc32C(c, w2[i]);
            d = BitOperations.Crc32C(d, w3[i]);
        }

        foreach (var word in w3[quarter..])
        {
            d = BitOperations.Crc32C(d, word);
        }

        ReadOnlySpan<uint> all = [a, b, c, d];
        MemoryMarshal.AsBytes(all).CopyTo(lanes);
    }
}
