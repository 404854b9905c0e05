using System.Globalization;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>A control group as its folder shows it. The texts are version 2's; a group of version 1 has none of them.</summary>
/// <param name="Controllers">Those that it may give to groups in it.</param>
/// <param name="Enabled">Those that it does give to them.</param>
/// <param name="Processes">Those that are in it itself.</param>
/// <param name="IsRoot">The very root of the hierarchy, not of a container's part of it.</param>
/// <param name="IsOurs">Whether this user may make groups in it, and put processes into those.</param>
internal sealed record GroupFolder(string Controllers, string Enabled, string Processes, bool IsRoot, bool IsOurs)
{
    private static readonly char[] Between = [' ', '\n'];

    public static GroupFolder? TryRead(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return null;
        }

        var list = Path.Combine(folder, "cgroup.procs");
        return new GroupFolder(
            TextOf(folder, "cgroup.controllers"),
            TextOf(folder, "cgroup.subtree_control"),
            TextOf(folder, "cgroup.procs"),
            !File.Exists(Path.Combine(folder, "cgroup.type")),
            Libc.MayWrite(folder) && Libc.MayWrite(list));
    }

    public bool Gives(IEnumerable<string> controllers) => controllers.All(Words(Enabled).Contains);

    public bool CouldGive(IEnumerable<string> controllers) => controllers.All(Words(Controllers).Contains);

    public bool IsEmpty => Words(Processes).Length == 0;

    public bool HoldsOnly(int process) => Words(Processes) is [var only] && only == process.ToString(CultureInfo.InvariantCulture);

    private static string[] Words(string text) => text.Split(Between, StringSplitOptions.RemoveEmptyEntries);

    private static string TextOf(string folder, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, file));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
