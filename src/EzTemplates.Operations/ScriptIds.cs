using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Formats.Ids;

namespace EzTemplates.Operations;

/// <summary>Where the numbers of users and groups come from that a layer's scripts make.</summary>
/// <param name="Known">Those that are known before a script has run.</param>
/// <param name="Number">Gives numbers to others; asked with what scripts made, and what the system had before.</param>
internal sealed record IdSource(IdTable Known, Func<ImmutableArray<LockedId>, AccountText, ImmutableArray<LockedId>> Number)
{
    /// <summary>For what has no recipe: a name that is not known gets a number, and nobody else learns of it.</summary>
    public static IdSource Of(IdTable known) => new(known, (made, before) => known.Number(made, TakenIn(before)));

    public static Func<string, uint, bool> TakenIn(AccountText accounts)
    {
        var numbers = accounts.Rows.Select(row => (row.Kind, row.Number)).ToHashSet();
        return (kind, number) => numbers.Contains((kind, number));
    }
}

/// <summary>The numbers of one run of a layer's scripts.</summary>
internal sealed class ScriptIds(IdSource source, IdTable known, string subject)
{
    private readonly List<LockedId> _made = [];

    /// <summary>All that scripts made, with the numbers that they saw: those that tools picked, or that were asked for in so many words.</summary>
    public ImmutableArray<LockedId> Seen { get; private set; } = [];

    /// <summary>What the tools are told; grows by what scripts made that nobody knew.</summary>
    public IdTable Known { get; private set; } = known;

    /// <summary>Sorted as a lock has them.</summary>
    public ImmutableArray<LockedId> Made => [.. _made.Distinct().OrderBy(row => row.Kind, StringComparer.Ordinal).ThenBy(row => row.Name, StringComparer.Ordinal)];

    /// <summary>
    /// Whether a name was met whose number no tool could be told. Scripts may have written such a number into files: only another run,
    /// with all numbers known, gives the tree that every later build will give.
    /// </summary>
    public bool HasMetOthers { get; private set; }

    /// <summary>Which number each user and group is to have that scripts made.</summary>
    /// <exception cref="EzException">Usage: the number that one is to have is another's in the system below.</exception>
    public Renumbering Settle(AccountText before, AccountText after)
    {
        var told = Known;
        Seen = [.. Seen, .. after.NewSince(before)];
        var numbers = Choose(before, after);
        HasMetOthers |= after.MadeSince(before).Any(row => told.Find(row.Kind, row.Name) is null && Known.Find(row.Kind, row.Name) != row);
        return numbers;
    }

    /// <summary>As <see cref="Settle"/>, of those that no script has seen yet with the numbers that they have now.</summary>
    /// <exception cref="EzException">Usage: the number that one is to have is another's in the system below.</exception>
    public Renumbering Choose(AccountText before, AccountText after)
    {
        var made = after.MadeSince(before);
        var unknown = made.Where(row => Known.Find(row.Kind, row.Name) is null).ToImmutableArray();
        if (!unknown.IsEmpty)
        {
            Known = Known.With(source.Number(unknown, before));
        }

        var wanted = made.Select(row => (Made: row, Row: Known.Find(row.Kind, row.Name)!)).ToList();
        foreach (var (_, row) in wanted)
        {
            if (before.Rows.FirstOrDefault(other => other.Kind == row.Kind && other.Number == row.Number) is { } holder)
            {
                throw new EzException(
                    FailureKind.Usage,
                    $"cannot configure `{subject}`: its {row.Kind} `{row.Name}` is to have number {row.Number}, which `{holder.Name}` has in the system below",
                    "both numbers are to come from one table of ids beside the OS recipe: take the row out of the lock, and build again");
            }
        }

        _made.AddRange(wanted.Select(pair => pair.Row));
        return new Renumbering([.. wanted.Select(pair => (pair.Made, pair.Row.Number))]);
    }
}
