using System.Runtime.InteropServices;
using EzTemplates.Domain;

namespace EzTemplates.Environments.Native;

/// <summary>The kernel side's system calls that the store has no use for. Each answers -1 with errno, as the C library does.</summary>
internal static unsafe partial class Linux
{
    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unmount(string target, int flags);

    [LibraryImport(Library, EntryPoint = "waitpid", SetLastError = true)]
    public static partial int WaitPid(int pid, int* status, int options);

    [LibraryImport(Library, EntryPoint = "waitid", SetLastError = true)]
    private static partial int WaitId(int kind, int id, void* info, int options);

    /// <summary>Returns when the child has ended; it stays a zombie.</summary>
    public static void WaitWithoutReaping(int pid)
    {
        const int byPid = 1;
        const int exitedButLeave = 4 | 0x01000000;
        byte* info = stackalloc byte[128];
        while (WaitId(byPid, pid, info, exitedButLeave) < 0 && Marshal.GetLastPInvokeError() == Errno.Interrupted)
        {
        }
    }

    /// <summary>Returns when the child has stopped or ended; an ended one stays a zombie.</summary>
    /// <returns>The signal that stopped it; null where it has ended.</returns>
    public static int? WaitForStopOrEnd(int pid)
    {
        const int byPid = 1;
        const int stopped = 2;
        const int exitedOrStoppedButLeave = stopped | 4 | 0x01000000;
        const int hasStopped = 5;
        int* info = stackalloc int[32];
        while (true)
        {
            if (WaitId(byPid, pid, info, exitedOrStoppedButLeave) == 0)
            {
                // siginfo_t of x86-64: si_signo, si_errno, si_code, padding, si_pid, si_uid, si_status.
                if (info[2] != hasStopped)
                {
                    return null;
                }

                if (WaitId(byPid, pid, info, stopped | 1) == 0 && info[2] == hasStopped)
                {
                    return info[6];
                }
            }
            else if (Marshal.GetLastPInvokeError() != Errno.Interrupted)
            {
                return null;
            }
        }
    }

    [LibraryImport(Library, EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int pid, int signal);

    [LibraryImport(Library, EntryPoint = "pipe2", SetLastError = true)]
    public static partial int Pipe(int* descriptors, int flags);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, void* buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, void* buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int descriptor, int command, nint argument);

    /// <summary>Whether the next program has the descriptor no more.</summary>
    public static int CloseOnExec(int descriptor, bool closes)
    {
        const int setFlags = 2;
        return Control(descriptor, setFlags, closes ? 1 : 0);
    }

    /// <summary>Returns only where it fails.</summary>
    [LibraryImport(Library, EntryPoint = "execve", SetLastError = true)]
    public static partial int Execute(nint program, nint arguments, nint variables);

    [LibraryImport(Library, EntryPoint = "isatty", SetLastError = true)]
    public static partial int IsTerminal(int descriptor);

    [LibraryImport(Library, EntryPoint = "tcgetpgrp", SetLastError = true)]
    public static partial int ForegroundGroup(int descriptor);

    [LibraryImport(Library, EntryPoint = "tcsetpgrp", SetLastError = true)]
    public static partial int SetForegroundGroup(int descriptor, int group);

    [LibraryImport(Library, EntryPoint = "getpgrp")]
    public static partial int OwnGroup();

    [LibraryImport(Library, EntryPoint = "pthread_sigmask")]
    public static partial int SignalMask(int how, ulong* set, ulong* old);

    [LibraryImport(Library, EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint RealPathOf(string path, nint buffer);

    [LibraryImport(Library, EntryPoint = "free")]
    private static partial void Free(nint memory);

    /// <returns>The path without links, or null where there is nothing.</returns>
    public static string? RealPath(string path)
    {
        var found = RealPathOf(path, 0);
        if (found == 0)
        {
            return null;
        }

        var text = Marshal.PtrToStringUTF8(found);
        Free(found);
        return text;
    }

    [LibraryImport(Library, EntryPoint = "clock_getres", SetLastError = true)]
    private static partial int ClockResolution(int clock, long* resolution);

    /// <summary>How long the clock stands still by which most file systems stamp files (clock_gettime(2), CLOCK_REALTIME_COARSE).</summary>
    public static FileTime TickOfCoarseClock()
    {
        const int coarse = 5;
        long* time = stackalloc long[2];
        return ClockResolution(coarse, time) == 0 ? new FileTime(time[0], (int)time[1]) : new FileTime(0, 10_000_000);
    }

    public static string Message(int errno) => Marshal.GetPInvokeErrorMessage(errno);
}
