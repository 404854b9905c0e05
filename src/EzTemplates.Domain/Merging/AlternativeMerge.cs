using System.Collections.Immutable;

namespace EzTemplates.Domain.Merging;

/// <summary>Merges what update-alternatives knows of one name: mode, link, slaves and choices each for themselves.</summary>
internal static class AlternativeMerge
{
    public static MergeOutcome Merge(ThreeTexts texts)
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
        return conflicts.Count > 0 ? new MergeOutcome(null, [.. conflicts]) : MergeOutcome.Of(merged.Choices.IsEmpty ? "" : merged.ToString());
    }

    private static Alternative Merge(Alternative? old, Alternative? own, Alternative? next, List<MergeConflict> conflicts)
    {
        var either = own ?? next ?? old!;
        var mode = Pick(old?.Mode, own?.Mode ?? next?.Mode, next?.Mode ?? own?.Mode, "mode", conflicts) ?? Alternative.Automatic;
        var link = Pick(old?.Link, own?.Link ?? next?.Link, next?.Link ?? own?.Link, "link", conflicts) ?? either.Link;
        var slaves = Merge(old?.Slaves, own?.Slaves ?? next?.Slaves, next?.Slaves ?? own?.Slaves, "slave", conflicts);
        var (olds, owns, nexts) = (ByPath(old), ByPath(own), ByPath(next));
        var choices = ImmutableArray.CreateBuilder<AlternativeChoice>();
        foreach (var path in olds.Keys.Union(owns.Keys, StringComparer.Ordinal).Union(nexts.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var (before, mine, after) = (olds.GetValueOrDefault(path), owns.GetValueOrDefault(path), nexts.GetValueOrDefault(path));
            var choice = Equals(mine, after) || Equals(after, before) ? mine : Equals(mine, before) ? after : MergeChoice(before, mine, after, conflicts);
            if (choice is not null)
            {
                choices.Add(choice with { Slaves = choice.Slaves.RemoveRange(choice.Slaves.Keys.Where(name => !slaves.ContainsKey(name)).ToList()) });
            }
        }

        return new Alternative(mode, link, slaves, choices.ToImmutable());
    }

    private static AlternativeChoice? MergeChoice(AlternativeChoice? old, AlternativeChoice? own, AlternativeChoice? next, List<MergeConflict> conflicts)
    {
        if (own is null || next is null)
        {
            conflicts.Add(new MergeConflict($"the choice `{TreePath.Display((own ?? next)!.Path)}` was changed on one side and removed on the other"));
            return null;
        }

        var what = $"priority of `{TreePath.Display(own.Path)}`";
        var priority = own.Priority == next.Priority || next.Priority == old?.Priority ? own.Priority : own.Priority == old?.Priority ? next.Priority : Differ(what, own.Priority, next.Priority, conflicts);
        return new AlternativeChoice(own.Path, priority, Merge(old?.Slaves, own.Slaves, next.Slaves, "slave", conflicts));
    }

    private static ImmutableSortedDictionary<string, string> Merge(
        ImmutableSortedDictionary<string, string>? old, ImmutableSortedDictionary<string, string>? own, ImmutableSortedDictionary<string, string>? next, string what, List<MergeConflict> conflicts)
    {
        var none = Alternative.Sorted([]);
        (old, own, next) = (old ?? none, own ?? none, next ?? none);
        var merged = new List<KeyValuePair<string, string>>();
        foreach (var name in own.Keys.Union(next.Keys))
        {
            if (Pick(old.GetValueOrDefault(name), own.GetValueOrDefault(name), next.GetValueOrDefault(name), $"{what} `{TreePath.Display(name)}`", conflicts) is { } value)
            {
                merged.Add(KeyValuePair.Create(name, value));
            }
        }

        return Alternative.Sorted(merged);
    }

    private static string? Pick(string? old, string? own, string? next, string what, List<MergeConflict> conflicts) =>
        own == next || next == old ? own : own == old ? next : Differ(what, own, next, conflicts);

    private static T Differ<T>(string what, T own, T next, List<MergeConflict> conflicts)
    {
        conflicts.Add(new MergeConflict($"its {what} is `{TreePath.Display($"{own}")}` in the environment, and `{TreePath.Display($"{next}")}` in the new version"));
        return own;
    }

    private static Dictionary<string, AlternativeChoice> ByPath(Alternative? side) =>
        side?.Choices.ToDictionary(choice => choice.Path, StringComparer.Ordinal) ?? [];

    private static Alternative? TryRead(string text, string whose, List<MergeConflict> conflicts)
    {
        if (text.Length == 0)
        {
            return null;
        }

        if (Alternative.TryParse(text) is { } read)
        {
            return read;
        }

        conflicts.Add(new MergeConflict($"{whose} is malformed: it is not what update-alternatives writes"));
        return null;
    }
}
