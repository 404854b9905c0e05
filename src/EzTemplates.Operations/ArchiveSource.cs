using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Repositories;

namespace EzTemplates.Operations;

/// <summary>
/// Archives of packages that the store's locks name. A lock says which repository a package is from, and no host; so a mirror is
/// known from <c>--mirror</c>, or from a recipe: one that is named, or one that lies where <c>ez build TEMPLATE</c> would find it.
/// </summary>
internal sealed class ArchiveSource(Workspace workspace, IReadOnlyList<string> recipes, IReadOnlyList<StoredVersion> versions)
{
    /// <returns>Those that are not to be had, with why.</returns>
    public async Task<IReadOnlyDictionary<Sha256Digest, string>> BringAsync(IReadOnlyList<Sha256Digest> packages, CancellationToken cancel)
    {
        var without = new Dictionary<Sha256Digest, string>();
        var items = new List<FetchItem>();
        ImmutableArray<Snapshot>? snapshots = null;
        foreach (var package in packages)
        {
            if (RowOf(package) is not { } row)
            {
                if (!HasAny(package))
                {
                    without[package] = "its archive is not in the cache, and no lock of the store says where it is from";
                }
            }
            else if (!workspace.Store.HasArchive(package, row.Size))
            {
                snapshots ??= workspace.Options.Offline ? [] : await SnapshotsAsync(cancel).ConfigureAwait(false);
                var addresses = AddressesOf(row, snapshots.Value);
                if (addresses.IsEmpty)
                {
                    without[package] = $"the archive of `{row}` is not in the cache, and no mirror of `{row.Source}` is known (--recipe or --mirror names one)";
                }
                else
                {
                    items.Add(new FetchItem(row.ToString(), addresses, row.Size, package, workspace.Store.Layout.ArchiveOf(package)));
                }
            }
        }

        if (items.Count > 0)
        {
            var report = await workspace.Fetcher.FetchAsync(items, new FetchOptions { Offline = workspace.Options.Offline, Cancel = cancel }).ConfigureAwait(false);
            foreach (var failure in report.Failures)
            {
                without[failure.Item.Digest.Start] = failure.Message;
            }
        }

        return without;
    }

    private LockedPackage? RowOf(Sha256Digest package) => versions.SelectMany(version => version.Lock.Packages).FirstOrDefault(row => row.Sha256 == package);

    private bool HasAny(Sha256Digest package) => workspace.Store.FindContents(package) is { } contents && workspace.Store.HasArchive(package, contents.ArchiveSize);

    private ImmutableArray<Uri> AddressesOf(LockedPackage row, ImmutableArray<Snapshot> snapshots)
    {
        var repository = row.Source.Split('/')[0];
        return workspace.Options.Mirrors.TryGetValue(repository, out var roots)
            ? Snapshot.AddressesBelow(roots.Select(root => new Uri(root.TrimEnd('/') + "/")), row.Path)
            : snapshots.FirstOrDefault(snapshot => snapshot.Source == row.Source)?.AddressesOf(row.Path) ?? [];
    }

    /// <summary>One repository that cannot be reached does not keep the others from being asked.</summary>
    private async Task<ImmutableArray<Snapshot>> SnapshotsAsync(CancellationToken cancel)
    {
        var found = ImmutableArray.CreateBuilder<Snapshot>();
        foreach (var file in Recipes())
        {
            try
            {
                found.AddRange(await workspace.SnapshotsAsync(file, cancel).ConfigureAwait(false));
            }
            catch (EzException unreachable)
            {
                workspace.Tell(new OperationEvent.Warning($"{file.FullPath}: {unreachable.Message}"));
            }
        }

        return found.ToImmutable();
    }

    private IEnumerable<RecipeFile> Recipes()
    {
        foreach (var recipe in recipes)
        {
            yield return RecipeFile.Load(recipe);
        }

        foreach (var template in versions.Select(version => version.Record.Reference.Template).Distinct())
        {
            if (TryLoad(template) is { } file)
            {
                yield return file;
            }
        }
    }

    private static RecipeFile? TryLoad(string template)
    {
        try
        {
            return RecipeFile.Load(template);
        }
        catch (EzException)
        {
            return null;
        }
    }
}
