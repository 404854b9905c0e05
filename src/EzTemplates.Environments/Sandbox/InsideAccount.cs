using System.Collections.Immutable;
using System.Globalization;
using EzTemplates.Domain;

namespace EzTemplates.Environments;

/// <summary>
/// Who a command runs as, by the environment's own passwd and group texts (passwd(5), group(5)). The host's databases, and the
/// C library's functions that read them, have no say.
/// </summary>
internal sealed record InsideAccount(string Name, uint Uid, uint Gid, ImmutableArray<uint> Groups, string Home, string Shell)
{
    private const string DefaultShell = "/bin/sh";

    /// <exception cref="EzException">Environment: no such user or group inside.</exception>
    public static InsideAccount Resolve(string? spec, string passwd, string group)
    {
        var (user, groupName) = (spec ?? "root").Split(':', 2) is [var first, var second] ? (first, second) : (spec ?? "root", null);
        var rows = Rows(passwd, 7);
        var row = rows.FirstOrDefault(r => r[0] == user) ?? (TryNumber(user, out var asked) ? rows.FirstOrDefault(r => TryNumber(r[2], out var uid) && uid == asked) : null);
        var account = row is not null && TryNumber(row[2], out var ownUid) && TryNumber(row[3], out var ownGid)
            ? new InsideAccount(row[0], ownUid, ownGid, [], row[5].Length > 0 ? row[5] : "/", row[6].Length > 0 ? row[6] : DefaultShell)
            : WithoutRow(user);
        var groups = Rows(group, 4);
        if (groupName is not null)
        {
            return account with { Gid = GroupNumber(groupName, groups), Groups = [] };
        }

        var member = new SortedSet<uint>();
        foreach (var one in groups)
        {
            if (one[3].Split(',').Contains(account.Name, StringComparer.Ordinal) && TryNumber(one[2], out var gid) && gid != account.Gid)
            {
                member.Add(gid);
            }
        }

        return account with { Groups = [.. member] };
    }

    private static InsideAccount WithoutRow(string user) => user switch
    {
        "root" or "0" => new InsideAccount("root", 0, 0, [], "/root", DefaultShell),
        _ when TryNumber(user, out var number) => new InsideAccount(user, number, number, [], "/", DefaultShell),
        _ => throw new EzException(FailureKind.Environment, $"there is no user `{user}` in the environment's /etc/passwd", "give a number: --user UID:GID"),
    };

    private static uint GroupNumber(string name, List<string[]> groups) =>
        groups.FirstOrDefault(r => r[0] == name) is { } row && TryNumber(row[2], out var gid) ? gid
        : TryNumber(name, out var number) ? number
        : throw new EzException(FailureKind.Environment, $"there is no group `{name}` in the environment's /etc/group", "give a number: --user UID:GID");

    private static List<string[]> Rows(string text, int fields) =>
        [.. text.Split('\n').Select(line => line.Split(':')).Where(row => row.Length >= fields && row[0].Length > 0)];

    // -1 means "leave as it is" to setresuid(2), so it is nobody's number.
    private static bool TryNumber(string text, out uint number) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number != uint.MaxValue;
}
