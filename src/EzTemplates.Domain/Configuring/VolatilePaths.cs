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

    public static bool Contains(TreePath path) =>
        Passing.Any(folder => path != folder && path.IsAtOrBelow(folder))
        || Files.Contains(path.Latin1)
        || path.Name is "rpmdb.sqlite-shm" or "rpmdb.sqlite-wal"
        || (path.Name.EndsWith(".log", StringComparison.Ordinal) && path.IsAtOrBelow(TreePath.Parse("/var/log")))
        || (path.Name.EndsWith("-old", StringComparison.Ordinal) && Backups.Any(folder => path.IsAtOrBelow(TreePath.Parse(folder))));
}
