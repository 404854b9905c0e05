using System.Collections.Immutable;
using System.Globalization;

namespace EzTemplates.Domain.Merging;

/// <summary>How a field of an account file is merged where both sides changed it.</summary>
internal enum FieldRule
{
    /// <summary>Not: it is a conflict.</summary>
    Value,

    /// <summary>As <see cref="Value"/>, and no message shows it.</summary>
    Secret,

    /// <summary>As a set of names.</summary>
    Members,

    /// <summary>The environment knows better: a date that goes with what it did.</summary>
    OwnWins,
}

/// <summary>passwd(5), group(5), shadow(5), gshadow(5): a line a name, fields between colons.</summary>
/// <param name="kind">What a line stands for.</param>
/// <param name="fields">Name and rule of each field; the first is the key.</param>
/// <param name="number">The field whose number no two names may share; null: none.</param>
/// <param name="renumber">The command that gives a name another number.</param>
internal sealed class ColonFormat(string kind, ImmutableArray<(string Name, FieldRule Rule)> fields, int? number = null, string renumber = "") : StateFormat
{
    protected override IEnumerable<StateRecord> Split(string text)
    {
        var at = 0;
        foreach (var line in Lines(text))
        {
            at++;
            var values = line.Split(':');
            if (values.Length != fields.Length || values[0].Length == 0)
            {
                throw new MalformedStateException($"line {at} is no {kind} of {fields.Length} fields");
            }

            if (number is { } field && !uint.TryParse(values[field], NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                throw new MalformedStateException($"line {at} has no number as its {fields[field].Name}");
            }

            yield return new StateRecord(values[0], line);
        }
    }

    protected override string? Resolve(ThreeRecords record, List<MergeConflict> conflicts)
    {
        if (record.Private is null || record.Next is null)
        {
            conflicts.Add(new MergeConflict(
                $"{kind} `{TreePath.Display(record.Key)}` was {(record.Private is null ? "removed in the environment and changed" : "changed in the environment and removed")} by the new version"));
            return null;
        }

        var (old, own, next) = (record.Old?.Split(':'), record.Private.Split(':'), record.Next.Split(':'));
        var merged = new string[fields.Length];
        for (var i = 0; i < merged.Length; i++)
        {
            merged[i] = MergeField(record.Key, i, old?[i], own[i], next[i], conflicts);
        }

        return string.Join(':', merged);
    }

    /// <summary>A number that two names share now is a conflict unless one side had it so.</summary>
    protected override void Check(
        IReadOnlyList<StateRecord> merged, IReadOnlyDictionary<string, string> own, IReadOnlyDictionary<string, string> next, List<MergeConflict> conflicts)
    {
        if (number is not { } field)
        {
            return;
        }

        foreach (var sharing in merged.GroupBy(record => Number(record.Text, field)).Where(group => group.Skip(1).Any()))
        {
            var (mine, theirs) = (sharing.FirstOrDefault(record => !Has(next, record.Key, sharing.Key, field)), sharing.FirstOrDefault(record => !Has(own, record.Key, sharing.Key, field)));
            if (mine.Key is not null && theirs.Key is not null && mine.Key != theirs.Key)
            {
                conflicts.Add(new MergeConflict(
                    $"{kind} `{TreePath.Display(theirs.Key)}` has {fields[field].Name} {sharing.Key} in the new version, and so has the environment's own `{TreePath.Display(mine.Key)}`",
                    $"{renumber} {TreePath.Display(mine.Key)}"));
            }
        }
    }

    private static uint Number(string line, int field) => uint.Parse(line.Split(':')[field], NumberStyles.None, CultureInfo.InvariantCulture);

    private static bool Has(IReadOnlyDictionary<string, string> side, string name, uint wanted, int field) =>
        side.TryGetValue(name, out var line) && Number(line, field) == wanted;

    private string MergeField(string key, int field, string? old, string own, string next, List<MergeConflict> conflicts)
    {
        var (name, rule) = fields[field];
        if (rule == FieldRule.Members)
        {
            return MemberSet.Merge(old, own, next, ",");
        }

        if (own == next || next == old || (own != old && rule == FieldRule.OwnWins))
        {
            return own;
        }

        if (own == old)
        {
            return next;
        }

        var values = rule == FieldRule.Secret ? "another" : $"`{TreePath.Display(own)}`";
        var theirs = rule == FieldRule.Secret ? "another yet" : $"`{TreePath.Display(next)}`";
        conflicts.Add(new MergeConflict($"{kind} `{TreePath.Display(key)}` has {values} as its {name} in the environment, and {theirs} in the new version"));
        return own;
    }
}
