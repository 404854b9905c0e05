using System.Globalization;
using EzTemplates.Domain;

namespace EzTemplates.Formats.Dpkg;

/// <summary>What an administrator, or a package, has a path's owner and mode be, whatever the package that brings it says.</summary>
public sealed record StatOverride(uint Uid, uint Gid, int Mode);

/// <summary>
/// The overrides of a tree (dpkg-statoverride(1)). They are for paths as packages name them: of a diverted file its own path counts, not
/// the one that it is unpacked at.
/// </summary>
public sealed class StatOverrides
{
    private const int Octal = 8;
    private const int MostMode = 0b111_111_111_111;

    private readonly Dictionary<TreePath, StatOverride> _rows = [];

    private StatOverrides()
    {
    }

    /// <param name="text">Of <c>/var/lib/dpkg/statoverride</c>, bytes as chars: <c>USER GROUP MODE PATH</c> a line; <c>#7</c> is a number.</param>
    /// <param name="settle">Where a path lies once the links on its way are followed.</param>
    /// <exception cref="EzException">Environment: a user or group that the tree does not have, at which dpkg gives up too.</exception>
    public static StatOverrides Read(string text, AccountTable users, AccountTable groups, Func<TreePath, TreePath> settle)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(users);
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(settle);
        var read = new StatOverrides();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split(' ', 4) is not [var user, var group, var mode, var name] || !TreePath.TryParse(name, out var path) || Mode(mode) is not { } bits)
            {
                throw Broken(line, "is no `USER GROUP MODE PATH`");
            }

            read._rows[settle(path)] = new StatOverride(
                Number(user, users) ?? throw Broken(line, $"names the user `{user}`, who is not in the tree's /etc/passwd"),
                Number(group, groups) ?? throw Broken(line, $"names the group `{group}`, which is not in the tree's /etc/group"),
                bits);
        }

        return read;
    }

    /// <summary>Null where the package is right.</summary>
    public StatOverride? For(TreePath path) => _rows.GetValueOrDefault(path);

    private static uint? Number(string name, AccountTable table) =>
        !name.StartsWith('#') ? table.Find(name) : uint.TryParse(name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static int? Mode(string text) =>
        text.Length is > 0 and <= 5 && text.All(c => c is >= '0' and <= '7') && Convert.ToInt32(text, Octal) is var mode and <= MostMode ? mode : null;

    private static EzException Broken(string line, string why) => new(
        FailureKind.Environment,
        $"the line `{TreePath.Display(line)}` of /var/lib/dpkg/statoverride {why}",
        "a script of a package in the OS, or of the application, has written it: dpkg-statoverride --remove PATH");
}
