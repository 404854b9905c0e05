using EzTemplates.Store.Native;

namespace EzTemplates.Operations;

/// <summary>Whether limits could be set: controllers that this process may make groups of (cgroups(7)).</summary>
internal static class CgroupChecks
{
    private const string Check = "cgroups";
    private const string Hint = "systemd-run --user --scope -p Delegate=yes ez ..., or as root: systemctl set-property user@UID.service Delegate=yes";
    private static readonly string[] Wanted = ["cpu", "memory", "pids"];

    public static DoctorFinding Run() => ExamineHost.Guarded(Check, () =>
    {
        var mounts = CgroupMounts();
        var own = File.ReadAllLines("/proc/self/cgroup").Select(line => line.Split(':', 3)).ToList();
        var (version, usable) = mounts.Find(mount => mount.FileSystem == "cgroup2") is { Point: { } unified } && OfUnified(unified, own) is { Count: > 0 } controllers
            ? ("v2", controllers)
            : ("v1", OfSeparate(mounts, own));
        var missing = Wanted.Except(usable, StringComparer.Ordinal).ToList();
        return missing.Count == 0
            ? DoctorFinding.Ok(Check, $"{version}: {string.Join(", ", Wanted)} can be limited")
            : DoctorFinding.Warning(Check, $"{string.Join(", ", missing)} cannot be limited: no such group of this user's, neither of v2 nor of v1", Hint);
    });

    private static List<string> OfUnified(string point, List<string[]> own)
    {
        var group = own.Find(row => row is ["0", "", _])?[2];
        var folder = point + group?.TrimEnd('/');
        var controllers = Path.Combine(folder, "cgroup.controllers");
        return group is not null && File.Exists(controllers) && MayMakeIn(folder) ? [.. File.ReadAllText(controllers).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)] : [];
    }

    private static List<string> OfSeparate(List<(string Point, string FileSystem)> mounts, List<string[]> own) =>
    [
        .. own.Where(row => row.Length == 3).SelectMany(row => row[1].Split(',').Select(controller => (Controller: controller, Group: row[2])))
            .Where(row => mounts.Exists(mount => mount.FileSystem == "cgroup" && mount.Point.Split('/')[^1].Split(',').Contains(row.Controller)
                && MayMakeIn(mount.Point + row.Group.TrimEnd('/'))))
            .Select(row => row.Controller),
    ];

    private static bool MayMakeIn(string folder) => Directory.Exists(folder) && Libc.MayWrite(folder);

    private static List<(string Point, string FileSystem)> CgroupMounts() =>
    [
        .. File.ReadLines("/proc/self/mounts").Select(line => line.Split(' ')).Where(words => words.Length > 2 && words[2].StartsWith("cgroup", StringComparison.Ordinal))
            .Select(words => (words[1], words[2])),
    ];
}
