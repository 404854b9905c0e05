using System.Text.RegularExpressions;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;

namespace EzTemplates.Formats.Ids;

/// <summary>How the tools that make users are told which numbers names are to have, each in its own configuration. Texts are bytes as chars.</summary>
public static partial class NumberedTools
{
    /// <summary>adduser.conf(5).</summary>
    public static TreePath AdduserConfiguration { get; } = TreePath.Parse("/etc/adduser.conf");

    public static TreePath UserPool { get; } = TreePath.Parse("/var/lib/dpkg/.ez-ids/users");

    public static TreePath GroupPool { get; } = TreePath.Parse("/var/lib/dpkg/.ez-ids/groups");

    /// <summary>Added to <see cref="AdduserConfiguration"/>: the last word about a setting counts.</summary>
    public static string PoolSettings { get; } = $"\nUID_POOL={UserPool}\nGID_POOL={GroupPool}\n";

    /// <summary>Where a file says whom systemd-sysusers is to make (sysusers.d(5)).</summary>
    public static bool IsSysusers(TreePath path) => path.Parent.Latin1 is "/usr/lib/sysusers.d" or "/etc/sysusers.d" && path.Name.EndsWith(".conf", StringComparison.Ordinal);

    /// <summary>A pool as adduser reads it, which knows fewer names than the system does.</summary>
    public static string Pool(IdTable table, string kind)
    {
        ArgumentNullException.ThrowIfNull(table);
        return string.Concat(table.Rows.Where(row => row.Kind == kind && PoolName().IsMatch(row.Name)).Select(row => $"{row.Name}:{row.Number}\n"));
    }

    /// <summary>A file of sysusers.d with numbers for those names that it leaves to the tool.</summary>
    public static string WithNumbers(string sysusers, IdTable table) => SysusersLine().Replace(sysusers, line =>
    {
        var kind = line.Groups["kind"].Value == "g" ? LockedId.Group : LockedId.User;
        return table.Find(kind, line.Groups["name"].Value) is { } row ? $"{line.Groups["start"]}{row.Number}" : line.Value;
    });

    [GeneratedRegex("^[_a-zA-Z0-9-]+$")]
    private static partial Regex PoolName();

    // The number is `-` or absent (a name alone), or the number of `-:GROUP`.
    [GeneratedRegex(@"^(?<start>[ \t]*(?<kind>[ug])!?[ \t]+(?<name>[^ \t\n""%]+)[ \t]+)-(?=[ \t\n:]|$)", RegexOptions.Multiline)]
    private static partial Regex SysusersLine();
}
