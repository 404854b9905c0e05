using System.Runtime.InteropServices;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>
/// Writes what a builder has collected as a block, in canonical order: strings by bytes; relations by name; packages by name,
/// architecture, version, source; then by what remains, so that nothing of the order they came in is left.
/// </summary>
internal sealed partial class RpmUniverseWriter
{
    private readonly RpmUniverseBuilder _builder;
    private readonly RpmRow[] _rows;
    private readonly int[] _rankOf;
    private readonly int[] _numberAt;

    /// <summary>For each of the builder's relations its place in the block.</summary>
    private readonly int[] _relationRank;

    /// <summary>Arrays of numbers, in the order of <see cref="RpmUniverseColumn"/>.</summary>
    private readonly List<Array> _columns = [];

    public RpmUniverseWriter(RpmUniverseBuilder builder)
    {
        _builder = builder;
        InternStreamsAndGroups();
        (_rankOf, _numberAt) = builder.Strings.Rank();
        _rows = ColumnWriting.Sorted<RpmRow>(
            CollectionsMarshal.AsSpan(builder.Rows), row => ((long)_rankOf[row.Name] << 32) | (uint)_rankOf[row.Architecture], CompareNamesakes, IsSameArchive);
        _relationRank = new int[builder.Relations.Count];
        _relationOrder = SortedRelations();
    }

    private readonly int[] _relationOrder;

    public byte[] Write()
    {
        _columns.AddStrings(_builder.Sources, _builder.Strings, _numberAt);
        WritePackages();
        WriteDependencies();
        WriteRelations();
        WriteProvides();
        WriteObsoleters();
        WriteSupplementers();
        WriteStreams();
        WriteGroups();
        return ColumnBlock.Write(RpmUniverseEncoding.Magic, _columns);
    }

    private static bool IsSameArchive(RpmRow a, RpmRow b) =>
        a.Name == b.Name && a.Version == b.Version && a.Architecture == b.Architecture && a.Source == b.Source && a.Digest == b.Digest;

    private int CompareNamesakes(RpmRow a, RpmRow b)
    {
        var order = a.Version == b.Version ? 0 : RpmVersionOrder.Compare(_builder.Strings[a.Version], _builder.Strings[b.Version]);
        order = order != 0 ? order : _rankOf[a.Version].CompareTo(_rankOf[b.Version]);
        order = order != 0 ? order : a.Source.CompareTo(b.Source);
        order = order != 0 ? order : a.Digest.Start.CompareTo(b.Digest.Start);
        order = order != 0 ? order : _rankOf[a.Path].CompareTo(_rankOf[b.Path]);
        return order != 0 ? order : a.Fingerprint.CompareTo(b.Fingerprint);
    }

    private int[] SortedRelations()
    {
        var relations = _builder.Relations;
        var order = Enumerable.Range(0, relations.Count).ToArray();
        Array.Sort(order, (x, y) =>
        {
            var (a, b) = (relations[x], relations[y]);
            var by = _rankOf[a.Name].CompareTo(_rankOf[b.Name]);
            by = by != 0 ? by : a.Relation.CompareTo(b.Relation);
            return by != 0 ? by : _rankOf[a.Version].CompareTo(_rankOf[b.Version]);
        });
        for (var rank = 0; rank < order.Length; rank++)
        {
            _relationRank[order[rank]] = rank;
        }

        return order;
    }

    private void WritePackages()
    {
        _columns.Add(Column(row => _rankOf[row.Name]));
        _columns.Add(Column(row => _rankOf[row.Version]));
        _columns.Add(Column(row => _rankOf[row.Architecture]));
        _columns.Add(Column(row => row.Source));
        _columns.Add(Flags());
        _columns.Add(Column(row => row.Size));
        _columns.Add(Column(row => row.InstalledSize));
        var digests = new byte[_rows.Length * Sha256Digest.ByteCount];
        for (var i = 0; i < _rows.Length; i++)
        {
            _rows[i].Digest.Start.CopyTo(digests.AsSpan(i * Sha256Digest.ByteCount));
        }

        _columns.Add(digests);
        _columns.Add(Column(row => _rankOf[row.LongDigest]));
        _columns.Add(Column(row => _rankOf[row.Path]));
    }

    /// <summary>Written as numbers one by one, since the padding of structs is not always zero.</summary>
    private void WriteDependencies()
    {
        var starts = Starts(row => row.DependencyCount);
        var dependencies = new List<int>(starts[^1] * 4);
        var terms = new List<int>(_builder.Terms.Count * 3);
        foreach (var row in _rows)
        {
            foreach (var (kind, term) in DependenciesOf(row))
            {
                dependencies.Add((int)kind);
                AddTerm(dependencies, Moved(term, terms));
            }
        }

        _columns.Add(starts);
        _columns.Add(dependencies.ToArray());
        _columns.Add(terms.ToArray());
    }

    /// <summary>The term in the block's numbers, its operands written before it.</summary>
    private RpmTerm Moved(RpmTerm term, List<int> terms)
    {
        if (term.Operator == RpmOperator.Relation)
        {
            return term with { First = _relationRank[term.First] };
        }

        var operands = _builder.Terms.GetRange(term.First, term.Count).ConvertAll(operand => Moved(operand, terms));
        var first = terms.Count / 3;
        operands.ForEach(operand => AddTerm(terms, operand));
        return term with { First = first };
    }

    private static void AddTerm(List<int> numbers, RpmTerm term)
    {
        numbers.Add((int)term.Operator);
        numbers.Add(term.First);
        numbers.Add(term.Count);
    }

    private void WriteRelations()
    {
        var relations = new int[_relationOrder.Length * 3];
        for (var i = 0; i < _relationOrder.Length; i++)
        {
            var (name, relation, version) = _builder.Relations[_relationOrder[i]];
            (relations[3 * i], relations[(3 * i) + 1], relations[(3 * i) + 2]) = (_rankOf[name], (int)relation, _rankOf[version]);
        }

        _columns.Add(relations);
    }

    private ReadOnlySpan<RpmDependency> DependenciesOf(RpmRow row) =>
        CollectionsMarshal.AsSpan(_builder.Dependencies).Slice(row.FirstDependency, row.DependencyCount);

    private T[] Column<T>(Func<RpmRow, T> value) => Array.ConvertAll(_rows, row => value(row));

    private int[] Starts(Func<RpmRow, int> count) => ColumnWriting.Starts(_rows, count);
}
