using EzTemplates.Domain;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>Brings a lock's packages into the store: those that have come are unpacked while the others are fetched.</summary>
internal sealed class BringPackages : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop;

    private BringPackages(Workspace workspace, IngestBatch batch, IngestedRows what, CancellationToken cancel)
    {
        var (locked, rows, trust) = what;
        var missing = FetchPackages.Missing(workspace, rows, trust);
        RequireSpace.For(workspace, locked.Lock.Template, missing, rows);
        var arrivals = new PackageArrivals(missing.Select(row => row.Sha256));
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Unpacked = StoppingAsync(() => Task.Factory.StartNew(
            () => IngestPackages.Run(workspace, batch, what, arrivals, _stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default));
        Fetched = FetchAsync(() => FetchPackages.RunAsync(workspace, locked, missing, arrivals, _stop.Token), cancel);
    }

    /// <summary>Bytes that were downloaded. Of several failures this is the first one, of fetching or unpacking; what has come whole is kept.</summary>
    public Task<long> Fetched { get; }

    /// <summary>The contents of every row, in the rows' order.</summary>
    public Task<PackageContents[]> Unpacked { get; }

    /// <summary>Until it is disposed of, the batch is in use.</summary>
    public static BringPackages Begin(Workspace workspace, IngestBatch batch, IngestedRows what, CancellationToken cancel) => new(workspace, batch, what, cancel);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAny(Task.WhenAll(Unpacked, Fetched)).ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task<long> FetchAsync(Func<Task<long>> fetch, CancellationToken cancel)
    {
        try
        {
            return await StoppingAsync(fetch).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Only the unpacking stops it, and then says why.
            await Unpacked.ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>One that fails stops the other.</summary>
    private async Task<T> StoppingAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch
        {
            await _stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }
}
