using System.Collections.Immutable;
using System.Globalization;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;

namespace EzTemplates.Formats.Ids;

/// <summary>The users and groups of a tree: <c>/etc/passwd</c> and <c>/etc/group</c>, bytes as chars (passwd(5), group(5)).</summary>
public sealed record AccountText(string Passwd, string Group)
{
    private const int NumberField = 2;
    private const int PrimaryGroupField = 3;

    public ImmutableArray<LockedId> Rows { get; } = [.. Read(Passwd, LockedId.User), .. Read(Group, LockedId.Group)];

    /// <summary>The names that came since, whoever chose their numbers, and those that have the number of another too.</summary>
    public ImmutableArray<LockedId> NewSince(AccountText before)
    {
        ArgumentNullException.ThrowIfNull(before);
        var names = before.Rows.Select(row => (row.Kind, row.Name)).ToHashSet();
        return [.. Rows.Where(row => !names.Contains((row.Kind, row.Name)))];
    }

    /// <summary>
    /// The names that came since, with numbers that a tool has picked. Of several names with one number the first stands for it; a
    /// further name of somebody who was there before is none of them.
    /// </summary>
    public ImmutableArray<LockedId> MadeSince(AccountText before)
    {
        ArgumentNullException.ThrowIfNull(before);
        var names = before.Rows.Select(row => (row.Kind, row.Name)).ToHashSet();
        var numbers = before.Rows.Select(row => (row.Kind, row.Number)).ToHashSet();
        return [.. Rows.Where(row => !names.Contains((row.Kind, row.Name)) && IdTable.IsPicked(row.Kind, row.Number) && IdTable.IsName(row.Name) && numbers.Add((row.Kind, row.Number)))];
    }

    /// <summary>A passwd file, or the backup of one, with other numbers.</summary>
    public static string RenumberPasswd(string text, Renumbering numbers) => Renumber(Renumber(text, NumberField, numbers.User), PrimaryGroupField, numbers.Group);

    public static string RenumberGroup(string text, Renumbering numbers) => Renumber(text, NumberField, numbers.Group);

    private static IEnumerable<LockedId> Read(string text, string kind) => text.Split('\n').Select(line => line.Split(':'))
        .Where(row => row.Length > NumberField && row[0].Length > 0)
        .Select(row => TryNumber(row[NumberField]) is { } number ? new LockedId(kind, row[0], number) : null)
        .OfType<LockedId>();

    private static string Renumber(string text, int field, Func<uint, uint> numberOf) => string.Join('\n', text.Split('\n').Select(line =>
    {
        var row = line.Split(':');
        if (row.Length <= field || TryNumber(row[field]) is not { } number || numberOf(number) is var wanted && wanted == number)
        {
            return line;
        }

        row[field] = wanted.ToString(CultureInfo.InvariantCulture);
        return string.Join(':', row);
    }));

    private static uint? TryNumber(string text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
