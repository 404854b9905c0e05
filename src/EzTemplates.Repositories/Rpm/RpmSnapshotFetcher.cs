using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Repositories;

/// <summary>
/// Brings the snapshots of rpm-md repositories up to date, as <see cref="SnapshotFetcher"/> does those of suites: a snapshot is accepted
/// when all its files are in place.
/// </summary>
public sealed class RpmSnapshotFetcher
{
    private readonly MirrorClient _client;
    private readonly MetadataFolder _folder;
    private readonly RepomdFetcher _repomds;

    /// <param name="metadataDirectory"><c>store/metadata</c>; its inner layout is <see cref="MetadataFolder"/>'s.</param>
    public RpmSnapshotFetcher(MirrorClient client, string metadataDirectory, ReleaseVerifier? verifier = null)
    {
        _client = client;
        _folder = new MetadataFolder(metadataDirectory);
        _repomds = new RepomdFetcher(client, _folder, new SignatureCheck(_folder, client.Settings.Time, verifier));
    }

    /// <summary>The snapshots in the order of the repositories.</summary>
    /// <exception cref="EzException">A repository cannot be had, or not as it was signed.</exception>
    public async Task<ImmutableArray<RpmSnapshot>> FetchAsync(IReadOnlyList<ResolvedRpmRepository> repositories, SnapshotOptions options)
    {
        var wanted = repositories.Select(repository => new Wanted(repository, _folder)).ToList();
        await RefreshAsync(wanted, options).ConfigureAwait(false);
        var failures = wanted.All(w => w.IsPresent) ? [] : await FetchIndexesAsync(wanted, options).ConfigureAwait(false);
        if (failures.Count > 0 && !options.Offline && await FollowAsync([.. failures.Keys], options).ConfigureAwait(false))
        {
            // The mirror was in the middle of an update: its repomd.xml has changed since, so the files may be there now.
            failures = await FetchIndexesAsync(wanted, options).ConfigureAwait(false);
        }

        ThrowIfAny(failures);
        if (!options.Offline)
        {
            wanted.ForEach(Accept);
        }

        return [.. wanted.Select(w => w.ToSnapshot())];
    }

    private Task RefreshAsync(IEnumerable<Wanted> wanted, SnapshotOptions options) => Task.WhenAll(wanted.Select(async w =>
    {
        var found = options.Offline
            ? await _repomds.RecallAsync(w.Repository).ConfigureAwait(false)
            : await _repomds.RefreshAsync(w.Repository, options).ConfigureAwait(false);
        w.Take(found, RepomdPlan.Of(found.Repomd, w.Repository.Id, found.Message.Address.ToString()));
    }));

    /// <summary>Fetches the repomd.xml of repositories whose files failed again; says whether one has changed.</summary>
    private async Task<bool> FollowAsync(IReadOnlyList<Wanted> failed, SnapshotOptions options)
    {
        var before = failed.Select(w => w.Found.Signed.Name).ToList();
        await RefreshAsync(failed, options).ConfigureAwait(false);
        return failed.Where((w, i) => w.Found.Signed.Name != before[i]).Any();
    }

    private async Task<Dictionary<Wanted, FetchFailure>> FetchIndexesAsync(IReadOnlyList<Wanted> wanted, SnapshotOptions options)
    {
        var fetch = new FetchOptions { Offline = options.Offline, Progress = options.Progress, Cancel = options.Cancel };
        while (true)
        {
            // Two repositories may share a file: it is fetched once, from the mirrors of both.
            var owners = wanted.SelectMany(w => w.Indexes.Select(index => (Owner: w, Index: index))).ToLookup(o => o.Index.FilePath, StringComparer.Ordinal);
            var report = await new PackageFetcher(_client).FetchAsync([.. owners.Select(ItemFor)], fetch).ConfigureAwait(false);
            var (failures, tryAnotherForm) = (new Dictionary<Wanted, FetchFailure>(), false);
            foreach (var (failure, owner, index) in report.Failures.SelectMany(failure => owners[failure.Item.DestinationPath].Select(o => (failure, o.Owner, o.Index))))
            {
                tryAnotherForm |= failure.Kind == FetchFailureKind.NotFoundEverywhere && owner.TurnFrom(index);
                failures[owner] = failures.TryGetValue(owner, out var worse) && worse.Kind > failure.Kind ? worse : failure;
            }

            if (!tryAnotherForm)
            {
                return failures;
            }
        }
    }

    private static FetchItem ItemFor(IEnumerable<(Wanted Owner, RpmIndex Index)> same)
    {
        var items = same.Select(o => o.Owner.ItemFor(o.Index)).ToList();
        return items[0] with { Candidates = [.. items.SelectMany(item => item.Candidates).Distinct()] };
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
            $"repository `{owner.Repository.Id}`: {failure.Message}",
            failure.Hint ?? "the mirror is in the middle of an update, or broken: try again in some minutes, or another mirror, `--mirror ID=URL`");
    }

    private void Accept(Wanted wanted)
    {
        var found = wanted.Found;
        var message = _folder.KeepText(found.Message.Text);
        var signature = found.Message.Signature is { } detached ? _folder.KeepText(detached) : null;
        var accepted = new AcceptedRelease
        {
            Repository = wanted.Repository.Id,
            Root = found.Message.Root.AbsoluteUri,
            Suite = RepomdPast.SuiteOf(wanted.Repository),
            Message = message,
            Signature = signature,
            Name = found.Signed.Name.ToString(),
            Origin = wanted.Repository.Place,
            Date = found.Date,
            EntityTag = found.Message.Validators.EntityTag,
            LastModified = found.Message.Validators.LastModified,
            Indexes = [.. wanted.Indexes.Select(index => index.File.Digest!.Value.ToString())],
        };
        if (found.WentBack)
        {
            // Or every command would ask mirror after mirror again, and one without a network go on with what was left behind.
            _folder.Forget(accepted);
        }

        _folder.AcceptInstead(accepted);
    }

    /// <summary>A repository on its way to being a snapshot.</summary>
    private sealed class Wanted(ResolvedRpmRepository repository, MetadataFolder folder)
    {
        private readonly HashSet<string> _missing = new(StringComparer.Ordinal);
        private ImmutableArray<RpmIndexPlan> _plans = [];

        public ResolvedRpmRepository Repository { get; } = repository;

        public FoundRepomd Found { get; private set; } = null!;

        public IEnumerable<RpmIndex> Indexes => _plans.Select(plan => plan.Choose(_missing) is { } file ? new RpmIndex(plan.Kind, file, folder.IndexPath(file.Digest!.Value)) : null).OfType<RpmIndex>();

        /// <summary>By sizes; never where repomd.xml does not promise the decompressed bytes, which is what a later reader checks.</summary>
        public bool IsPresent => Indexes.All(index =>
            index.File.OpenDigest is not null && new FileInfo(index.FilePath) is { Exists: true } file && file.Length == index.File.Size);

        public void Take(FoundRepomd found, ImmutableArray<RpmIndexPlan> plans)
        {
            (Found, _plans) = (found, plans);
            _missing.Clear();
        }

        /// <summary>Notes that no mirror has this form; says whether another may do. The last form stays, for what is said of it.</summary>
        public bool TurnFrom(RpmIndex index)
        {
            var others = _plans.First(plan => plan.Kind == index.Kind).Forms.Any(form => form.Path != index.File.Path && !_missing.Contains(form.Path));
            return others && _missing.Add(index.File.Path);
        }

        public FetchItem ItemFor(RpmIndex index) => new(
            $"{Repository.Id} {index.File.Path}", Snapshot.AddressesBelow(Found.Roots, index.File.Path), index.File.Size!.Value, index.File.Digest!.Value, index.FilePath);

        public RpmSnapshot ToSnapshot() => new()
        {
            Repository = Repository.Id,
            Name = Found.Signed.Name,
            Repomd = Found.Repomd,
            MirrorRoots = Found.Roots,
            SignedBy = Found.Signed.SignedBy,
            IsUnchanged = Found.IsUnchanged,
            Only = Repository.Only,
            Except = Repository.Except,
            Indexes = [.. Indexes],
        };
    }
}
