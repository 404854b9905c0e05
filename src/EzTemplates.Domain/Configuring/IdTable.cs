using System.Collections.Immutable;

namespace EzTemplates.Domain.Configuring;

/// <summary>
/// Which number each user and group of a system has, whatever order its packages are configured in. Rows are only ever added: a number
/// belongs to one name for good.
/// </summary>
public sealed class IdTable
{
    // Tools that are left to themselves give system users numbers from 100 upward (adduser) or from 999 downward (useradd,
    // systemd-sysusers), and people numbers from 1000 upward. From here on a template's numbers hardly ever meet those that an
    // environment's own users have, nor those that a tool picks for a name that no table has yet.
    private const uint FirstOfSystem = 200;
    private const uint LastOfSystem = 999;
    private const uint FirstOfPeople = 2000;

    private readonly Dictionary<(string Kind, string Name), LockedId> _names = [];
    private readonly Dictionary<(string Kind, uint Number), LockedId> _numbers = [];

    private IdTable(ImmutableArray<LockedId> rows)
    {
        Rows = rows;
        foreach (var row in rows)
        {
            _names.Add((row.Kind, row.Name), row);
            _numbers.Add((row.Kind, row.Number), row);
        }
    }

    public static IdTable Empty { get; } = new([]);

    /// <summary>In the order in which they were added.</summary>
    public ImmutableArray<LockedId> Rows { get; }

    /// <summary>
    /// Whether a number is one that a tool picks (Debian Policy 9.2.2): others belong to base-passwd, or were asked for in so many words. The group
    /// <c>users</c> is base-passwd's, and has a number that tools would pick.
    /// </summary>
    public static bool IsPicked(string kind, uint number) => number is >= 100 and < 60_000 && !(kind == LockedId.Group && number == 100);

    /// <summary>Printable ASCII without what separates fields in passwd(5) and group(5).</summary>
    public static bool IsName(ReadOnlySpan<char> name) => name.Length is > 0 and <= 256 && !name.ContainsAnyExceptInRange('!', '~') && !name.ContainsAny(":,/");

    public LockedId? Find(string kind, string name) => _names.GetValueOrDefault((kind, name));

    /// <summary>The row of this table beside which another cannot stand: of the same name with another number, or of the same number with another name.</summary>
    public LockedId? Against(LockedId row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return Find(row.Kind, row.Name) is { } same && same != row ? same
            : _numbers.GetValueOrDefault((row.Kind, row.Number)) is { } holder && holder != row ? holder : null;
    }

    /// <summary>With those rows that it lacks; no row may stand against another.</summary>
    public IdTable With(IEnumerable<LockedId> rows)
    {
        var added = rows.Where(row => Find(row.Kind, row.Name) != row).Distinct().ToList();
        return added.Count == 0 ? this : new IdTable([.. Rows, .. added]);
    }

    /// <summary>
    /// Numbers for names that the table lacks: name by name, so that the order in which scripts made them does not matter, the first that
    /// neither a user nor a group has. A user and a group of one name have one number, where that is free.
    /// </summary>
    /// <param name="made">With the numbers that they were given by a tool, which say what kind of number each is to have.</param>
    /// <param name="isTaken">Whether the system has a user or a group with a number already.</param>
    /// <exception cref="EzException">Usage: there is no number left.</exception>
    public ImmutableArray<LockedId> Number(IEnumerable<LockedId> made, Func<string, uint, bool> isTaken)
    {
        ArgumentNullException.ThrowIfNull(isTaken);
        var numbered = ImmutableArray.CreateBuilder<LockedId>();
        bool IsFreeOf(string kind, uint number) => !isTaken(kind, number) && !_numbers.ContainsKey((kind, number));
        bool IsFree(uint number) => IsFreeOf(LockedId.User, number) && IsFreeOf(LockedId.Group, number) && !numbered.Any(row => row.Number == number);
        foreach (var name in made.GroupBy(row => row.Name).OrderBy(name => name.Key, StringComparer.Ordinal))
        {
            var known = Find(LockedId.User, name.Key) ?? Find(LockedId.Group, name.Key);
            var number = known is not null && name.All(row => IsFreeOf(row.Kind, known.Number)) ? known.Number
                : FirstFree(name.Any(row => row.Number > LastOfSystem), IsFree) ?? throw new EzException(
                    FailureKind.Usage,
                    $"there is no number left for the {name.First().Kind} `{name.Key}`",
                    "leave a package out that makes users (`exclude:`), or start a new OS recipe with a table of its own");
            numbered.AddRange(name.OrderByDescending(row => row.Kind, StringComparer.Ordinal).Select(row => row with { Number = number }));
        }

        return numbered.ToImmutable();
    }

    private static uint? FirstFree(bool ofPeople, Predicate<uint> isFree)
    {
        var (first, last) = ofPeople ? (FirstOfPeople, 59_999u) : (FirstOfSystem, LastOfSystem);
        for (var number = first; number <= last; number++)
        {
            if (isFree(number))
            {
                return number;
            }
        }

        return null;
    }
}
