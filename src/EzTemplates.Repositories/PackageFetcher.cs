using System.Security.Cryptography;
using EzTemplates.Domain;

namespace EzTemplates.Repositories;

/// <summary>Fetches many files at once, each on its own: resumed, verified while it streams, from whichever mirror has it.</summary>
public sealed class PackageFetcher(MirrorClient client)
{
    /// <summary>Fetches what is not there yet. Never throws for an item that fails; it says so in the report.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; finished files stay, unfinished ones are resumed next time.</exception>
    public async Task<FetchReport> FetchAsync(IReadOnlyList<FetchItem> items, FetchOptions options)
    {
        var tally = new Tally(items, options.Progress);
        tally.Show();
        using var places = new SemaphoreSlim(client.Settings.Parallel);

        // The largest first: the last one to finish is then a small one.
        var work = items.OrderByDescending(i => i.Size).Select(async item =>
        {
            await places.WaitAsync(options.Cancel).ConfigureAwait(false);
            try
            {
                return await Task.Run(() => FetchOneAsync(item, tally, options), options.Cancel).ConfigureAwait(false);
            }
            finally
            {
                places.Release();
            }
        });
        var results = await Task.WhenAll(work).ConfigureAwait(false);
        var failed = results.OfType<FetchFailure>().ToDictionary(f => f.Item);
        return new FetchReport
        {
            Present = [.. items.Where(i => !failed.ContainsKey(i))],
            Failures = [.. items.Where(failed.ContainsKey).Select(i => failed[i])],
            BytesFetched = tally.Fetched,
            Mirrors = client.Statistics,
        };
    }

    private async Task<FetchFailure?> FetchOneAsync(FetchItem item, Tally tally, FetchOptions options)
    {
        try
        {
            if (await IsPresentAsync(item, options.Cancel).ConfigureAwait(false))
            {
                tally.Add(item.Size);
            }
            else if (options.Offline)
            {
                return Unreachable(item, "it is not in the store, and --offline touches no network", "run once without --offline");
            }
            else
            {
                await DownloadAsync(item, tally, options.Cancel).ConfigureAwait(false);
            }

            tally.Finish();
            options.Arrived?.Invoke(item);
            return null;
        }
        catch (AllMirrorsFailed failed)
        {
            return Explain(item, failed);
        }
        catch (Exception disk) when (disk is IOException or UnauthorizedAccessException)
        {
            var failure = DiskFailure.Of("write", item.DestinationPath, disk);
            return new FetchFailure(item, FetchFailureKind.Disk, failure.Message, failure.Hint);
        }
    }

    private async Task DownloadAsync(FetchItem item, Tally tally, CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(item.DestinationPath)!);
        using var download = await FileDownload.OpenAsync(item, client, tally.Add, cancel).ConfigureAwait(false);
        if (await IsPresentAsync(item, cancel).ConfigureAwait(false))
        {
            // Another command finished it while we waited for its part.
            download.Discard();
            return;
        }

        try
        {
            if (!download.IsComplete)
            {
                var addresses = client.Ranking.Rank(item.Candidates);
                await client.Pipelines.InTurnAsync(addresses, download.AttemptAsync, () => download.BytesFetched, cancel).ConfigureAwait(false);
            }

            download.Commit();
        }
        finally
        {
            tally.AddFetched(download.BytesFetched);
        }
    }

    /// <summary>A file that is there is believed by its digest only: a crash may have left it short.</summary>
    private static async Task<bool> IsPresentAsync(FetchItem item, CancellationToken cancel)
    {
        var file = new FileInfo(item.DestinationPath);
        if (!file.Exists || file.Length != item.Size)
        {
            return false;
        }

        await using var content = file.OpenRead();
        return StatedDigest.Of(await CryptographicOperations.HashDataAsync(item.Digest.Algorithm, content, cancel).ConfigureAwait(false)) == item.Digest;
    }

    private static FetchFailure Explain(FetchItem item, AllMirrorsFailed failed) => failed.Worst switch
    {
        MirrorFailureKind.NotFound => new FetchFailure(
            item, FetchFailureKind.NotFoundEverywhere, $"`{item.Label}` is on no mirror any more: {failed.Describe()}", null),
        MirrorFailureKind.WrongContent => new FetchFailure(
            item, FetchFailureKind.WrongContent, $"`{item.Label}` is not what was promised: {failed.Describe()}", "name another mirror: `--mirror ID=URL`"),
        _ => Unreachable(item, failed.Describe(), "check the network and the mirror; what has come already is kept, run the same command again"),
    };

    private static FetchFailure Unreachable(FetchItem item, string why, string hint) =>
        new(item, FetchFailureKind.Unreachable, $"cannot fetch `{item.Label}`: {why}", hint);

    private sealed class Tally(IReadOnlyList<FetchItem> items, Action<FetchProgress>? progress)
    {
        private readonly long _total = items.Sum(i => i.Size);
        private long _done;
        private long _fetched;
        private int _files;

        public long Fetched => Interlocked.Read(ref _fetched);

        public void Add(long bytes)
        {
            Interlocked.Add(ref _done, bytes);
            Show();
        }

        public void AddFetched(long bytes) => Interlocked.Add(ref _fetched, bytes);

        public void Finish()
        {
            Interlocked.Increment(ref _files);
            Show();
        }

        public void Show() => progress?.Invoke(new FetchProgress(_total, Interlocked.Read(ref _done), items.Count, Volatile.Read(ref _files)));
    }
}
