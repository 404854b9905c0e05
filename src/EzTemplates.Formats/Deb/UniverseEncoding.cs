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
    SourceTexts,
}

/// <summary>
/// The parsed form of Packages indexes, made once per set of snapshots and then mapped: a <see cref="ColumnBlock"/> of
/// <see cref="UniverseColumn"/>s.
/// </summary>
public static class UniverseEncoding
{
    internal const int ColumnCount = (int)UniverseColumn.SourceTexts + 1;

    /// <summary>The last two bytes are the format's number, raised when a column or a flag changes its meaning: then old blocks are made anew.</summary>
    internal static ReadOnlySpan<byte> Magic => "EZUNIV04"u8;

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
        var columns = ColumnBlock.Read(Magic, block, ColumnCount);
        return columns is not null && HaveEqualRows(columns) ? Universe(columns) : null;
    }

    private static bool HaveEqualRows(ReadOnlyMemory<byte>[] columns)
    {
        int Length(UniverseColumn column) => columns[(int)column].Length;
        var packages = Length(UniverseColumn.Names) / sizeof(int);
        var strings = (Length(UniverseColumn.StringStarts) / sizeof(int)) - 1;
        return strings >= 1
            && Length(UniverseColumn.SourceTexts) == columns[(int)UniverseColumn.Sources].Span.Count((byte)'\n') * Sha256Digest.ByteCount
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
            SourceTextColumn = columns[(int)UniverseColumn.SourceTexts],
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
