using System.Runtime.ExceptionServices;

namespace EzTemplates.Operations;

/// <summary>Work that waits for disks and for other work: on threads of its own, so that the pool's stay free for what networks answer.</summary>
internal static class OwnThreads
{
    /// <summary>Does the work for each item; after the first failure no other is begun.</summary>
    /// <param name="turns">The items, of which one is taken at a time. It may wait for the next one, until the token is cancelled.</param>
    /// <exception cref="OperationCanceledException">Cancelled; what was begun is done.</exception>
    public static void ForEach<T>(int count, Func<CancellationToken, IEnumerable<T>> turns, Action<T> work, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var next = turns(stop.Token).GetEnumerator();
        var gate = new Lock();
        var threads = Enumerable.Range(0, count)
            .Select(_ => Task.Factory.StartNew(WorkOn, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default)).ToArray();
        try
        {
            Task.WaitAll(threads, CancellationToken.None);
        }
        catch (AggregateException several)
        {
            cancel.ThrowIfCancellationRequested();
            ExceptionDispatchInfo.Throw(several.InnerExceptions.FirstOrDefault(failure => failure is not OperationCanceledException) ?? several.InnerExceptions[0]);
        }

        void WorkOn()
        {
            try
            {
                while (Take() is { HasValue: true } item)
                {
                    work(item.Value);
                }
            }
            catch
            {
                stop.Cancel();
                throw;
            }
        }

        (bool HasValue, T Value) Take()
        {
            lock (gate)
            {
                stop.Token.ThrowIfCancellationRequested();
                return next.MoveNext() ? (true, next.Current) : default;
            }
        }
    }
}
