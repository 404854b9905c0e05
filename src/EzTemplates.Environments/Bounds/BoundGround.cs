using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>What the choice of a bound is made from: texts of the kernel's.</summary>
/// <param name="OwnGroups">/proc/self/cgroup.</param>
/// <param name="Mounts">/proc/self/mountinfo.</param>
/// <param name="UserMap">/proc/self/uid_map.</param>
/// <param name="UserId">Of this process.</param>
/// <param name="Look">What a group's folder is; null where there is none.</param>
internal sealed record BoundGround(string OwnGroups, string Mounts, string UserMap, uint UserId, Func<string, GroupFolder?> Look)
{
    public static BoundGround Read() => new(
        ReadOf("/proc/self/cgroup"), ReadOf("/proc/self/mountinfo"), ReadOf("/proc/self/uid_map"), Libc.EffectiveUserId, GroupFolder.TryRead);

    private static string ReadOf(string file)
    {
        try
        {
            return File.ReadAllText(file, System.Text.Encoding.Latin1);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
