using EzTemplates.Domain;

namespace EzTemplates.Environments;

/// <summary>
/// Files that hold the state of the whole system in one piece: a private copy of one hides all that a new version says in it, so
/// where both sides changed, it would have to be merged.
/// </summary>
public static class WholeStateFiles
{
    private static readonly HashSet<string> Files = new(StringComparer.Ordinal)
    {
        // passwd(5), group(5), shadow(5), gshadow(5), subuid(5), shells(5): users and shells that packages add.
        "/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow", "/etc/subuid", "/etc/subgid", "/etc/shells",

        // dpkg(1), dpkg-divert(1), dpkg-statoverride(1), apt-mark(8): what is installed.
        "/var/lib/dpkg/status", "/var/lib/dpkg/diversions", "/var/lib/dpkg/statoverride", "/var/lib/apt/extended_states",
    };

    // One file a trigger or an alternative, all in one folder: deb-triggers(5), update-alternatives(1).
    private static readonly string[] Folders = ["/var/lib/dpkg/triggers", "/var/lib/dpkg/alternatives"];

    public static bool Contains(TreePath path) =>
        Files.Contains(path.Latin1) || Array.IndexOf(Folders, path.Parent.Latin1) >= 0;

    /// <summary>Folders that hold such files.</summary>
    internal static IEnumerable<TreePath> Places =>
        Files.Select(file => TreePath.Parse(file).Parent).Concat(Folders.Select(folder => TreePath.Parse(folder))).Distinct();
}
