using System.Runtime.InteropServices;

namespace EzTemplates.Domain;

/// <summary>
/// A string of a universe, by number; two are equal exactly when their strings are. 0 is the empty string, and numbers ascend as the
/// strings' bytes do.
/// </summary>
public readonly record struct StringId(int Value)
{
    public static StringId Empty => default;

    public bool IsEmpty => Value == 0;
}

/// <summary>A package (one name, version and architecture from one source) of a universe, by number.</summary>
public readonly record struct PackageId(int Value) : IComparable<PackageId>
{
    public int CompareTo(PackageId other) => Value.CompareTo(other.Value);

    public static bool operator <(PackageId left, PackageId right) => left.Value < right.Value;

    public static bool operator >(PackageId left, PackageId right) => left.Value > right.Value;

    public static bool operator <=(PackageId left, PackageId right) => left.Value <= right.Value;

    public static bool operator >=(PackageId left, PackageId right) => left.Value >= right.Value;
}

/// <summary>What a dependency asks for.</summary>
public enum DependencyKind : byte
{
    PreDepends,
    Depends,
    Recommends,
    Suggests,
    Conflicts,
    Breaks,
    Replaces,
    Enhances,
}

[Flags]
public enum PackageFlags
{
    None = 0,
    Essential = 1,

    /// <summary>Debian's <c>Protected: yes</c> / <c>Important: yes</c>.</summary>
    Protected = 2,
    MultiArchSame = 4,
    MultiArchForeign = 8,
    MultiArchAllowed = 16,

    /// <summary>Debian's <c>Priority</c> field, where it says more than optional; decides between providers of one name.</summary>
    PriorityRequired = 32,
    PriorityImportant = 64,
    PriorityStandard = 128,

    /// <summary>Where the percentage of a phased update lies, plus one: see <see cref="PackageUniverse.PhasingOf"/>.</summary>
    PhasedPercentage = 0x7f << 16,

    /// <summary>Where the number lies that the phased package's source drew.</summary>
    PhasedDraw = 0x7f << 24,
}

/// <summary>
/// One alternative of a dependency: <c>name:arch (relation version)</c>. The architecture qualifier is as written
/// (<c>any</c>, <c>native</c>, <c>i386</c>), empty where there is none.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct DependencyAlternative(StringId Name, VersionRelation Relation, StringId Version, StringId Architecture);

/// <summary>A name that a package provides, with its version (empty: none).</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct ProvidedName(StringId Name, StringId Version);

/// <summary>A dependency of a package: its kind and where its alternatives lie in <see cref="PackageUniverse.Alternatives"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct PackageDependency(int FirstAlternative, int AlternativeCount, DependencyKind Kind);

/// <summary>
/// All packages of some repositories' snapshots, as columns over one block of bytes that may be a mapped file.
/// Packages are sorted by name, then architecture, then version ascending, then source, so that the order of the
/// indexes they came from does not matter. <c>EzTemplates.Formats.UniverseEncoding</c> makes and reads the block.
/// </summary>
public sealed class PackageUniverse
{
    /// <summary>UTF-8 bytes of all strings, sorted by bytes, and where each starts (one more than there are strings).</summary>
    public required ReadOnlyMemory<byte> StringBytes { private get; init; }

    public required ReadOnlyMemory<byte> StringStartColumn { private get; init; }

    public required ReadOnlyMemory<byte> NameColumn { private get; init; }

    public required ReadOnlyMemory<byte> VersionColumn { private get; init; }

    public required ReadOnlyMemory<byte> ArchitectureColumn { private get; init; }

    /// <summary>The number of the source (a suite of a repository), an index into <see cref="Sources"/>.</summary>
    public required ReadOnlyMemory<byte> SourceColumn { private get; init; }

    public required ReadOnlyMemory<byte> FlagsColumn { private get; init; }

    /// <summary>64-bit sizes of the archive files in bytes.</summary>
    public required ReadOnlyMemory<byte> SizeColumn { private get; init; }

    /// <summary>64-bit sizes as installed, in bytes.</summary>
    public required ReadOnlyMemory<byte> InstalledSizeColumn { private get; init; }

    /// <summary>32 bytes a package.</summary>
    public required ReadOnlyMemory<byte> Sha256Column { private get; init; }

    public required ReadOnlyMemory<byte> PathColumn { private get; init; }

    /// <summary>Where each package's dependencies start; one more than there are packages.</summary>
    public required ReadOnlyMemory<byte> DependencyStartColumn { private get; init; }

    public required ReadOnlyMemory<byte> DependencyColumn { private get; init; }

    public required ReadOnlyMemory<byte> AlternativeColumn { private get; init; }

    public required ReadOnlyMemory<byte> ProvideStartColumn { private get; init; }

    public required ReadOnlyMemory<byte> ProvideColumn { private get; init; }

    /// <summary>For each string, where the packages of that name start in <see cref="NamedColumn"/>; one more than there are strings.</summary>
    public required ReadOnlyMemory<byte> NamedStartColumn { private get; init; }

    /// <summary>Package numbers by name: 0, 1, 2... since packages are sorted by name.</summary>
    public required ReadOnlyMemory<byte> NamedColumn { private get; init; }

    public required ReadOnlyMemory<byte> ProviderStartColumn { private get; init; }

    /// <summary>Packages that provide a string's name by a Provides field (their own name is not among them), ascending, none twice.</summary>
    public required ReadOnlyMemory<byte> ProviderColumn { private get; init; }

    /// <summary><c>repository/suite</c>, in recipe order.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>32 bytes a source: what tells the texts that it was parsed from. Zeros where packages were added that no text has.</summary>
    public required ReadOnlyMemory<byte> SourceTextColumn { private get; init; }

    public int PackageCount => NameColumn.Length / sizeof(int);

    public int StringCount => (StringStartColumn.Length / sizeof(int)) - 1;

    public ReadOnlySpan<StringId> Names => Cast<StringId>(NameColumn);

    public ReadOnlySpan<StringId> Versions => Cast<StringId>(VersionColumn);

    public ReadOnlySpan<StringId> Architectures => Cast<StringId>(ArchitectureColumn);

    public ReadOnlySpan<int> SourceNumbers => Cast<int>(SourceColumn);

    public ReadOnlySpan<PackageFlags> Flags => Cast<PackageFlags>(FlagsColumn);

    public ReadOnlySpan<long> Sizes => Cast<long>(SizeColumn);

    public ReadOnlySpan<long> InstalledSizes => Cast<long>(InstalledSizeColumn);

    public ReadOnlySpan<DependencyAlternative> Alternatives => Cast<DependencyAlternative>(AlternativeColumn);

    /// <summary>The UTF-8 bytes of a string.</summary>
    public ReadOnlySpan<byte> Bytes(StringId id)
    {
        var starts = Cast<int>(StringStartColumn);
        return StringBytes.Span[starts[id.Value]..starts[id.Value + 1]];
    }

    public string Text(StringId id) => System.Text.Encoding.UTF8.GetString(Bytes(id));

    /// <summary>The string's number, or null where no package speaks of it. O(log n).</summary>
    public StringId? Find(string text) => Find(System.Text.Encoding.UTF8.GetBytes(text));

    /// <inheritdoc cref="Find(string)"/>
    public StringId? Find(ReadOnlySpan<byte> utf8)
    {
        var starts = Cast<int>(StringStartColumn);
        var bytes = StringBytes.Span;
        int low = 0, high = StringCount - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = bytes[starts[middle]..starts[middle + 1]].SequenceCompareTo(utf8);
            if (order == 0)
            {
                return new StringId(middle);
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return null;
    }

    public Sha256Digest Sha256(PackageId package) => Digest(Sha256Column, package.Value);

    public string Path(PackageId package) => Text(PathId(package));

    public StringId PathId(PackageId package) => Cast<StringId>(PathColumn)[package.Value];

    /// <summary>The number of the source that was parsed from these texts, or -1.</summary>
    public int FindSource(Sha256Digest texts)
    {
        var number = Sources.Count - 1;
        while (number >= 0 && Digest(SourceTextColumn, number) != texts)
        {
            number--;
        }

        return number;
    }

    /// <summary>In the order of the package's fields, alternatives in the author's order.</summary>
    public ReadOnlySpan<PackageDependency> Dependencies(PackageId package) =>
        Slice<PackageDependency>(DependencyColumn, DependencyStartColumn, package.Value);

    public ReadOnlySpan<DependencyAlternative> AlternativesOf(PackageDependency dependency) =>
        Alternatives.Slice(dependency.FirstAlternative, dependency.AlternativeCount);

    public ReadOnlySpan<ProvidedName> Provides(PackageId package) => Slice<ProvidedName>(ProvideColumn, ProvideStartColumn, package.Value);

    /// <summary>Packages whose own name this is, ascending by architecture, version, source.</summary>
    public ReadOnlySpan<PackageId> Named(StringId name) => Slice<PackageId>(NamedColumn, NamedStartColumn, name.Value);

    /// <summary>Packages that provide the name by a Provides field.</summary>
    public ReadOnlySpan<PackageId> Providers(StringId name) => Slice<PackageId>(ProviderColumn, ProviderStartColumn, name.Value);

    public string Describe(PackageId package) =>
        $"{Text(Names[package.Value])} {Text(Versions[package.Value])} ({Text(Architectures[package.Value])})";

    /// <summary>
    /// Of an update that is brought to more and more machines (Phased-Update-Percentage): to how many of a hundred, and a number from
    /// 0 to 99 drawn from its source package's name and version, so that all packages of one source are told alike.
    /// </summary>
    public (int Percentage, int Draw)? PhasingOf(PackageId package)
    {
        var flags = (int)Flags[package.Value];
        var percentage = (flags & (int)PackageFlags.PhasedPercentage) >> 16;
        return percentage == 0 ? null : (percentage - 1, (flags & (int)PackageFlags.PhasedDraw) >> 24);
    }

    private static Sha256Digest Digest(ReadOnlyMemory<byte> column, int row) => new(column.Span.Slice(row * Sha256Digest.ByteCount, Sha256Digest.ByteCount));

    private static ReadOnlySpan<T> Cast<T>(ReadOnlyMemory<byte> column)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(column.Span);

    private static ReadOnlySpan<T> Slice<T>(ReadOnlyMemory<byte> column, ReadOnlyMemory<byte> starts, int row)
        where T : unmanaged
    {
        var start = Cast<int>(starts);
        return Cast<T>(column)[start[row]..start[row + 1]];
    }
}
