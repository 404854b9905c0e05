using System.Globalization;
using EzTemplates.Domain;

namespace EzTemplates.Formats.Ids;

/// <summary>
/// passwd(5), group(5), shadow(5) and gshadow(5) of a tree, bytes as chars; an empty one is not there yet. Users and groups are added to them as
/// systemd-sysusers(8) adds them.
/// </summary>
public sealed record AccountFiles(string Passwd, string Group, string Shadow, string GroupShadow)
{
    private const string NoPassword = "!*";
    private const string NoLogin = "/usr/sbin/nologin";
    private const uint LastOfSystem = 999;

    // Both make an id that is no id (-1), in 16 and in 32 bits.
    private static readonly uint[] NoNumbers = [ushort.MaxValue, uint.MaxValue];

    /// <summary>Makes those that lines ask for and that are not there: all groups, then all users, then who belongs to which group.</summary>
    /// <param name="day">Since 1970, on which the passwords were changed.</param>
    public AccountFiles With(IReadOnlyCollection<SysusersLine> lines, long day)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var making = new Making(this, day);
        foreach (var group in lines.OfType<SysusersLine.Group>())
        {
            making.Group(group.Name, group.Wanted);
        }

        foreach (var user in lines.OfType<SysusersLine.User>())
        {
            making.User(user);
        }

        foreach (var member in lines.OfType<SysusersLine.Member>())
        {
            making.User(new SysusersLine.User(member.Name, null));
            making.Group(member.Of, null);
            making.Join(member);
        }

        return making.Files;
    }

    private sealed class Making
    {
        private readonly string _day;
        private readonly Dictionary<string, uint> _users = new(StringComparer.Ordinal);
        private readonly Dictionary<string, uint> _groups = new(StringComparer.Ordinal);
        private readonly HashSet<uint> _takenByUsers;
        private readonly HashSet<uint> _takenByGroups;

        public Making(AccountFiles files, long day)
        {
            (Files, _day) = (files, day.ToString(CultureInfo.InvariantCulture));
            var rows = new AccountText(files.Passwd, files.Group).Rows;
            foreach (var row in rows)
            {
                _ = (row.Kind == LockedId.User ? _users : _groups).TryAdd(row.Name, row.Number);
            }

            _takenByUsers = [.. NoNumbers, .. rows.Where(row => row.Kind == LockedId.User).Select(row => row.Number)];
            _takenByGroups = [.. NoNumbers, .. rows.Where(row => row.Kind == LockedId.Group).Select(row => row.Number)];
        }

        public AccountFiles Files { get; private set; }

        public uint Group(string name, uint? wanted)
        {
            if (_groups.TryGetValue(name, out var there))
            {
                return there;
            }

            var number = wanted is { } asked && _takenByGroups.Add(asked) ? asked : Pick();
            _groups.Add(name, number);
            _ = _takenByGroups.Add(number);
            Files = Files with { Group = Added(Files.Group, name, "x", Text(number), ""), GroupShadow = Added(Files.GroupShadow, name, NoPassword, "", "") };
            return number;
        }

        public void User(SysusersLine.User user)
        {
            if (_users.ContainsKey(user.Name))
            {
                return;
            }

            // A user without a number of its own has its group's.
            var group = user.Primary is null ? Group(user.Name, user.Wanted)
                : uint.TryParse(user.Primary, NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? asked : Group(user.Primary, null);
            var number = user.Wanted is { } wanted && _takenByUsers.Add(wanted) ? wanted
                : user.Primary is null && _takenByUsers.Add(group) ? group : Pick();
            _users.Add(user.Name, number);
            _ = _takenByUsers.Add(number);
            Files = Files with
            {
                Passwd = Added(Files.Passwd, user.Name, "x", Text(number), Text(group), user.Comment, user.Home is "" ? "/" : user.Home, user.Shell is "" ? NoLogin : user.Shell),
                Shadow = Added(Files.Shadow, user.Name, NoPassword, _day, "", "", "", "", user.IsLocked ? "1" : "", ""),
            };
        }

        public void Join(SysusersLine.Member member) => Files = Files with { Group = Joined(Files.Group, member), GroupShadow = Joined(Files.GroupShadow, member) };

        /// <summary>From the last number of a system's own downward, as tools do; which one it is to have in the end is decided elsewhere.</summary>
        private uint Pick()
        {
            var number = LastOfSystem;
            while (_takenByUsers.Contains(number) || _takenByGroups.Contains(number))
            {
                number = number is > 100 and <= LastOfSystem ? number - 1 : Math.Max(number, LastOfSystem) + 1;
            }

            return number;
        }

        private static string Text(uint number) => number.ToString(CultureInfo.InvariantCulture);

        private static string Added(string text, params string[] fields) => (text is "" or [.., '\n'] ? text : text + "\n") + string.Join(':', fields) + "\n";

        /// <summary>A group's last field names its members.</summary>
        private static string Joined(string text, SysusersLine.Member member) => string.Join('\n', text.Split('\n').Select(line =>
        {
            var row = line.Split(':');
            if (row.Length != 4 || row[0] != member.Of || row[3].Split(',').Contains(member.Name, StringComparer.Ordinal))
            {
                return line;
            }

            row[3] = row[3] == "" ? member.Name : $"{row[3]},{member.Name}";
            return string.Join(':', row);
        }));
    }
}
