using EzTemplates.Environments.Native;

namespace EzTemplates.Environments;

internal static unsafe class WaitStatus
{
    private const int SignalBase = 128;

    /// <summary>Waits for a child's end and answers as a shell does: its exit status, or 128 + the signal that killed it.</summary>
    public static int Of(int pid)
    {
        int status;
        while (Linux.WaitPid(pid, &status, 0) < 0)
        {
            if (System.Runtime.InteropServices.Marshal.GetLastPInvokeError() != Errno.Interrupted)
            {
                throw new InvalidOperationException($"process {pid} is no child of this one, or was waited for elsewhere");
            }
        }

        var signal = status & 0x7f;
        return signal == 0 ? (status >> 8) & 0xff : SignalBase + signal;
    }
}
