using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>
/// Where every process of the host lives, from one look at /proc: the file systems of its root and working directory, whatever its
/// mount namespace. A zombie has neither.
/// </summary>
internal sealed class ProcessPlaces
{
    private readonly Dictionary<DeviceNumber, SortedSet<int>> _processes = [];

    private ProcessPlaces()
    {
    }

    public static ProcessPlaces Look()
    {
        var places = new ProcessPlaces();
        foreach (var pid in ViewUsers.ProcessIds())
        {
            places.Note(pid, "root/.");
            places.Note(pid, "cwd/.");
        }

        return places;
    }

    public ImmutableArray<int> LivingOn(DeviceNumber view) => _processes.TryGetValue(view, out var found) ? [.. found] : [];

    private void Note(int pid, string place)
    {
        if (DeviceOf(ViewUsers.Of(pid, place)) is { } device)
        {
            if (!_processes.TryGetValue(device, out var there))
            {
                _processes[device] = there = [];
            }

            there.Add(pid);
        }
    }

    /// <summary>Null where the process has gone, or is none of ours.</summary>
    private static DeviceNumber? DeviceOf(string path)
    {
        try
        {
            return Libc.TryStatus(null, path)?.Device;
        }
        catch (EzException)
        {
            return null;
        }
    }
}
