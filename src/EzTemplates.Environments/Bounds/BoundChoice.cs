namespace EzTemplates.Environments;

/// <summary>
/// Chooses what bounds scripts, the best first: a group of version 2 for both, one of version 1 for each, limits of processes. Looks, and
/// changes nothing.
/// </summary>
internal static class BoundChoice
{
    public const string ProcessController = "pids";
    public const string MemoryController = "memory";
    private const string HostMap = "0 0 4294967295";

    private static readonly string[] Both = [ProcessController, MemoryController];

    public static ScriptBounds Of(BoundGround ground) => Of(ground, Environment.ProcessId);

    /// <param name="own">This process, as the group's list of processes has it.</param>
    public static ScriptBounds Of(BoundGround ground, int own)
    {
        var mounts = MountTable.Parse(ground.Mounts);
        if (FindUnified(ground, mounts, own) is { } unified)
        {
            return new ScriptBounds(unified, unified);
        }

        return new ScriptBounds(
            FindSeparate(ground, mounts, ProcessController) ?? (CountsProcesses(ground) ? new BoundPlace.ProcessLimit() : (BoundPlace)new BoundPlace.Nothing()),
            FindSeparate(ground, mounts, MemoryController) ?? (BoundPlace)new BoundPlace.ProcessLimit());
    }

    /// <summary>
    /// RLIMIT_NPROC is nothing to the host's root (copy_process, kernel/fork.c), and counts for each user namespace since Linux 5.14. An
    /// ordinary user's scripts run in one.
    /// </summary>
    private static bool CountsProcesses(BoundGround ground) => ground.UserId != 0 || string.Join(' ', ground.UserMap.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)) != HostMap;

    /// <summary>From this process's own group upwards: whoever moves a process must be able to write to all groups from the common one down.</summary>
    private static BoundPlace.Unified? FindUnified(BoundGround ground, IReadOnlyList<MountPoint> mounts, int own)
    {
        foreach (var mount in mounts.Where(mount => mount.FileSystem == "cgroup2"))
        {
            if (FolderOf(mount, Above(OwnGroup(ground.OwnGroups, ""))) is not { } folder)
            {
                continue;
            }

            for (var at = folder; at.Length >= mount.Point.Length; at = Path.GetDirectoryName(at) ?? "")
            {
                if (ground.Look(at) is { IsOurs: true } group && WayIn(group, own) is { } way)
                {
                    return new BoundPlace.Unified(at, way);
                }
            }
        }

        return null;
    }

    /// <summary>The group that this process was in before it, or its caller, went into one of its own (<see cref="UnifiedWay.LeaveAndEnable"/>).</summary>
    private static string? Above(string? group) => group?.IndexOf("/" + GroupFolders.OwnPrefix, StringComparison.Ordinal) is { } at and >= 0 ? group[..at] + (at == 0 ? "/" : "") : group;

    private static UnifiedWay? WayIn(GroupFolder group, int own) =>
        group.Gives(Both) ? UnifiedWay.Enabled
        : !group.CouldGive(Both) ? null
        : group.IsRoot || group.IsEmpty ? UnifiedWay.Enable
        : group.HoldsOnly(own) ? UnifiedWay.LeaveAndEnable
        : null;

    private static BoundPlace.Separate? FindSeparate(BoundGround ground, IReadOnlyList<MountPoint> mounts, string controller)
    {
        foreach (var mount in mounts.Where(mount => mount.FileSystem == "cgroup" && mount.Options.Split(',').Contains(controller)))
        {
            if (FolderOf(mount, OwnGroup(ground.OwnGroups, controller)) is { } folder && ground.Look(folder) is { IsOurs: true })
            {
                return new BoundPlace.Separate(folder);
            }
        }

        return null;
    }

    /// <summary><c>4:memory:/path</c>; version 2's is <c>0::/path</c>.</summary>
    private static string? OwnGroup(string text, string controller) =>
        text.Split('\n').Select(line => line.Split(':', 3)).FirstOrDefault(row => row.Length == 3 && row[1].Split(',').Contains(controller))?[2];

    /// <summary>Null for a group that is not below what is mounted there (cgroup_namespaces(7)).</summary>
    private static string? FolderOf(MountPoint mount, string? group)
    {
        if (group is null || group.StartsWith("/..", StringComparison.Ordinal))
        {
            return null;
        }

        var root = mount.Root.TrimEnd('/');
        return group == root || group.StartsWith(root + "/", StringComparison.Ordinal) ? (mount.Point + group[root.Length..]).TrimEnd('/') : null;
    }
}
