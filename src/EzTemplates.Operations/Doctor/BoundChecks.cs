using EzTemplates.Environments;

namespace EzTemplates.Operations;

/// <summary>What bounds maintainer scripts here, while versions are configured.</summary>
internal static class BoundChecks
{
    private const string Check = "bounds";
    private const string RootHint = "in a container, a writable /sys/fs/cgroup whose own group is empty: move its processes into a group in it before ez starts";
    private const string UserHint = "systemd-run --user --scope -p Delegate=yes ez ..., or as root: systemctl set-property user@UID.service Delegate=yes";

    public static DoctorFinding Run() => ExamineHost.Guarded(Check, () => Of(ScriptBounds.OfThisProcess(), Environment.IsPrivilegedProcess ? RootHint : UserHint));

    public static DoctorFinding Of(ScriptBounds bounds, string hint)
    {
        var found = bounds.Processes == bounds.Memory && bounds.Memory is BoundPlace.Unified
            ? $"scripts' processes and memory: {Describe(bounds.Memory)}"
            : $"scripts' processes: {Describe(bounds.Processes)}; memory: {Describe(bounds.Memory)}";
        return IsGroup(bounds.Processes) && IsGroup(bounds.Memory) ? DoctorFinding.Ok(Check, found) : DoctorFinding.Warning(Check, found, hint);
    }

    private static bool IsGroup(BoundPlace place) => place is BoundPlace.Unified or BoundPlace.Separate;

    private static string Describe(BoundPlace place) => place switch
    {
        BoundPlace.Unified unified => $"bounded by control groups of version 2, in `{unified.Folder}`",
        BoundPlace.Separate separate => $"bounded by control groups of version 1, in `{separate.Folder}`",
        BoundPlace.ProcessLimit => "bounded for each process or user only (setrlimit), since this user may make no control groups",
        _ => "not bounded, since no control groups may be made, and nothing else counts root's",
    };
}
