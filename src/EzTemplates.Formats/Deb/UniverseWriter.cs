using System.Runtime.InteropServices;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>
/// Writes what a builder has collected as a block, in canonical order: strings by bytes; packages by name, architecture, version,
/// source; then by what remains, so that nothing of the order they came in is left.
/// </summary>
internal sealed class UniverseWriter
{
    private readonly UniverseBuilder _builder;
    private readonly UniverseRow[] _rows;
    private readonly int[] _rankOf;
    private readonly int[] _numberAt;

    /// <summary>Arrays of numbers, in the order of <see cref="UniverseColumn"/>.</summary>
    private readonly List<Array> _columns = new(UniverseEncoding.ColumnCount);

    public UniverseWriter(UniverseBuilder builder)
    {
        _builder = builder;
        (_rankOf, _numberAt) = builder.Strings.Rank();
        _rows = ColumnWriting.Sorted<UniverseRow>(
            CollectionsMarshal.AsSpan(builder.Rows), row => ((long)_rankOf[row.Name] << 32) | (uint)_rankOf[row.Architecture], CompareNamesakes, IsSameArchive);
    }

    public byte[] Write()
    {
        _columns.AddStrings(_builder.Sources, _builder.Strings, _numberAt);
        WritePackages();
        WriteDependencies();
        WriteProvides();
        WriteNamed();
        WriteProviders();
        _columns.Add(Digests(_builder.SourceTexts, texts => texts));
        return ColumnBlock.Write(UniverseEncoding.Magic, _columns);
    }

    private static bool IsSameArchive(UniverseRow a, UniverseRow b) =>
        a.Name == b.Name && a.Version == b.Version && a.Architecture == b.Architecture && a.Source == b.Source && a.Sha256 == b.Sha256;

    private int CompareNamesakes(UniverseRow a, UniverseRow b)
    {
        var order = a.Version == b.Version ? 0 : DebVersionOrder.Compare(_builder.Strings[a.Version], _builder.Strings[b.Version]);
        order = order != 0 ? order : _rankOf[a.Version].CompareTo(_rankOf[b.Version]);
        order = order != 0 ? order : a.Source.CompareTo(b.Source);
        order = order != 0 ? order : a.Sha256.CompareTo(b.Sha256);
        order = order != 0 ? order : _rankOf[a.Path].CompareTo(_rankOf[b.Path]);
        return order != 0 ? order : a.Stanza.Span.SequenceCompareTo(b.Stanza.Span);
    }

    private void WritePackages()
    {
        _columns.Add(Column(row => _rankOf[row.Name]));
        _columns.Add(Column(row => _rankOf[row.Version]));
        _columns.Add(Column(row => _rankOf[row.Architecture]));
        _columns.Add(Column(row => row.Source));
        _columns.Add(Column(row => (int)row.Flags));
        _columns.Add(Column(row => row.Size));
        _columns.Add(Column(row => row.InstalledSize));
        _columns.Add(Digests(_rows, row => row.Sha256));
        _columns.Add(Column(row => _rankOf[row.Path]));
    }

    /// <summary>Written as numbers one by one, since the padding of structs is not always zero.</summary>
    private void WriteDependencies()
    {
        var starts = Starts(row => row.DependencyCount);
        var dependencies = new int[starts[^1] * 3];
        var alternatives = new List<int>(_builder.Alternatives.Count * 4);
        var at = 0;
        foreach (var row in _rows)
        {
            foreach (var (kind, first, count) in CollectionsMarshal.AsSpan(_builder.Dependencies).Slice(row.FirstDependency, row.DependencyCount))
            {
                dependencies[at++] = alternatives.Count / 4;
                dependencies[at++] = count;
                dependencies[at++] = (int)kind;
                foreach (var (name, relation, version, architecture) in CollectionsMarshal.AsSpan(_builder.Alternatives).Slice(first, count))
                {
                    alternatives.Add(_rankOf[name.Value]);
                    alternatives.Add((int)relation);
                    alternatives.Add(_rankOf[version.Value]);
                    alternatives.Add(_rankOf[architecture.Value]);
                }
            }
        }

        _columns.Add(starts);
        _columns.Add(dependencies);
        _columns.Add(alternatives.ToArray());
    }

    private void WriteProvides()
    {
        var starts = Starts(row => row.ProvideCount);
        var provides = new int[starts[^1] * 2];
        var at = 0;
        foreach (var row in _rows)
        {
            foreach (var provided in ProvidesOf(row))
            {
                provides[at++] = _rankOf[provided.Name.Value];
                provides[at++] = _rankOf[provided.Version.Value];
            }
        }

        _columns.Add(starts);
        _columns.Add(provides);
    }

    private void WriteNamed()
    {
        var starts = new int[_numberAt.Length + 1];
        foreach (var row in _rows)
        {
            starts[_rankOf[row.Name] + 1]++;
        }

        ColumnWriting.Accumulate(starts);
        _columns.Add(starts);
        _columns.Add(Enumerable.Range(0, _rows.Length).ToArray());
    }

    private void WriteProviders()
    {
        // Name and package as one number each, so that sorting them is sorting numbers.
        var pairs = new List<long>(_builder.Provides.Count);
        for (var package = 0; package < _rows.Length; package++)
        {
            foreach (var provided in ProvidesOf(_rows[package]))
            {
                if (provided.Name.Value != _rows[package].Name)
                {
                    pairs.Add(((long)_rankOf[provided.Name.Value] << 32) | (uint)package);
                }
            }
        }

        pairs.Sort();
        var providers = new List<int>(pairs.Count);
        var starts = new int[_numberAt.Length + 1];
        for (var i = 0; i < pairs.Count; i++)
        {
            if (i == 0 || pairs[i] != pairs[i - 1])
            {
                starts[(pairs[i] >> 32) + 1]++;
                providers.Add((int)pairs[i]);
            }
        }

        ColumnWriting.Accumulate(starts);
        _columns.Add(starts);
        _columns.Add(providers.ToArray());
    }

    private ReadOnlySpan<ProvidedName> ProvidesOf(UniverseRow row) =>
        CollectionsMarshal.AsSpan(_builder.Provides).Slice(row.FirstProvide, row.ProvideCount);

    private T[] Column<T>(Func<UniverseRow, T> value) => Array.ConvertAll(_rows, row => value(row));

    private static byte[] Digests<T>(IReadOnlyList<T> rows, Func<T, Sha256Digest> digest)
    {
        var column = new byte[rows.Count * Sha256Digest.ByteCount];
        for (var i = 0; i < rows.Count; i++)
        {
            digest(rows[i]).CopyTo(column.AsSpan(i * Sha256Digest.ByteCount));
        }

        return column;
    }

    private int[] Starts(Func<UniverseRow, int> count) => ColumnWriting.Starts(_rows, count);
}
