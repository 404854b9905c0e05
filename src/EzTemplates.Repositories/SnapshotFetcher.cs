using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Repositories;

public sealed record SnapshotOptions
{
    /// <summary>Touch no network: the snapshots accepted last are used, whatever their age.</summary>
    public bool Offline { get; init; }

    /// <summary>Told about index files; they are the bulk.</summary>
    public Action<FetchProgress>? Progress { get; init; }

    /// <summary>Told of what could not be had and was not needed, from many threads.</summary>
    public Action<string>? Warn { get; init; }

    public CancellationToken Cancel { get; init; }
}

/// <summary>
/// Brings the snapshots of all suites up to date: every Release at once, then every index that is not there yet. A snapshot is accepted
/// (and becomes the one that <c>--offline</c> uses, and that no older one may follow) when all its indexes are in place.
/// </summary>
public sealed class SnapshotFetcher
{
    private readonly MirrorClient _client;
    private readonly MetadataFolder _folder;
    private readonly ReleaseFetcher _releases;

    /// <param name="metadataDirectory"><c>store/metadata</c>; its inner layout is <see cref="MetadataFolder"/>'s.</param>
    public SnapshotFetcher(MirrorClient client, string metadataDirectory, ReleaseVerifier? verifier = null)
    {
        _client = client;
        _folder = new MetadataFolder(metadataDirectory);
        _releases = new ReleaseFetcher(client, _folder, new SignatureCheck(_folder, client.Settings.Time, verifier));
    }

    /// <summary>The snapshots in the order of the repositories and their suites.</summary>
    /// <param name="architectures">The native one first; of others what there is.</param>
    /// <exception cref="EzException">A suite cannot be had, or not as it was signed.</exception>
    public async Task<ImmutableArray<AptSnapshot>> FetchAsync(IReadOnlyList<ResolvedRepository> repositories, IReadOnlyList<string> architectures, SnapshotOptions options)
    {
        var wanted = repositories.SelectMany(r => r.Suites.Select(s => new Wanted(r, s))).ToList();
        await RefreshAsync(wanted, architectures, options).ConfigureAwait(false);
        var failures = ArePresent(wanted) ? [] : await FetchIndexesAsync(wanted, options).ConfigureAwait(false);
        if (failures.Count > 0 && !options.Offline && await FollowAsync([.. failures.Keys], architectures, options).ConfigureAwait(false))
        {
            // The mirror was in the middle of an update: the Release has changed since, so its indexes may be there now.
            failures = await FetchIndexesAsync(wanted, options).ConfigureAwait(false);
        }

        ThrowIfAny(failures);
        var snapshots = wanted.Select(w => w.ToSnapshot(_folder)).ToImmutableArray();
        if (!options.Offline)
        {
            wanted.ForEach(Accept);
        }

        return snapshots;
    }

    private Task RefreshAsync(IEnumerable<Wanted> wanted, IReadOnlyList<string> architectures, SnapshotOptions options) => Task.WhenAll(wanted.Select(async w =>
    {
        var found = options.Offline
            ? await _releases.RecallAsync(w.Repository, w.Suite).ConfigureAwait(false)
            : await _releases.RefreshAsync(w.Repository, w.Suite, options.Cancel).ConfigureAwait(false);
        w.Take(found, IndexPlan.For(w.Repository, w.Suite.Suite, found.Info, architectures));
    }));

    /// <summary>Whether all indexes are in place, and were parsed before: then their bytes are not hashed once more.</summary>
    private bool ArePresent(IReadOnlyList<Wanted> wanted) =>
        wanted.All(w => w.HasIndexes(_folder)) && UniverseCache.IsParsed(_folder, [.. wanted.Select(w => w.ToSnapshot(_folder))]);

    /// <summary>Fetches the Releases of suites whose indexes failed again; says whether one has changed.</summary>
    private async Task<bool> FollowAsync(IReadOnlyList<Wanted> failed, IReadOnlyList<string> architectures, SnapshotOptions options)
    {
        var before = failed.Select(w => w.Found.Signed.Name).ToList();
        await RefreshAsync(failed, architectures, options).ConfigureAwait(false);
        return failed.Where((w, i) => w.Found.Signed.Name != before[i]).Any();
    }

    private async Task<Dictionary<Wanted, FetchFailure>> FetchIndexesAsync(IReadOnlyList<Wanted> wanted, SnapshotOptions options)
    {
        var fetcher = new PackageFetcher(_client);
        while (true)
        {
            // Two suites may share an index (an empty one, most often): it is fetched once.
            var items = new Dictionary<string, (FetchItem Item, List<(Wanted Owner, string Name)> Users)>(StringComparer.Ordinal);
            var failures = new Dictionary<Wanted, FetchFailure>();
            foreach (var owner in wanted)
            {
                if (owner.Exhausted is { } nothingLeft)
                {
                    failures[owner] = nothingLeft;
                }

                foreach (var (name, entry) in owner.Plans.Select(p => p.Choose(_folder, owner.Missing)).OfType<IndexForm>())
                {
                    var item = owner.ItemFor(name, entry, _folder);
                    (_, var users) = items.TryGetValue(item.DestinationPath, out var known) ? known : items[item.DestinationPath] = (item, []);
                    users.Add((owner, name));
                }
            }

            var fetch = new FetchOptions { Offline = options.Offline, Progress = options.Progress, Cancel = options.Cancel };
            var report = await fetcher.FetchAsync([.. items.Values.Select(i => i.Item)], fetch).ConfigureAwait(false);
            var tryAnotherForm = false;
            foreach (var failure in report.Failures)
            {
                foreach (var (owner, name) in items[failure.Item.DestinationPath].Users)
                {
                    failures[owner] = failure;
                    tryAnotherForm |= failure.Kind == FetchFailureKind.NotFoundEverywhere && owner.TurnFrom(name, failure);
                }
            }

            if (!tryAnotherForm)
            {
                return failures;
            }
        }
    }

    private static void ThrowIfAny(Dictionary<Wanted, FetchFailure> failures)
    {
        if (failures.Count == 0)
        {
            return;
        }

        var (owner, failure) = failures.MaxBy(f => f.Value.Kind);
        throw new EzException(
            FetchReport.KindOf(failure.Kind),
            $"suite `{owner.Suite.Suite}` of repository `{owner.Repository.Id}`: {failure.Message}",
            failure.Hint ?? "the mirror is in the middle of an update, or broken: try again in some minutes, or another mirror, `--mirror ID=URL`");
    }

    private void Accept(Wanted wanted)
    {
        var found = wanted.Found;
        var message = _folder.KeepText(found.Message.Text);
        var signature = found.Message.Signature is { } detached ? _folder.KeepText(detached) : null;
        _folder.Accept(new AcceptedRelease
        {
            Repository = wanted.Repository.Id,
            Root = found.Root.AbsoluteUri,
            Suite = wanted.Suite.Suite,
            Message = message,
            Signature = signature,
            Name = found.Signed.Name.ToString(),
            Origin = found.Info.Origin,
            Date = found.Info.Date!.Value,
            EntityTag = found.Message.Validators.EntityTag,
            LastModified = found.Message.Validators.LastModified,
            Indexes = [.. wanted.ToSnapshot(_folder).Indexes.Select(i => i.Packed.Sha256.ToString())],
        });
    }

    /// <summary>A suite on its way to being a snapshot.</summary>
    private sealed class Wanted(ResolvedRepository repository, ResolvedSuite suite)
    {
        public ResolvedRepository Repository { get; } = repository;

        public ResolvedSuite Suite { get; } = suite;

        public FoundRelease Found { get; private set; } = null!;

        public ImmutableArray<IndexPlan> Plans { get; private set; } = [];

        /// <summary>Names of forms that no mirror has.</summary>
        public HashSet<string> Missing { get; } = new(StringComparer.Ordinal);

        public void Take(FoundRelease found, ImmutableArray<IndexPlan> plans)
        {
            Found = found;
            Plans = plans;
            Missing.Clear();
            Exhausted = null;
        }

        /// <summary>Set when an index is missing in every form.</summary>
        public FetchFailure? Exhausted { get; private set; }

        /// <summary>Notes that no mirror has this form; says whether another may do.</summary>
        public bool TurnFrom(string name, FetchFailure failure)
        {
            _ = Missing.Add(name);
            var others = Plans.Any(p => p.Forms.Any(f => f.Name == name) && p.Forms.Any(f => !Missing.Contains(f.Name)));
            Exhausted = others ? Exhausted : failure;
            return others;
        }

        /// <summary>By their sizes; never where the Release does not promise the plain text, which is what a later reader checks.</summary>
        public bool HasIndexes(MetadataFolder folder) =>
            Plans.All(p => p.Plain is not null && p.Choose(folder, Missing) is (_, var entry) && new FileInfo(folder.IndexPath(entry.Sha256)) is { Exists: true } file && file.Length == entry.Size);

        public FetchItem ItemFor(string name, ReleaseEntry entry, MetadataFolder folder)
        {
            var folderPath = $"dists/{Suite.Suite}/{name[..name.LastIndexOf('/')]}";
            var byHash = Found.Info.AcquireByHash ? [$"{folderPath}/by-hash/SHA256/{entry.Sha256}"] : ImmutableArray<string>.Empty;
            ImmutableArray<string> paths = [.. byHash, $"dists/{Suite.Suite}/{name}"];
            return new FetchItem($"{Repository.Id}/{Suite.Suite} {name}", [.. Roots.SelectMany(root => paths.Select(path => Snapshot.Address(root, path)))], entry.Size, entry.Sha256, folder.IndexPath(entry.Sha256));
        }

        public AptSnapshot ToSnapshot(MetadataFolder folder) => new()
        {
            Repository = Repository.Id,
            Suite = Suite.Suite,
            Name = Found.Signed.Name,
            Release = Found.Info,
            Priority = Repository.Priority,
            MirrorRoots = Roots,
            SignedBy = Found.Signed.SignedBy,
            IsUnchanged = Found.IsUnchanged,
            Indexes = [.. Plans.Select(p => ToIndex(p, p.Choose(folder, Missing)!, folder))],
        };

        private static SnapshotIndex ToIndex(IndexPlan plan, IndexForm form, MetadataFolder folder) =>
            new(plan.Component, plan.Architecture, form.Name, folder.IndexPath(form.Entry.Sha256), form.Entry, plan.Plain);

        private ImmutableArray<Uri> Roots => [Found.Root, .. Found.Choice.Roots.Where(r => r != Found.Root)];
    }
}
