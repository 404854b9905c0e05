using EzTemplates.Domain;

namespace EzTemplates.Operations;

/// <summary>Which archives of a build are there, so that they are unpacked while others are still fetched.</summary>
/// <param name="missing">Those that are to come.</param>
internal sealed class PackageArrivals(IEnumerable<Sha256Digest> missing)
{
    private readonly HashSet<Sha256Digest> _missing = [.. missing];
    private readonly object _gate = new();

    /// <summary>Nothing is to come any more.</summary>
    public bool IsComplete
    {
        get
        {
            lock (_gate)
            {
                return _missing.Count == 0;
            }
        }
    }

    public void Add(Sha256Digest archive)
    {
        lock (_gate)
        {
            _missing.Remove(archive);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Each of them once, as soon as its archive is there: of several, the first in the order.</summary>
    /// <param name="cancel">Of what never comes.</param>
    public IEnumerable<T> InTurn<T>(IEnumerable<T> order, Func<T, Sha256Digest> archiveOf, CancellationToken cancel)
    {
        var waiting = new LinkedList<T>(order);
        using var woken = cancel.Register(() =>
        {
            lock (_gate)
            {
                Monitor.PulseAll(_gate);
            }
        });
        while (waiting.Count > 0)
        {
            yield return Take(waiting, archiveOf, cancel);
        }
    }

    private T Take<T>(LinkedList<T> waiting, Func<T, Sha256Digest> archiveOf, CancellationToken cancel)
    {
        lock (_gate)
        {
            while (true)
            {
                cancel.ThrowIfCancellationRequested();
                for (var node = waiting.First; node is not null; node = node.Next)
                {
                    if (!_missing.Contains(archiveOf(node.Value)))
                    {
                        waiting.Remove(node);
                        return node.Value;
                    }
                }

                Monitor.Wait(_gate);
            }
        }
    }
}
