using System.Runtime.InteropServices;
using System.Text;

namespace EzTemplates.Domain;

/// <summary>
/// All packages of some rpm-md repositories' snapshots, as columns over one block of bytes that may be a mapped file; the sibling of
/// <see cref="PackageUniverse"/>, whose dependencies are lists of alternatives where these are trees of operators. Packages are sorted
/// by name, then architecture, then version ascending, then source, so that the order of the metadata does not matter.
/// <c>EzTemplates.Formats.RpmUniverseEncoding</c> makes and reads the block.
/// </summary>
public sealed class RpmUniverse
{
    private readonly ReadOnlyMemory<byte>[] _columns;

    /// <param name="columns">In the order of <see cref="RpmUniverseColumn"/>, each whole and at a multiple of 8 bytes.</param>
    public RpmUniverse(ReadOnlyMemory<byte>[] columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        _columns = columns;
        Sources = Encoding.UTF8.GetString(columns[(int)RpmUniverseColumn.Sources].Span).Split('\n')[..^1];
    }

    /// <summary>Repository ids, in recipe order.</summary>
    public IReadOnlyList<string> Sources { get; }

    public int PackageCount => Names.Length;

    public int StringCount => Cast<int>(RpmUniverseColumn.StringStarts).Length - 1;

    public ReadOnlySpan<StringId> Names => Cast<StringId>(RpmUniverseColumn.Names);

    /// <summary><c>epoch:version-release</c>, without the epoch where it is 0.</summary>
    public ReadOnlySpan<StringId> Versions => Cast<StringId>(RpmUniverseColumn.Versions);

    public ReadOnlySpan<StringId> Architectures => Cast<StringId>(RpmUniverseColumn.Architectures);

    public ReadOnlySpan<int> SourceNumbers => Cast<int>(RpmUniverseColumn.SourceNumbers);

    public ReadOnlySpan<RpmPackageFlags> Flags => Cast<RpmPackageFlags>(RpmUniverseColumn.Flags);

    /// <summary>Sizes of the package files in bytes.</summary>
    public ReadOnlySpan<long> Sizes => Cast<long>(RpmUniverseColumn.Sizes);

    /// <summary>Sizes as installed, in bytes.</summary>
    public ReadOnlySpan<long> InstalledSizes => Cast<long>(RpmUniverseColumn.InstalledSizes);

    public ReadOnlySpan<RpmTerm> Terms => Cast<RpmTerm>(RpmUniverseColumn.Terms);

    public ReadOnlySpan<RpmRelation> Relations => Cast<RpmRelation>(RpmUniverseColumn.Relations);

    public ReadOnlySpan<RpmModuleStream> Streams => Cast<RpmModuleStream>(RpmUniverseColumn.Streams);

    /// <summary>Groups and environment groups of comps.xml by their id, ascending.</summary>
    public ReadOnlySpan<StringId> Groups => Cast<StringId>(RpmUniverseColumn.Groups);

    /// <summary>The UTF-8 bytes of a string.</summary>
    public ReadOnlySpan<byte> Bytes(StringId id)
    {
        var starts = Cast<int>(RpmUniverseColumn.StringStarts);
        return _columns[(int)RpmUniverseColumn.StringBytes].Span[starts[id.Value]..starts[id.Value + 1]];
    }

    public string Text(StringId id) => Encoding.UTF8.GetString(Bytes(id));

    /// <summary>The string's number, or null where no package speaks of it. O(log n).</summary>
    public StringId? Find(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var found = FirstAtOrAfter(utf8);
        return found < StringCount && Bytes(new StringId(found)).SequenceEqual(utf8) ? new StringId(found) : null;
    }

    /// <summary>The strings that start with a prefix: the first, and one past the last.</summary>
    public (int First, int End) StartingWith(ReadOnlySpan<byte> prefix)
    {
        var first = FirstAtOrAfter(prefix);
        int low = first, high = StringCount;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = Bytes(new StringId(middle)).StartsWith(prefix) ? (middle + 1, high) : (low, middle);
        }

        return (first, low);
    }

    /// <summary>What the repository states of the package file.</summary>
    public StatedDigest Digest(PackageId package) => Cast<StringId>(RpmUniverseColumn.LongDigests)[package.Value] is var digits && Bytes(digits).IsEmpty
        ? new Sha256Digest(_columns[(int)RpmUniverseColumn.DigestStarts].Span.Slice(package.Value * Sha256Digest.ByteCount, Sha256Digest.ByteCount))
        : StatedDigest.Parse(Text(digits));

    /// <summary>Below the repository's root.</summary>
    public string Path(PackageId package) => Text(Cast<StringId>(RpmUniverseColumn.Paths)[package.Value]);

    /// <summary>Kind by kind; within one as the package's header has them.</summary>
    public ReadOnlySpan<RpmDependency> Dependencies(PackageId package) =>
        Slice<RpmDependency>(RpmUniverseColumn.Dependencies, RpmUniverseColumn.DependencyStarts, package.Value);

    public RpmRelation Relation(RpmRelationId id) => Relations[id.Value];

    /// <summary>The operands of a term that is no relation.</summary>
    public ReadOnlySpan<RpmTerm> Operands(RpmTerm term) => Terms.Slice(term.First, term.Count);

    /// <summary>What a package provides: its own name, its capabilities, its files as far as they are known.</summary>
    public ReadOnlySpan<RpmRelationId> Provides(PackageId package) =>
        Slice<RpmRelationId>(RpmUniverseColumn.Provides, RpmUniverseColumn.ProvideStarts, package.Value);

    /// <summary>Packages whose own name this is, ascending.</summary>
    public (int First, int Count) Named(StringId name)
    {
        var starts = Cast<int>(RpmUniverseColumn.NamedStarts);
        return (starts[name.Value], starts[name.Value + 1] - starts[name.Value]);
    }

    /// <summary>Who provides the name, in whatever range, ascending; a package once for each range.</summary>
    public ReadOnlySpan<RpmProvider> Providers(StringId name) =>
        Slice<RpmProvider>(RpmUniverseColumn.Providers, RpmUniverseColumn.ProviderStarts, name.Value);

    /// <summary>Packages with an Obsoletes that has the name, ascending, none twice.</summary>
    public ReadOnlySpan<PackageId> Obsoleters(StringId name) =>
        Slice<PackageId>(RpmUniverseColumn.Obsoleters, RpmUniverseColumn.ObsoleterStarts, name.Value);

    /// <summary>Packages whose Supplements or Enhances speak of the name, ascending, none twice.</summary>
    public ReadOnlySpan<PackageId> Supplementers(StringId name) =>
        Slice<PackageId>(RpmUniverseColumn.Supplementers, RpmUniverseColumn.SupplementerStarts, name.Value);

    /// <summary>Streams, by number, that list the package among their artifacts.</summary>
    public ReadOnlySpan<int> StreamsOf(PackageId package) =>
        Slice<int>(RpmUniverseColumn.PackageStreams, RpmUniverseColumn.PackageStreamStarts, package.Value);

    /// <summary>Modules that a stream requires at run time.</summary>
    public ReadOnlySpan<RpmModuleNeed> NeedsOf(int stream) =>
        Slice<RpmModuleNeed>(RpmUniverseColumn.StreamNeeds, RpmUniverseColumn.StreamNeedStarts, stream);

    /// <param name="group">An index into <see cref="Groups"/>.</param>
    public ReadOnlySpan<RpmGroupMember> MembersOf(int group) =>
        Slice<RpmGroupMember>(RpmUniverseColumn.GroupMembers, RpmUniverseColumn.GroupMemberStarts, group);

    public string Describe(PackageId package) =>
        $"{Text(Names[package.Value])} {Text(Versions[package.Value])} ({Text(Architectures[package.Value])})";

    private int FirstAtOrAfter(ReadOnlySpan<byte> utf8)
    {
        int low = 0, high = StringCount;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = Bytes(new StringId(middle)).SequenceCompareTo(utf8) < 0 ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private ReadOnlySpan<T> Cast<T>(RpmUniverseColumn column)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(_columns[(int)column].Span);

    private ReadOnlySpan<T> Slice<T>(RpmUniverseColumn column, RpmUniverseColumn starts, int row)
        where T : unmanaged
    {
        var start = Cast<int>(starts);
        return Cast<T>(column)[start[row]..start[row + 1]];
    }
}

/// <summary>The columns of a universe of RPMs. A column of starts has one more row than what it is for.</summary>
public enum RpmUniverseColumn
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
    DigestStarts,
    LongDigests,
    Paths,
    DependencyStarts,
    Dependencies,
    Terms,
    Relations,
    ProvideStarts,
    Provides,
    NamedStarts,
    ProviderStarts,
    Providers,
    ObsoleterStarts,
    Obsoleters,
    SupplementerStarts,
    Supplementers,
    Streams,
    PackageStreamStarts,
    PackageStreams,
    StreamNeedStarts,
    StreamNeeds,
    Groups,
    GroupMemberStarts,
    GroupMembers,
}
