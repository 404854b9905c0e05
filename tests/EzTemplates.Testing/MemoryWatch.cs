using System.Globalization;

namespace EzTemplates.Testing;

/// <summary>
/// What a piece of work takes: the bytes that managed code allocates, on whatever thread, and how far the memory of the process rises, of
/// which native decoders' is a part. Only of use in a process that does nothing else meanwhile.
/// </summary>
public sealed class MemoryWatch
{
    private readonly long _allocated;
    private readonly long _resident;

    public MemoryWatch()
    {
        // The kernel then counts its highest mark from now on (proc_pid_clear_refs(5)).
        File.WriteAllText("/proc/self/clear_refs", "5");
        _resident = Status("VmHWM:");
        _allocated = GC.GetTotalAllocatedBytes(precise: true);
    }

    /// <summary>Since the watch began: bytes allocated in all, freed ones among them.</summary>
    public long Allocated => GC.GetTotalAllocatedBytes(precise: true) - _allocated;

    /// <summary>Since the watch began: the rise of the process's memory at its highest.</summary>
    public long Risen => Status("VmHWM:") - _resident;

    private static long Status(string field) => 1024 * long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Trim(),
        CultureInfo.InvariantCulture);
}
