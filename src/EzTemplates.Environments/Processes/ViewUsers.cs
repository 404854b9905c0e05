using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>Finds the processes that live in a mounted view, by what /proc says of them; any mount namespace counts.</summary>
internal static class ViewUsers
{
    /// <summary>Processes whose root or working directory is on the view, that hold a file of it open, or run or map one.</summary>
    public static ImmutableArray<int> Holding(MountPoint view) =>
        [.. ProcessIds().Where(pid => IsOn(Of(pid, "root/."), view.Device) || IsOn(Of(pid, "cwd/."), view.Device)
            || HasOpen(pid, view) || Maps(pid, view.Point))];

    /// <summary>
    /// What other mount namespaces than ours have mounted below a folder, each with a process of such a one. A namespace of another
    /// user namespace does not count: it was made with a copy of each mount, and nobody in it can enter this store.
    /// </summary>
    public static Dictionary<string, int> MountsElsewhere(string folder)
    {
        var (ours, users) = (Target("/proc/self/ns/mnt"), Target("/proc/self/ns/user"));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var found = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var pid in ProcessIds())
        {
            if (Target(Of(pid, "ns/mnt")) is { } space && space != ours && seen.Add(space) && Target(Of(pid, "ns/user")) == users)
            {
                foreach (var mount in MountTable.OfProcess(pid).Where(mount => mount.Point.StartsWith(folder, StringComparison.Ordinal)))
                {
                    found.TryAdd(mount.Point, pid);
                }
            }
        }

        return found;
    }

    /// <summary>Processes of a user namespace, as far as this user may see that; what has ended and only waits to be asked for is none.</summary>
    /// <param name="name"><c>user:[4026532000]</c>.</param>
    public static ImmutableArray<int> OfUserNamespace(string name) => [.. ProcessIds().Where(pid => Target(Of(pid, "ns/user")) == name && !HasEnded(pid))];

    /// <summary>This process and those that started it, up to the first.</summary>
    public static HashSet<int> OwnLine()
    {
        var line = new HashSet<int>();
        for (var process = Environment.ProcessId; process > 0 && line.Add(process);)
        {
            process = ParentOf(process);
        }

        return line;
    }

    /// <summary><c>1234 (bash)</c>.</summary>
    public static string Describe(int pid)
    {
        try
        {
            var name = TreePath.Display(File.ReadAllText(Of(pid, "comm"), Encoding.Latin1).TrimEnd('\n'));
            return string.Create(CultureInfo.InvariantCulture, $"{pid} ({name})");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return pid.ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>0 where there is none, or it has gone.</summary>
    private static int ParentOf(int process)
    {
        try
        {
            // 1234 (a name) S 1 ...: the name may have anything in it.
            var line = File.ReadAllText(Of(process, "stat"), Encoding.Latin1);
            return line[(line.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var parent, ..] && int.TryParse(parent, CultureInfo.InvariantCulture, out var number) ? number : 0;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>All threads of it: the first one may have ended before others.</summary>
    private static bool HasEnded(int pid)
    {
        try
        {
            // 1234 (a name) Z 1 ...: the name may have anything in it.
            return Directory.EnumerateDirectories(Of(pid, "task")).Select(thread => File.ReadAllText(thread + "/stat", Encoding.Latin1))
                .All(line => line[(line.LastIndexOf(')') + 1)..].TrimStart() is ['Z' or 'X', ..]);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    public static IEnumerable<int> ProcessIds() =>
        Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(pid => pid > 0 && pid != Environment.ProcessId);

    public static string Of(int pid, string file) => string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{file}");

    private static bool IsOn(string path, DeviceNumber device)
    {
        try
        {
            return Libc.TryStatus(null, path) is { } status && status.Device == device;
        }
        catch (EzException)
        {
            return false;
        }
    }

    private static bool HasOpen(int pid, MountPoint view)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"mnt_id:\t{view.Id}\n");
        try
        {
            return Directory.EnumerateFiles(Of(pid, "fdinfo")).Any(file => File.ReadAllText(file).Contains(line, StringComparison.Ordinal));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool Maps(int pid, string point)
    {
        try
        {
            return File.ReadLines(Of(pid, "maps")).Any(line => line.Contains($" {point}/", StringComparison.Ordinal));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string? Target(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
