using System.Collections.Immutable;

namespace EzTemplates.Domain.Merging;

/// <summary>One record of a state file.</summary>
/// <param name="Key">What names it: of two records with one key, one is too many.</param>
/// <param name="Text">Its bytes, without what ends it.</param>
internal readonly record struct StateRecord(string Key, string Text);

/// <summary>One record in its three versions; null where a side has none.</summary>
internal sealed record ThreeRecords(string Key, string? Old, string? Private, string? Next);

/// <summary>Where the tools that write a file put a record that is new.</summary>
internal enum RecordOrder
{
    AtTheEnd,

    /// <summary>By their keys.</summary>
    Sorted,
}

/// <summary>
/// How the records of a file are merged. A side that did not change a record leaves it to the other; where both did, the format may know
/// better than to call it a conflict. The private order stays, and what is new comes where the tools would put it.
/// </summary>
internal abstract class StateFormat
{
    protected virtual RecordOrder Order => RecordOrder.AtTheEnd;

    public MergeOutcome Merge(ThreeTexts texts)
    {
        if (texts.OfOneSide is { } settled)
        {
            return MergeOutcome.Of(settled);
        }

        var conflicts = new List<MergeConflict>();
        var old = TryRead(texts.Old, "the old version's", conflicts);
        var own = TryRead(texts.Private, "the environment's", conflicts);
        var next = TryRead(texts.Next, "the new version's", conflicts);
        if (conflicts.Count > 0)
        {
            return new MergeOutcome(null, [.. conflicts]);
        }

        var merged = Merge(old, own, next, conflicts);
        Check(merged, own.ByKey, next.ByKey, conflicts);
        return conflicts.Count > 0 ? new MergeOutcome(null, [.. conflicts]) : MergeOutcome.Of(Join(merged.Select(record => record.Text)));
    }

    /// <exception cref="MalformedStateException">It says where.</exception>
    protected abstract IEnumerable<StateRecord> Split(string text);

    protected virtual string Join(IEnumerable<string> records) => string.Concat(records.Select(record => record + "\n"));

    /// <summary>A record that both sides changed, and not to the same.</summary>
    /// <returns>Null: it goes. Of no account where a conflict was added.</returns>
    protected abstract string? Resolve(ThreeRecords record, List<MergeConflict> conflicts);

    /// <summary>What no record shows alone.</summary>
    protected virtual void Check(
        IReadOnlyList<StateRecord> merged, IReadOnlyDictionary<string, string> own, IReadOnlyDictionary<string, string> next, List<MergeConflict> conflicts)
    {
    }

    /// <summary>The lines of a text; the last may lack its end.</summary>
    protected static IReadOnlyList<string> Lines(string text) =>
        text.Length == 0 ? [] : (text.EndsWith('\n') ? text[..^1] : text).Split('\n');

    private List<StateRecord> Merge(Records old, Records own, Records next, List<MergeConflict> conflicts)
    {
        var merged = new List<StateRecord>();
        foreach (var (key, text) in own.InOrder)
        {
            Add(merged, key, MergeOne(new ThreeRecords(key, old.Find(key), text, next.Find(key)), conflicts));
        }

        var added = new List<StateRecord>();
        foreach (var (key, text) in next.InOrder.Where(record => own.Find(record.Key) is null))
        {
            Add(added, key, MergeOne(new ThreeRecords(key, old.Find(key), null, text), conflicts));
        }

        return Order == RecordOrder.Sorted ? Insert(merged, added) : [.. merged, .. added];
    }

    /// <summary>Each before the first that sorts after it, whether or not the others are sorted.</summary>
    private static List<StateRecord> Insert(List<StateRecord> among, List<StateRecord> added)
    {
        var waiting = new Queue<StateRecord>(added.OrderBy(record => record.Key, StringComparer.Ordinal));
        var all = new List<StateRecord>(among.Count + added.Count);
        foreach (var record in among)
        {
            while (waiting.TryPeek(out var next) && string.CompareOrdinal(record.Key, next.Key) > 0)
            {
                all.Add(waiting.Dequeue());
            }

            all.Add(record);
        }

        all.AddRange(waiting);
        return all;
    }

    private static void Add(List<StateRecord> records, string key, string? text)
    {
        if (text is not null)
        {
            records.Add(new StateRecord(key, text));
        }
    }

    private string? MergeOne(ThreeRecords record, List<MergeConflict> conflicts) =>
        record.Private == record.Next || record.Next == record.Old ? record.Private
        : record.Private == record.Old ? record.Next
        : Resolve(record, conflicts);

    private Records TryRead(string text, string whose, List<MergeConflict> conflicts)
    {
        try
        {
            return new Records([.. Split(text)]);
        }
        catch (MalformedStateException malformed)
        {
            conflicts.Add(new MergeConflict($"{whose} is malformed: {malformed.Message}"));
            return new Records([]);
        }
    }

    private sealed class Records
    {
        private readonly Dictionary<string, string> _byKey = new(StringComparer.Ordinal);

        public Records(ImmutableArray<StateRecord> inOrder)
        {
            InOrder = inOrder;
            foreach (var (key, text) in inOrder)
            {
                if (!_byKey.TryAdd(key, text))
                {
                    throw new MalformedStateException($"it has `{TreePath.Display(key)}` twice");
                }
            }
        }

        public ImmutableArray<StateRecord> InOrder { get; }

        public IReadOnlyDictionary<string, string> ByKey => _byKey;

        public string? Find(string key) => _byKey.GetValueOrDefault(key);
    }
}
