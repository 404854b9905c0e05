using EzTemplates.Environments.Native;

namespace EzTemplates.Environments;

/// <summary>
/// The terminal that `ez` was started on, if it was. A shell in the sandbox makes itself the foreground group and cannot put `ez`'s
/// group back (inside, that group has no number), so this does.
/// </summary>
internal sealed unsafe class SandboxTerminal
{
    private const int BackgroundOutput = 22;
    private const int Block = 0;
    private const int SetMask = 2;

    private readonly int _descriptor;
    private readonly bool _wasForeground;

    public SandboxTerminal(SandboxStreams streams)
    {
        int[] candidates = [streams.Input, streams.Error, streams.Output];
        _descriptor = Array.Find([.. candidates, -1], descriptor => descriptor < 0 || Linux.IsTerminal(descriptor) == 1);
        _wasForeground = _descriptor >= 0 && IsForeground;
    }

    /// <summary>Whether a key on the terminal signals `ez` and the command alike.</summary>
    public bool SentItToAll => _descriptor >= 0 && IsForeground;

    public void TakeBack()
    {
        if (!_wasForeground || IsForeground)
        {
            return;
        }

        ulong* blocked = stackalloc ulong[16];
        ulong* before = stackalloc ulong[16];
        new Span<ulong>(blocked, 16).Clear();
        *blocked = 1UL << (BackgroundOutput - 1);
        _ = Linux.SignalMask(Block, blocked, before);
        _ = Linux.SetForegroundGroup(_descriptor, Linux.OwnGroup());
        _ = Linux.SignalMask(SetMask, before, null);
    }

    private bool IsForeground => Linux.ForegroundGroup(_descriptor) == Linux.OwnGroup();
}
