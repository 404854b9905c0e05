using System.Runtime.InteropServices;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>The parsed form of rpm-md metadata, made once per set of snapshots and then mapped: a <see cref="ColumnBlock"/>.</summary>
public static class RpmUniverseEncoding
{
    private const int ColumnCount = (int)RpmUniverseColumn.GroupMembers + 1;

    /// <summary>The last two bytes are the format's number, raised when a column or a flag changes its meaning: then old blocks are made anew.</summary>
    internal static ReadOnlySpan<byte> Magic => "EZRPMU03"u8;

    /// <summary>The universe over a block, which must stay as it is while the universe is used. Parses nothing.</summary>
    /// <returns>Null where the block is truncated, damaged, or of another format: then the metadata is to be encoded again.</returns>
    public static RpmUniverse? Decode(ReadOnlyMemory<byte> block)
    {
        var columns = ColumnBlock.Read(Magic, block, ColumnCount);
        return columns is not null && HaveEqualRows(columns) ? new RpmUniverse(columns) : null;
    }

    private static bool HaveEqualRows(ReadOnlyMemory<byte>[] columns)
    {
        int Rows(RpmUniverseColumn column, int size) =>
            columns[(int)column].Length % size == 0 ? columns[(int)column].Length / size : -1;

        // A column of starts has one more than the rows and ends where the column it points into does.
        bool Ends(RpmUniverseColumn column, int rows, int end)
        {
            var starts = MemoryMarshal.Cast<byte, int>(columns[(int)column].Span);
            return starts.Length == rows + 1 && starts[0] == 0 && starts[^1] == end;
        }

        var packages = Rows(RpmUniverseColumn.Names, 4);
        var strings = Rows(RpmUniverseColumn.StringStarts, 4) - 1;
        return strings >= 1
            && Rows(RpmUniverseColumn.Versions, 4) == packages
            && Rows(RpmUniverseColumn.Architectures, 4) == packages
            && Rows(RpmUniverseColumn.SourceNumbers, 4) == packages
            && Rows(RpmUniverseColumn.Flags, 4) == packages
            && Rows(RpmUniverseColumn.Sizes, 8) == packages
            && Rows(RpmUniverseColumn.InstalledSizes, 8) == packages
            && Rows(RpmUniverseColumn.DigestStarts, Sha256Digest.ByteCount) == packages
            && Rows(RpmUniverseColumn.LongDigests, 4) == packages
            && Rows(RpmUniverseColumn.Paths, 4) == packages
            && Rows(RpmUniverseColumn.Terms, 12) >= 0
            && Rows(RpmUniverseColumn.Relations, 12) >= 0
            && Ends(RpmUniverseColumn.StringStarts, strings, columns[(int)RpmUniverseColumn.StringBytes].Length)
            && Ends(RpmUniverseColumn.DependencyStarts, packages, Rows(RpmUniverseColumn.Dependencies, 16))
            && Ends(RpmUniverseColumn.ProvideStarts, packages, Rows(RpmUniverseColumn.Provides, 4))
            && Ends(RpmUniverseColumn.NamedStarts, strings, packages)
            && Ends(RpmUniverseColumn.ProviderStarts, strings, Rows(RpmUniverseColumn.Providers, 8))
            && Ends(RpmUniverseColumn.ObsoleterStarts, strings, Rows(RpmUniverseColumn.Obsoleters, 4))
            && Ends(RpmUniverseColumn.SupplementerStarts, strings, Rows(RpmUniverseColumn.Supplementers, 4))
            && Ends(RpmUniverseColumn.PackageStreamStarts, packages, Rows(RpmUniverseColumn.PackageStreams, 4))
            && Ends(RpmUniverseColumn.StreamNeedStarts, Rows(RpmUniverseColumn.Streams, 16), Rows(RpmUniverseColumn.StreamNeeds, 8))
            && Ends(RpmUniverseColumn.GroupMemberStarts, Rows(RpmUniverseColumn.Groups, 4), Rows(RpmUniverseColumn.GroupMembers, 12));
    }
}
