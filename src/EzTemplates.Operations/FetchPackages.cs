using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Repositories;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>Brings the archives that a build needs and the store has neither unpacked nor kept.</summary>
internal static class FetchPackages
{
    /// <param name="missing">As <see cref="Missing(Workspace, IReadOnlyList{LockedPackage}, PackageTrust)"/> has it.</param>
    /// <param name="arrivals">Told of each archive that has come.</param>
    /// <returns>Bytes that were downloaded.</returns>
    /// <exception cref="EzException">A file could not be had; the others are kept for the next try.</exception>
    public static async Task<long> RunAsync(Workspace workspace, LockedRecipe locked, IReadOnlyList<LockedPackage> missing, PackageArrivals arrivals, CancellationToken cancel)
    {
        if (missing.Count == 0)
        {
            return 0;
        }

        var sources = await workspace.SnapshotsAsync(locked.File, cancel).ConfigureAwait(false);
        var items = missing.Select(row => Item(workspace, sources, row)).ToList();
        var report = await FetchAsync(workspace, items, item => arrivals.Add(item.Digest.Start), cancel).ConfigureAwait(false);
        ThrowIfGone(report, locked);
        report.ThrowIfFailed();
        return report.BytesFetched;
    }

    /// <param name="arrived">Told of each that is in place.</param>
    public static async Task<FetchReport> FetchAsync(Workspace workspace, IReadOnlyList<FetchItem> items, Action<FetchItem>? arrived, CancellationToken cancel)
    {
        var report = await workspace.Fetcher.FetchAsync(items, new FetchOptions
        {
            Offline = workspace.Options.Offline,
            Cancel = cancel,
            Arrived = arrived,
            Progress = p => workspace.Tell(new OperationEvent.Progress("fetch", p.DoneBytes, p.TotalBytes, p.DoneFiles, p.TotalFiles)),
        }).ConfigureAwait(false);
        workspace.Store.Catalog.SaveMirrors(report.Mirrors.Select(m => new MirrorRow(m.Mirror, m.Bytes, m.Seconds, m.Successes, m.Failures)));
        return report;
    }

    /// <summary>The rows of which the store has neither contents nor archive.</summary>
    public static IReadOnlyList<LockedPackage> Missing(Workspace workspace, IEnumerable<LockedPackage> rows) =>
    [
        .. rows
            .DistinctBy(row => row.Sha256)
            .AsParallel()
            .AsOrdered()
            .Where(row => !workspace.Store.HasContents(row.Sha256) && !workspace.Store.HasArchive(row.Sha256, row.Size)),
    ];

    /// <summary>Likewise, and those of which the archive is needed for its signature alone.</summary>
    public static IReadOnlyList<LockedPackage> Missing(Workspace workspace, IReadOnlyList<LockedPackage> rows, PackageTrust trust)
    {
        try
        {
            var toVerify = rows.AsParallel().AsOrdered().Where(row => trust.NeedsArchive(workspace.Store, row) && !workspace.Store.HasArchive(row.Sha256, row.Size)).ToList();
            return [.. Missing(workspace, rows).Concat(toVerify).DistinctBy(row => row.Sha256)];
        }
        catch (AggregateException several) when (several.InnerExceptions.OfType<EzException>().FirstOrDefault() is { } first)
        {
            throw first;
        }
    }

    private static FetchItem Item(Workspace workspace, ImmutableArray<Snapshot> sources, LockedPackage row)
    {
        var snapshot = sources.FirstOrDefault(s => s.Source == row.Source) ?? throw new EzException(
            FailureKind.Usage,
            $"the lock takes `{row}` from `{row.Source}`, which the recipe does not name",
            "ez lock RECIPE");
        return new FetchItem(row.ToString(), snapshot.AddressesOf(row.Path), row.Size, row.Sha256, workspace.Store.Layout.ArchiveOf(row.Sha256));
    }

    private static void ThrowIfGone(FetchReport report, LockedRecipe locked)
    {
        var gone = report.Failures.Where(f => f.Kind == FetchFailureKind.NotFoundEverywhere).ToList();
        if (gone.Count > 0 && gone.Count == report.Failures.Length)
        {
            throw new EzException(
                FailureKind.Fetch,
                string.Join('\n', gone.Take(5).Select(f => f.Message)) + (gone.Count > 5 ? $"\n... and {gone.Count - 5} more" : ""),
                $"ez lock {locked.File.FullPath}");
        }
    }
}
