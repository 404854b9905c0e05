using EzTemplates.Domain;

namespace EzTemplates.Environments;

/// <summary>
/// When which package's scripts ran, one after the other, by the kernel's clock: from that follows whose script set a time in the tree.
/// </summary>
/// <param name="tick">How much earlier than the truth a file's time may be.</param>
internal sealed class ScriptTrace(FileTime tick)
{
    /// <summary>Between two scripts, dpkg itself changes its database; that is its own work unless it may be a script's.</summary>
    public const string Dpkg = "dpkg";

    // A process that dpkg starts has not run its program by then.
    private const int StartNanoseconds = 200_000;

    // A script that reports its own doings without end shall not cost more than this.
    private const int MostRuns = 1_000_000;

    private readonly List<ScriptRun> _runs = [];
    private readonly List<FileTime> _pushes = [];
    private string? _running;
    private FileTime _since;

    /// <summary>The package whose script ran when the last step ended, which only an interrupted one leaves running; null: none's that was told.</summary>
    public string? Interrupted { get; private set; }

    /// <summary>A package's script begins; what ran before has ended.</summary>
    /// <param name="at">Exact.</param>
    /// <param name="push">What <see cref="ScriptClock.Push"/> answered then, or a little later.</param>
    public void Begin(string package, FileTime at, FileTime push)
    {
        End(at, push);
        (_running, _since) = (package, at);
    }

    /// <summary>None runs from here on.</summary>
    public void End(FileTime at, FileTime push)
    {
        if (_pushes.Count < MostRuns)
        {
            _pushes.Add(_pushes.Count > 0 && push < _pushes[^1] ? _pushes[^1] : push);
        }

        if (_running is { } package && _runs.Count < MostRuns)
        {
            _runs.Add(new ScriptRun(package, _since, at));
        }

        Interrupted = _running is Dpkg ? null : _running;
        _running = null;
    }

    /// <returns>Null where it may have been one of several packages', or nobody's that is known here.</returns>
    public string? PackageAt(FileTime stamp)
    {
        string? found = null;
        foreach (var run in _runs.Skip(FirstEndingAfter(stamp)).TakeWhile(run => Plus(run.From, StartNanoseconds) < Latest(stamp)))
        {
            if (found is not (null or Dpkg) && run.Package is not Dpkg && found != run.Package)
            {
                return null;
            }

            found = found is null or Dpkg ? run.Package : found;
        }

        return found;
    }

    /// <summary>When what has the stamp was done at the latest: within a tick, and before the clock was pushed beyond it.</summary>
    private FileTime Latest(FileTime stamp)
    {
        var late = Plus(stamp, (tick.Seconds * 1_000_000_000) + tick.Nanoseconds);
        var next = _pushes.BinarySearch(Plus(stamp, 1));
        next = next < 0 ? ~next : next;
        return next < _pushes.Count && _pushes[next] < late ? _pushes[next] : late;
    }

    private int FirstEndingAfter(FileTime stamp)
    {
        int low = 0, high = _runs.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = _runs[middle].To <= stamp ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static FileTime Plus(FileTime time, long nanoseconds)
    {
        const long second = 1_000_000_000;
        var sum = time.Nanoseconds + nanoseconds;
        return new FileTime(time.Seconds + (sum / second), (int)(sum % second));
    }

    private readonly record struct ScriptRun(string Package, FileTime From, FileTime To);
}
