namespace EzTemplates.Domain.Merging;

/// <summary>
/// The files that hold the state of the whole system in one piece, and how each is merged: a private copy of one would hide all that a
/// new version says in it.
/// </summary>
public static class StateMerge
{
    private const string Shells = "shell";

    /// <summary>deb-triggers(5): some files, and one for each trigger that has a name.</summary>
    public static TreePath Triggers { get; } = TreePath.Parse("/var/lib/dpkg/triggers");

    /// <summary>One file a name: update-alternatives(1).</summary>
    public static TreePath Alternatives { get; } = TreePath.Parse("/var/lib/dpkg/alternatives");

    private static readonly LineFormat Interests = new("interest", line => line.Split('/')[0] is { Length: > 0 } package ? package : null);

    private static readonly Dictionary<string, StateFormat> Files = new(StringComparer.Ordinal)
    {
        ["/etc/passwd"] = new ColonFormat(
            "user",
            [("name", default), ("password", FieldRule.Secret), ("uid", default), ("gid", default), ("comment", default), ("home", default), (Shells, default)],
            2,
            "usermod --uid NUMBER"),
        ["/etc/group"] = new ColonFormat("group", [("name", default), ("password", FieldRule.Secret), ("gid", default), ("members", FieldRule.Members)], 2, "groupmod --gid NUMBER"),

        // The day of a change is that of the version's snapshot, for every user; it says nothing beside a password that somebody set.
        ["/etc/shadow"] = new ColonFormat("user",
        [
            ("name", default), ("password", FieldRule.Secret), ("day of change", FieldRule.OwnWins), ("minimum age", default), ("maximum age", default),
            ("warning", default), ("inactivity", default), ("expiry", default), ("reserved field", default),
        ]),
        ["/etc/gshadow"] = new ColonFormat("group", [("name", default), ("password", FieldRule.Secret), ("administrators", FieldRule.Members), ("members", FieldRule.Members)]),
        ["/etc/subuid"] = new IdRanges("--del-subuids"),
        ["/etc/subgid"] = new IdRanges("--del-subgids"),
        ["/etc/shells"] = LineFormat.Whole(Shells),
        ["/var/lib/shells.state"] = LineFormat.Whole(Shells),
        ["/var/lib/dpkg/status"] = new DpkgStatus(),
        ["/var/lib/dpkg/diversions"] = new Diversions(),
        ["/var/lib/dpkg/statoverride"] = LineFormat.KeyedByRest("override", 3),
        ["/var/lib/dpkg/triggers/File"] = new LineFormat("interest", line => line.LastIndexOf(' ') is > 0 and var at && at < line.Length - 1 ? line[..at] + line[at..].Split('/')[0] : null),
        ["/var/lib/dpkg/triggers/Unincorp"] = new AwaitedTriggers(),
        ["/var/lib/apt/extended_states"] = new ExtendedStates(),
        ["/var/cache/debconf/config.dat"] = new DebconfDatabase(DebconfSide.Private),
        ["/var/cache/debconf/passwords.dat"] = new DebconfDatabase(DebconfSide.Private),
        ["/var/cache/debconf/templates.dat"] = new DebconfDatabase(DebconfSide.Next),
        ["/var/lib/ucf/hashfile"] = LineFormat.KeyedByRest("hash", 1),
        ["/var/lib/ucf/registry"] = LineFormat.KeyedByRest("registration", 1),
    };

    /// <summary>Folders that hold such files.</summary>
    public static IEnumerable<TreePath> Places { get; } =
        [.. Files.Keys.Select(file => TreePath.Parse(file).Parent).Append(Triggers).Append(Alternatives).Distinct().Order()];

    public static bool Contains(TreePath path) => Files.ContainsKey(path.Latin1) || IsNamedTrigger(path) || path.Parent == Alternatives;

    /// <summary>Of a path that <see cref="Contains"/>.</summary>
    public static MergeOutcome Merge(TreePath path, ThreeTexts texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return path.Parent == Alternatives ? AlternativeMerge.Merge(texts)
            : IsNamedTrigger(path) ? Interests.Merge(texts)
            : Files[path.Latin1].Merge(texts);
    }

    /// <summary>deb-triggers(5): a file a trigger that has a name; <c>Lock</c> is empty, and there for its lock.</summary>
    private static bool IsNamedTrigger(TreePath path) => path.Parent == Triggers && path.Name != "Lock" && !Files.ContainsKey(path.Latin1);
}
