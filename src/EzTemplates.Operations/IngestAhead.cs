using EzTemplates.Domain;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>Brings an application's packages into the store while its OS is configured, which keeps one core busy and no network.</summary>
internal sealed class IngestAhead(Workspace workspace, LockedRecipe locked)
{
    private long _downloaded;
    private ObjectStatistics? _objects;

    /// <summary>What fails here fails again, and is told, when the application itself is built; its OS is none the worse for it.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        if (BuildTemplate.FindDone(workspace.Store, locked.Lock) is not null)
        {
            return;
        }

        try
        {
            using var writer = workspace.Store.BeginWriting(workspace.Patience);
            using var batch = writer.BeginIngest();
            using var trust = PackageTrust.Of(workspace, writer, locked);
            var packages = BringPackages.Begin(workspace, batch, new IngestedRows(locked, locked.Lock.Packages, trust), cancel);
            await using var ended = packages.ConfigureAwait(false);
            _downloaded = await packages.Fetched.ConfigureAwait(false);
            _ = await packages.Unpacked.ConfigureAwait(false);
            _objects = batch.Statistics;
        }
        catch (EzException)
        {
        }
    }

    /// <summary>The figures of the application's build, with what was done for it here.</summary>
    public BuildSummary Counted(BuildSummary build) => build with
    {
        DownloadedBytes = build.DownloadedBytes + _downloaded,
        NewObjects = build.NewObjects + (_objects?.NewObjects ?? 0),
        NewBytes = build.NewBytes + (_objects?.NewBytes ?? 0),
        SharedBytes = build.SharedBytes + (_objects?.SharedBytes ?? 0),
    };
}
