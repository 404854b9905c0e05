using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>The columns of a block, in their order in it.</summary>
internal enum UniverseColumn
{
    Sources,
    StringStarts,
    StringBytes,
    Names,
    Versions,
    Architectures,
    SourceNumbers,
    Flags,
    Sizes,
    InstalledSizes,
    Sha256,
    Paths,
    DependencyStarts,
    Dependencies,
    Alternatives,
    ProvideStarts,
    Provides,
    NamedStarts,
    Named,
    ProviderStarts,
    Providers,
}

/// <summary>
/// The parsed form of Packages indexes, made once per set of snapshots and then mapped. A block:
/// <code>
///  0  8 bytes   "EZUNIV" and the format number
///  8  int64     length of the block
/// 16  4 x uint32  CRC-32C of the four lanes of what follows (see <see cref="Checksum"/>)
/// 32  per column int64 offset, int64 length
///     the columns, each at a multiple of 8, zeros between
/// </code>
/// Little endian. The checksum guards against damage, not against malice: a block is our own file and signed by nobody.
/// </summary>
public static class UniverseEncoding
{
    internal const int ColumnCount = (int)UniverseColumn.Providers + 1;
    internal const int ChecksumAt = 16;
    internal const int TableAt = 32;
    internal const int ColumnsAt = TableAt + (16 * ColumnCount);

    /// <summary>The last two bytes are the format's number, raised when a column or a flag changes its meaning: then old blocks are made anew.</summary>
    internal static ReadOnlySpan<byte> Magic => "EZUNIV03"u8;

    /// <summary>Makes a block. The same stanzas give the same bytes, in whatever order they stand.</summary>
    /// <param name="indexes">Sources in recipe order.</param>
    /// <exception cref="MalformedMetadataException">A stanza is malformed.</exception>
    public static byte[] Encode(IEnumerable<PackagesIndex> indexes)
    {
        var builder = new UniverseBuilder();
        foreach (var index in indexes)
        {
            builder.AddIndex(index);
        }

        return builder.ToBlock();
    }

    /// <summary>The universe over a block, which must stay as it is while the universe is used. Parses nothing.</summary>
    /// <returns>Null where the block is truncated, damaged, or of another format: then the indexes are to be encoded again.</returns>
    public static PackageUniverse? Decode(ReadOnlyMemory<byte> block)
    {
        var bytes = block.Span;
        if (!BitConverter.IsLittleEndian
            || bytes.Length < ColumnsAt
            || bytes.Length % 8 != 0
            || !bytes.StartsWith(Magic)
            || BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]) != bytes.Length)
        {
            return null;
        }

        Span<byte> checksum = stackalloc byte[TableAt - ChecksumAt];
        Checksum(bytes[TableAt..], checksum);
        var columns = checksum.SequenceEqual(bytes[ChecksumAt..TableAt]) ? Columns(block) : null;
        return columns is not null && HaveEqualRows(columns) ? Universe(columns) : null;
    }

    /// <summary>Four independent CRC-32C over the 1st, 2nd, 3rd and 4th quarter in turn: the processor computes them side by side.</summary>
    internal static void Checksum(ReadOnlySpan<byte> body, Span<byte> lanes)
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

    private static ReadOnlyMemory<byte>[]? Columns(ReadOnlyMemory<byte> block)
    {
        var columns = new ReadOnlyMemory<byte>[ColumnCount];
        for (var i = 0; i < ColumnCount; i++)
        {
            var entry = block.Span[(TableAt + (16 * i))..];
            var offset = BinaryPrimitives.ReadInt64LittleEndian(entry);
            var length = BinaryPrimitives.ReadInt64LittleEndian(entry[8..]);
            if (offset < ColumnsAt || length < 0 || offset % 8 != 0 || offset > block.Length || length > block.Length - offset)
            {
                return null;
            }

            columns[i] = block.Slice((int)offset, (int)length);
        }

        return columns;
    }

    private static bool HaveEqualRows(ReadOnlyMemory<byte>[] columns)
    {
        int Length(UniverseColumn column) => columns[(int)column].Length;
        var packages = Length(UniverseColumn.Names) / sizeof(int);
        var strings = (Length(UniverseColumn.StringStarts) / sizeof(int)) - 1;
        return strings >= 1
            && Length(UniverseColumn.Versions) == packages * sizeof(int)
            && Length(UniverseColumn.Architectures) == packages * sizeof(int)
            && Length(UniverseColumn.SourceNumbers) == packages * sizeof(int)
            && Length(UniverseColumn.Flags) == packages * sizeof(int)
            && Length(UniverseColumn.Sizes) == packages * sizeof(long)
            && Length(UniverseColumn.InstalledSizes) == packages * sizeof(long)
            && Length(UniverseColumn.Sha256) == packages * Sha256Digest.ByteCount
            && Length(UniverseColumn.Paths) == packages * sizeof(int)
            && Ends(columns, UniverseColumn.StringStarts, strings, Length(UniverseColumn.StringBytes))
            && Ends(columns, UniverseColumn.DependencyStarts, packages, Length(UniverseColumn.Dependencies) / 12)
            && Ends(columns, UniverseColumn.ProvideStarts, packages, Length(UniverseColumn.Provides) / 8)
            && Ends(columns, UniverseColumn.NamedStarts, strings, packages)
            && Ends(columns, UniverseColumn.ProviderStarts, strings, Length(UniverseColumn.Providers) / sizeof(int));
    }

    /// <summary>Whether a column of starts has one more than the rows and ends where the column it points into does.</summary>
    private static bool Ends(ReadOnlyMemory<byte>[] columns, UniverseColumn column, int rows, int end)
    {
        var starts = MemoryMarshal.Cast<byte, int>(columns[(int)column].Span);
        return starts.Length == rows + 1 && starts[0] == 0 && starts[^1] == end;
    }

    private static PackageUniverse Universe(ReadOnlyMemory<byte>[] columns)
    {
        var sources = Encoding.UTF8.GetString(columns[(int)UniverseColumn.Sources].Span);
        return new PackageUniverse
        {
            // Each source ends its line, so that none is told from one that is empty.
            Sources = sources.Split('\n')[..^1],
            StringStartColumn = columns[(int)UniverseColumn.StringStarts],
            StringBytes = columns[(int)UniverseColumn.StringBytes],
            NameColumn = columns[(int)UniverseColumn.Names],
            VersionColumn = columns[(int)UniverseColumn.Versions],
            ArchitectureColumn = columns[(int)UniverseColumn.Architectures],
            SourceColumn = columns[(int)UniverseColumn.SourceNumbers],
            FlagsColumn = columns[(int)UniverseColumn.Flags],
            SizeColumn = columns[(int)UniverseColumn.Sizes],
            InstalledSizeColumn = columns[(int)UniverseColumn.InstalledSizes],
            Sha256Column = columns[(int)UniverseColumn.Sha256],
            PathColumn = columns[(int)UniverseColumn.Paths],
            DependencyStartColumn = columns[(int)UniverseColumn.DependencyStarts],
            DependencyColumn = columns[(int)UniverseColumn.Dependencies],
            AlternativeColumn = columns[(int)UniverseColumn.Alternatives],
            ProvideStartColumn = columns[(int)UniverseColumn.ProvideStarts],
            ProvideColumn = columns[(int)UniverseColumn.Provides],
            NamedStartColumn = columns[(int)UniverseColumn.NamedStarts],
            NamedColumn = columns[(int)UniverseColumn.Named],
            ProviderStartColumn = columns[(int)UniverseColumn.ProviderStarts],
            ProviderColumn = columns[(int)UniverseColumn.Providers],
        };
    }
}
