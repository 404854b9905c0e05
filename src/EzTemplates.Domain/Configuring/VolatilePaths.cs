namespace EzTemplates.Domain.Configuring;

/// <summary>What scripts leave behind that is no part of a system: logs, backups of a state, caches that say when and where.</summary>
public static class VolatilePaths
{
    /// <summary>Folders of which a running system has its own content.</summary>
    private static readonly TreePath[] Passing = [.. ((string[])["/dev", "/proc", "/run", "/sys", "/tmp", "/var/tmp"]).Select(path => TreePath.Parse(path))];

    private static readonly HashSet<string> Files = new(StringComparer.Ordinal)
    {
        // ldconfig(8): inode numbers and times of change.
        "/var/cache/ldconfig/aux-cache",
    };

    private static readonly string[] Backups = ["/var/lib/dpkg", "/var/cache/debconf"];

    /// <summary>Beside each its backup, with <c>-</c> behind its name, as shadow's tools make them.</summary>
    private static readonly string[] Accounts = ["/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow", "/etc/subuid", "/etc/subgid"];

    /// <summary>What a tool keeps of a file that it has changed; nothing reads it.</summary>
    public static bool IsBackup(TreePath path) =>
        IsOld(path)
        || (path.Name.EndsWith('-') && Accounts.Any(file => path.Latin1.Length == file.Length + 1 && path.Latin1.StartsWith(file, StringComparison.Ordinal)));

    public static bool Contains(TreePath path) =>
        Passing.Any(folder => path != folder && path.IsAtOrBelow(folder))
        || Files.Contains(path.Latin1)
        || path.Name is "rpmdb.sqlite-shm" or "rpmdb.sqlite-wal"
        || (path.Name.EndsWith(".log", StringComparison.Ordinal) && path.IsAtOrBelow(TreePath.Parse("/var/log")))
        || IsOld(path);

    private static bool IsOld(TreePath path) => path.Name.EndsWith("-old", StringComparison.Ordinal) && Backups.Any(folder => path.IsAtOrBelow(TreePath.Parse(folder)));
}
