using System.Globalization;
using EzTemplates.Environments.Native;

namespace EzTemplates.Environments;

/// <summary>
/// Control groups (cgroups(7), version 1) that bound how many processes a sandbox has and how much memory they take, what they write in
/// its upper layer included. A thread is put into them, and what it starts is born there. Where this user may make none, there is no
/// bound but that of time and of the upper layer: `ez doctor` says so.
/// </summary>
internal sealed class ConfigureGroup : IDisposable
{
    private const string ProcessesFile = "pids.max";
    private const string MemoryFile = "memory.limit_in_bytes";

    private readonly List<string> _folders = [];

    private const string NamePrefix = "ez-configure-";

    public static ConfigureGroup Make(ConfigureLimits limits)
    {
        var made = new ConfigureGroup();
        made.TryMake("pids", ProcessesFile, limits.Processes);
        made.TryMake("memory", MemoryFile, limits.Memory);
        return made;
    }

    /// <summary>From here on the thread, and all that it starts, counts.</summary>
    public void Take(SandboxThread thread)
    {
        var id = thread.Native.System(SystemCallNumber.GetThreadId).Value;
        foreach (var folder in _folders.ToList().Where(folder => !TryWrite(Path.Combine(folder, "tasks"), id)))
        {
            TryRemove(folder);
            _folders.Remove(folder);
        }
    }

    /// <summary>Once nothing of it runs.</summary>
    public void Dispose() => _folders.ForEach(TryRemove);

    private void TryMake(string controller, string file, long limit)
    {
        if (PlaceOf(controller) is not { } place)
        {
            return;
        }

        RemoveAbandoned(place);
        var folder = Path.Combine(place, string.Create(CultureInfo.InvariantCulture, $"{NamePrefix}{Environment.ProcessId}-{Guid.NewGuid():N}"));
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return;
        }

        if (TryWrite(Path.Combine(folder, file), limit))
        {
            _folders.Add(folder);
        }
        else
        {
            TryRemove(folder);
        }
    }

    /// <summary>This process's own group of a controller; null where there is none of version 1.</summary>
    private static string? PlaceOf(string controller)
    {
        var point = MountTable.OfThisProcess().FirstOrDefault(mount => mount.FileSystem == "cgroup" && Path.GetFileName(mount.Point).Split(',').Contains(controller))?.Point;
        var own = File.ReadLines("/proc/self/cgroup").Select(line => line.Split(':', 3)).FirstOrDefault(row => row.Length == 3 && row[1].Split(',').Contains(controller))?[2];
        return point is null || own is null ? null : Path.Combine(point, own.TrimStart('/'));
    }

    private static bool TryWrite(string file, long value)
    {
        try
        {
            File.WriteAllText(file, value.ToString(CultureInfo.InvariantCulture));
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Of an `ez` that was killed: empty, as all that was in them ended with it.</summary>
    private static void RemoveAbandoned(string place)
    {
        try
        {
            foreach (var folder in Directory.EnumerateDirectories(place, NamePrefix + "*").Where(folder => !Path.Exists("/proc/" + Path.GetFileName(folder).Split('-')[2])))
            {
                TryRemove(folder);
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // Whoever may make groups here will see to it.
        }
    }

    /// <summary>The kernel may still be taking the last thread out of it.</summary>
    private static void TryRemove(string folder)
    {
        const int mostTries = 100;
        for (var tries = 0; tries < mostTries; tries++)
        {
            try
            {
                Directory.Delete(folder);
                return;
            }
            catch (IOException) when (Directory.Exists(folder))
            {
                Thread.Sleep(tries);
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                return;
            }
        }
    }
}
