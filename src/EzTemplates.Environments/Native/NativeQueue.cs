namespace EzTemplates.Environments.Native;

/// <summary>When a call of a queue is made.</summary>
internal enum NativeWhen
{
    Always,

    /// <summary>If the last that was made before it did not fail.</summary>
    PreviousWorked,
}

/// <summary>What a call that fails does to those after it.</summary>
internal enum NativeOutcome
{
    /// <summary>Nothing: it may fail.</summary>
    Ignored,

    /// <summary>A failure ends the queue, but for <see cref="Errno.Exists"/>.</summary>
    MustBeThere,

    /// <summary>A failure ends the queue.</summary>
    Must,
}

/// <summary>A function of up to seven words, and what it is called with.</summary>
internal readonly record struct NativeCall(nint Function, nint A = 0, nint B = 0, nint C = 0, nint D = 0, nint E = 0, nint F = 0, nint G = 0);

/// <summary>
/// Calls that a <see cref="NativeThread"/> makes one after another, without waking anybody in between: to hand over a single one costs
/// several times what the kernel takes for it.
/// </summary>
internal sealed class NativeQueue
{
    private const int None = -1;
    private readonly List<string> _acts = [];
    private Entry[] _entries = new Entry[64];
    private int _count;
    private int _failed = None;
    private int _errno;

    public void Add(string act, NativeCall call, NativeOutcome outcome, NativeWhen when)
    {
        if (_count == _entries.Length)
        {
            Array.Resize(ref _entries, 2 * _count);
        }

        _entries[_count++] = new Entry(call, outcome, when);
        _acts.Add(act);
    }

    /// <summary>Empties the queue.</summary>
    /// <returns>What could not be done, and its error number; null where nothing was tried in vain.</returns>
    public (string Act, int Errno)? Clear()
    {
        (string, int)? failure = _failed == None ? null : (_acts[_failed], _errno);
        _acts.Clear();
        (_count, _failed) = (0, None);
        return failure;
    }

    /// <summary>Runs on the thread itself, so it calls nothing that the runtime might still have to load.</summary>
    /// <returns>False if a call failed that must not.</returns>
    public bool Run()
    {
        var failed = false;
        for (var i = 0; i < _count; i++)
        {
            ref readonly var entry = ref _entries[i];
            if (failed && entry.When == NativeWhen.PreviousWorked)
            {
                continue;
            }

            _ = NativeThread.Invoke(entry.Call, out var errno);
            failed = errno != 0;
            if (failed && (entry.Outcome == NativeOutcome.Must || (entry.Outcome == NativeOutcome.MustBeThere && errno != Errno.Exists)))
            {
                (_failed, _errno) = (i, errno);
                return false;
            }
        }

        return true;
    }

    private readonly record struct Entry(NativeCall Call, NativeOutcome Outcome, NativeWhen When);
}
