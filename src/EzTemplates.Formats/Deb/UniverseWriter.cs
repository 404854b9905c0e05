using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
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
        _rows = SortedRows();
    }

    public byte[] Write()
    {
        WriteStrings();
        WritePackages();
        WriteDependencies();
        WriteProvides();
        WriteNamed();
        WriteProviders();
        return Assemble();
    }

    private UniverseRow[] SortedRows()
    {
        // First by name and architecture as one number, which leaves few rows to compare in full.
        var rows = CollectionsMarshal.AsSpan(_builder.Rows).ToArray();
        var keys = Array.ConvertAll(rows, row => ((long)_rankOf[row.Name] << 32) | (uint)_rankOf[row.Architecture]);
        Array.Sort(keys, rows);
        for (int start = 0, end; start < rows.Length; start = end)
        {
            for (end = start + 1; end < rows.Length && keys[end] == keys[start]; end++)
            {
            }

            rows.AsSpan(start..end).Sort(CompareNamesakes);
        }

        return WithoutRepeats(rows);
    }

    private static UniverseRow[] WithoutRepeats(UniverseRow[] rows)
    {
        var kept = 0;
        for (var i = 0; i < rows.Length; i++)
        {
            if (kept == 0 || !IsSameArchive(rows[kept - 1], rows[i]))
            {
                rows[kept++] = rows[i];
            }
        }

        return rows[..kept];
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

    private void WriteStrings()
    {
        _columns.Add(Encoding.UTF8.GetBytes(string.Concat(_builder.Sources.Select(source => source + "\n"))));
        var starts = new int[_numberAt.Length + 1];
        var bytes = new byte[_builder.Strings.ByteCount];
        for (var rank = 0; rank < _numberAt.Length; rank++)
        {
            var text = _builder.Strings[_numberAt[rank]];
            text.CopyTo(bytes.AsSpan(starts[rank]));
            starts[rank + 1] = starts[rank] + text.Length;
        }

        _columns.Add(starts);
        _columns.Add(bytes);
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
        var digests = new byte[_rows.Length * Sha256Digest.ByteCount];
        for (var i = 0; i < _rows.Length; i++)
        {
            _rows[i].Sha256.CopyTo(digests.AsSpan(i * Sha256Digest.ByteCount));
        }

        _columns.Add(digests);
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

        Accumulate(starts);
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

        Accumulate(starts);
        _columns.Add(starts);
        _columns.Add(providers.ToArray());
    }

    private ReadOnlySpan<ProvidedName> ProvidesOf(UniverseRow row) =>
        CollectionsMarshal.AsSpan(_builder.Provides).Slice(row.FirstProvide, row.ProvideCount);

    private byte[] Assemble()
    {
        var length = UniverseEncoding.ColumnsAt + _columns.Sum(column => (Buffer.ByteLength(column) + 7L) & ~7L);
        var block = new byte[length];
        UniverseEncoding.Magic.CopyTo(block);
        BinaryPrimitives.WriteInt64LittleEndian(block.AsSpan(8), length);
        var offset = UniverseEncoding.ColumnsAt;
        for (var i = 0; i < _columns.Count; i++)
        {
            var bytes = Buffer.ByteLength(_columns[i]);
            var entry = block.AsSpan(UniverseEncoding.TableAt + (16 * i));
            BinaryPrimitives.WriteInt64LittleEndian(entry, offset);
            BinaryPrimitives.WriteInt64LittleEndian(entry[8..], bytes);
            Buffer.BlockCopy(_columns[i], 0, block, offset, bytes);
            offset += (bytes + 7) & ~7;
        }

        UniverseEncoding.Checksum(block.AsSpan(UniverseEncoding.TableAt), block.AsSpan(UniverseEncoding.ChecksumAt));
        return block;
    }

    private T[] Column<T>(Func<UniverseRow, T> value) => Array.ConvertAll(_rows, row => value(row));

    private int[] Starts(Func<UniverseRow, int> count)
    {
        var starts = new int[_rows.Length + 1];
        for (var i = 0; i < _rows.Length; i++)
        {
            starts[i + 1] = starts[i] + count(_rows[i]);
        }

        return starts;
    }

    private static void Accumulate(int[] starts)
    {
        for (var i = 1; i < starts.Length; i++)
        {
            starts[i] += starts[i - 1];
        }
    }
}
