using System.Runtime.InteropServices;

namespace EzTemplates.Environments;

/// <summary>Limits of another process and of all that it will start (prlimit(2)).</summary>
internal static unsafe partial class ProcessLimits
{
    // asm-generic/resource.h. Of the address space a program may reserve more than it ever uses, so data counts: writable and its own.
    private const int DataResource = 2;
    private const int ProcessResource = 6;

    public static void SetMemory(int pid, long bytes) => Set(pid, DataResource, bytes);

    public static void SetProcesses(int pid, int most) => Set(pid, ProcessResource, most);

    private static void Set(int pid, int resource, long most)
    {
        // struct rlimit64: what counts now, and how far that could be raised again.
        ulong* limit = stackalloc ulong[2];
        (limit[0], limit[1]) = ((ulong)most, (ulong)most);
        _ = Limit(pid, resource, limit, null);
    }

    [LibraryImport("libc", EntryPoint = "prlimit64", SetLastError = true)]
    private static partial int Limit(int pid, int resource, ulong* limit, ulong* old);
}
