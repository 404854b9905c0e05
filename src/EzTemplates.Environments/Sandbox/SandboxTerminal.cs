using EzTemplates.Environments.Native;
using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Environments;

/// <summary>
/// The terminal that `ez` was started on, if it was, and which process group is in front there. A command has a group of its own, so that
/// what it signals with kill(2), pid 0, is its own; on a terminal `ez` puts that group in front and takes the terminal back in the end.
/// Only where one stream is the terminal and another a pipe, the command stays in `ez`'s group: whoever is at the other end of the pipe
/// is of that group, too, and may want the terminal (<c>ez env exec web -- dmesg | less</c>).
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
        Session = _descriptor < 0 ? SpawnSession.Group
            : _descriptor != streams.Input || Array.Exists(candidates, IsPipe) ? SpawnSession.Callers
            : _wasForeground ? SpawnSession.Front
            : SpawnSession.Group;
    }

    /// <summary>Of which group the command is.</summary>
    public SpawnSession Session { get; }

    /// <summary>Whether a key on the terminal signals `ez` and the command alike.</summary>
    public bool SentItToAll => Session == SpawnSession.Callers && _descriptor >= 0 && IsForeground;

    /// <summary>Puts a command's group in front, if `ez`'s is there: keys are for the command from now on.</summary>
    /// <returns>Whether it is in front.</returns>
    public bool TryGive(int group)
    {
        if (_descriptor >= 0 && Session != SpawnSession.Callers && IsForeground)
        {
            SetForeground(group);
        }

        return _descriptor >= 0 && Linux.ForegroundGroup(_descriptor) == group;
    }

    /// <summary>A shell in the sandbox makes itself the foreground group and cannot put `ez`'s group back: inside, that has no number.</summary>
    public void TakeBack()
    {
        if (_wasForeground && !IsForeground)
        {
            SetForeground(Linux.OwnGroup());
        }
    }

    private bool IsForeground => Linux.ForegroundGroup(_descriptor) == Linux.OwnGroup();

    /// <summary>Who is not in front is stopped for this, unless the signal is blocked (tcsetpgrp(3)).</summary>
    private void SetForeground(int group)
    {
        ulong* blocked = stackalloc ulong[16];
        ulong* before = stackalloc ulong[16];
        new Span<ulong>(blocked, 16).Clear();
        *blocked = 1UL << (BackgroundOutput - 1);
        _ = Linux.SignalMask(Block, blocked, before);
        _ = Linux.SetForegroundGroup(_descriptor, group);
        _ = Linux.SignalMask(SetMask, before, null);
    }

    private static bool IsPipe(int descriptor)
    {
        using var stream = new SafeFileHandle(descriptor, ownsHandle: false);
        return descriptor >= 0 && Libc.Status(stream).Kind is FileKind.Fifo or FileKind.Socket;
    }
}
