using System.Collections.Immutable;
using System.Security.Cryptography;
using EzTemplates.Domain;
using EzTemplates.Repositories;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>
/// The SHA-256 of package files that their repository sums with SHA-384 or SHA-512, which locks and the store go by. A file has to be there to
/// be summed: so what a lock did not have before is fetched when it is locked, believed by the digest that the repository states, and is
/// what the build then finds among the archives. The row keeps both digests.
/// </summary>
internal static class LearnDigests
{
    /// <returns>The rows with their SHA-256; when nothing is to be changed, those that are not known stay as they are.</returns>
    /// <exception cref="EzException">A file could not be had, or is not what its repository states.</exception>
    public static async Task<ImmutableArray<LockedPackage>> RunAsync(Workspace workspace, SolvingGround ground, ImmutableArray<LockedPackage> rows, TemplateLock? previous, CancellationToken cancel)
    {
        var known = (previous?.Packages ?? []).Where(row => row.Stated is not null).DistinctBy(row => row.Stated).ToDictionary(row => row.Stated!.Value, row => row.Sha256);
        var unknown = rows.Where(row => row.Stated is { } stated && !known.ContainsKey(stated)).DistinctBy(row => row.Stated).ToList();
        if (unknown.Count > 0 && !workspace.Options.DryRun)
        {
            // Another command would wait for these very files, and miss those that have their other name by then.
            using var writer = workspace.Store.BeginWriting(workspace.Patience);
            using var turn = FileLock.Acquire(workspace.Store.Layout.NamingLock, FileLockMode.Exclusive, "the archives of packages that are summed anew", workspace.Patience);
            await workspace.Steps.RunAsync("fetch", () => LearnAsync(workspace, ground, unknown, known, cancel)).ConfigureAwait(false);
        }

        return [.. rows.Select(row => row.Stated is { } stated && known.TryGetValue(stated, out var sha256) ? row with { Sha256 = sha256 } : row)];
    }

    private static async Task<int> LearnAsync(Workspace workspace, SolvingGround ground, List<LockedPackage> unknown, Dictionary<StatedDigest, Sha256Digest> known, CancellationToken cancel)
    {
        var items = unknown.Select(row => new FetchItem(
            row.ToString(),
            ground.Snapshots.First(snapshot => snapshot.Source == row.Source).AddressesOf(row.Path),
            row.Size,
            row.Stated!.Value,
            Path.Combine(workspace.Store.Layout.Archives, row.Stated.Value.ToString()))).ToList();
        var report = await FetchPackages.FetchAsync(workspace, items, null, cancel).ConfigureAwait(false);
        if (report.Failures.FirstOrDefault(failure => failure.Kind == FetchFailureKind.NotFoundEverywhere) is { } gone)
        {
            throw new EzException(FailureKind.Fetch, gone.Message, "the mirror is in the middle of an update: try again in some minutes, or another mirror, `--mirror ID=URL`");
        }

        report.ThrowIfFailed();
        foreach (var item in items)
        {
            known[item.Digest] = Named(workspace, item.DestinationPath);
        }

        return items.Count;
    }

    /// <summary>Gives an archive the name by which builds look for it.</summary>
    private static Sha256Digest Named(Workspace workspace, string path)
    {
        try
        {
            Sha256Digest digest;
            using (var file = File.OpenRead(path))
            {
                digest = new Sha256Digest(SHA256.HashData(file));
            }

            File.Move(path, workspace.Store.Layout.ArchiveOf(digest), overwrite: true);
            return digest;
        }
        catch (Exception disk) when (disk is IOException or UnauthorizedAccessException)
        {
            throw DiskFailure.Of("write", path, disk);
        }
    }
}
