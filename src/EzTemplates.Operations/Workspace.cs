using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Environments;
using EzTemplates.Repositories;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>What the user asked for, before anything is opened.</summary>
public sealed record WorkspaceOptions
{
    /// <summary>Null: the default for this user.</summary>
    public string? StoreRoot { get; init; }

    /// <summary>Touch no network.</summary>
    public bool Offline { get; init; }

    /// <summary>Change no lock.</summary>
    public bool Locked { get; init; }

    /// <summary>Plan only.</summary>
    public bool DryRun { get; init; }

    /// <summary>Archive roots that take the place of the recipe's own, by repository id.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Mirrors { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Where the host's APT configuration and <c>etc/ez/config.yaml</c> lie; tests point it at their own.</summary>
    public string HostRoot { get; init; } = "/";

    /// <summary>The name of a view's form (<c>one</c>, <c>two</c>, <c>two-merged</c>); null: the one that the running kernel takes.</summary>
    public string? ForcedForm { get; init; }

    /// <summary>The name of a kind of metadata layer (<c>image</c>, <c>tree</c>); null: the one that the running kernel takes.</summary>
    public string? ForcedLayer { get; init; }

    public LibrpmChoice Librpm { get; init; }

    /// <summary>The clock that maintainer scripts see, as <see cref="ShiftedClock.Parse"/> reads it; null: this machine's. For tests.</summary>
    public string? ScriptClock { get; init; }

    /// <summary>How patient the fetcher is; tests are not.</summary>
    public FetchSettings Fetching { get; init; } = new();
}

/// <summary>
/// The outside world as one plain object: the store, the network, the clock, whoever listens. Each is opened when first needed.
/// Operations take it and keep nothing themselves.
/// </summary>
/// <param name="listener">Whoever is told; ends with this object.</param>
public sealed class Workspace(WorkspaceOptions options, Action<OperationEvent> tell, TimeProvider time, IDisposable? listener = null, CancellationToken cancel = default) : IDisposable
{
    private readonly Dictionary<string, ImmutableArray<AptSnapshot>> _snapshots = new(StringComparer.Ordinal);
    private readonly Dictionary<Sha256Digest, Manifest> _manifests = [];
    private ContentStore? _store;
    private EnvironmentStore? _environments;
    private MirrorClient? _client;
    private MirrorSources? _mirrors;
    private RpmRepositories? _rpmRepositories;
    private MachineConfig? _configuration;
    private bool _hostIsRead;

    public WorkspaceOptions Options => options;

    public Action<OperationEvent> Tell => tell;

    public TimeProvider Time => time;

    public StepClock Steps { get; } = new(time, tell);

    public ContentStore Store => _store ??= ContentStore.Open(options.StoreRoot ?? StoreLayout.DefaultRoot, new StoreOptions
    {
        Time = time,
        Layer = ids => ViewForms.LayerOfThisKernel(ids, LayerKinds.Parse(options.ForcedLayer)),
    });

    public EnvironmentStore Environments => _environments ??= new EnvironmentStore(new EnvironmentHost
    {
        Layout = Store.Layout,
        MakeLayer = MakeLayer,
        ReadManifest = ReadManifest,
        SetupOf = new EnvironmentSetups(this).Of,
        ConfigurationFiles = mapping => PackageOfPath.ConfigurationFiles(Store, mapping),
        HoldStore = () => FileLock.Acquire(Store.Layout.StoreLock, FileLockMode.Shared, "the store", Patience),
        Ids = Store.Ids,
        ForcedForm = ViewForms.Parse(options.ForcedForm),
        ForcedLayer = LayerKinds.Parse(options.ForcedLayer),
        User = NamespaceMark.Current?.User ?? System.Environment.UserName,
        Patience = Patience,
        Warn = failure => tell(new OperationEvent.Warning(failure.Hint is { } hint ? $"{failure.Message} (hint: {hint})" : failure.Message)),
        Clock = time,
    });

    /// <summary>Tells whom a lock is waited for, and gives up when the command is cancelled.</summary>
    internal LockPatience Patience => new(waiting => tell(new OperationEvent.Waiting(waiting.ToString())), cancel);

    internal PackageFetcher Fetcher => new(Client);

    internal string MetadataDirectory => Store.Layout.Metadata;

    internal MirrorClient Client => _client ??= new MirrorClient(options.Fetching, KnownMirrors()) { Told = asked => tell(new OperationEvent.Asked(asked.Address, asked.Answer, asked.Elapsed)) };

    /// <summary>What scripts may take while versions are configured.</summary>
    internal ConfigureLimits ScriptLimits => ConfigureLimits.Of(Configuration.Scripts) with { Clock = ShiftedClock.Parse(Options.ScriptClock) };

    internal MachineConfig Configuration => _configuration ??= ShowConfiguration.Read(ShowConfiguration.FileOf(options.HostRoot));


    internal RpmRepositories RpmRepositories => _rpmRepositories ??= new RpmRepositories(this);

    /// <summary>Today's snapshots of a recipe's repositories, of either family.</summary>
    internal async Task<ImmutableArray<Snapshot>> SnapshotsAsync(RecipeFile file, CancellationToken cancelThis) => file.Os.Family == PackageFamily.Rpm
        ? [.. await RpmRepositories.SnapshotsAsync(file, cancelThis).ConfigureAwait(false)]
        : [.. await SuitesAsync(file, cancelThis).ConfigureAwait(false)];

    /// <summary>Those of a DEB recipe; asked for once in the life of this object.</summary>
    internal async Task<ImmutableArray<AptSnapshot>> SuitesAsync(RecipeFile file, CancellationToken cancelThis)
    {
        var key = string.Join('\n', file.Repositories.Select(KeyOf).Prepend(string.Join(' ', file.Architectures)));
        if (_snapshots.TryGetValue(key, out var known))
        {
            return known;
        }

        RequireRepositories(file);
        var repositories = Resolve([.. file.Repositories], file.Os.Architecture);
        var found = await new SnapshotFetcher(Client, MetadataDirectory).FetchAsync(repositories, file.Architectures, new SnapshotOptions
        {
            Offline = options.Offline,
            Cancel = cancelThis,
            Progress = p => tell(new OperationEvent.Progress("snapshot", p.DoneBytes, p.TotalBytes, p.DoneFiles, p.TotalFiles)),
        }).ConfigureAwait(false);
        _snapshots[key] = found;
        return found;
    }

    internal static void RequireRepositories(RecipeFile file)
    {
        if (!file.Repositories.Any())
        {
            throw new EzException(FailureKind.Usage, $"`{file.FullPath}` names no repository", "add `repositories:`, as recipes/debian-12.yaml has it");
        }
    }

    /// <summary>All that decides what a repository is: two recipes may give one id to unlike archives.</summary>
    internal static string KeyOf(RepositorySpec spec)
    {
        var keys = spec.Keys switch
        {
            KeySource.KeyFile file => file.FullPath,
            KeySource.Fingerprints some => string.Join(' ', some.Allowed.Concat(some.Files.Select(file => file.FullPath)).Append(some.Armored)),
            KeySource.Inline key => key.Armored,
            _ => "host",
        };
        return string.Join('\t', spec.Id, string.Join(' ', spec.Mirrors), string.Join(' ', spec.Suites), string.Join(' ', spec.Components), keys, spec.Priority, spec.TrustUnsigned, spec.TrustPackages, spec.MirrorList, spec.Metalink, string.Join(' ', spec.Only), string.Join(' ', spec.Except));
    }

    public void Dispose()
    {
        listener?.Dispose();
        _client?.Dispose();
        _store?.Dispose();
    }

    /// <summary>As this store shows it. A manifest never changes, and a command for many environments needs one or two of them, many times.</summary>
    private Manifest ReadManifest(Sha256Digest digest)
    {
        lock (_manifests)
        {
            return _manifests.TryGetValue(digest, out var known) ? known : _manifests[digest] = Store.Ids.Shown(Store.Versions.ReadManifest(digest));
        }
    }

    /// <summary>Opens the catalog when the first is asked for.</summary>
    private IEnumerable<MirrorStatistics> KnownMirrors()
    {
        foreach (var mirror in Store.Catalog.Mirrors())
        {
            yield return new MirrorStatistics(mirror.Mirror, mirror.Bytes, mirror.Seconds, mirror.Successes, mirror.Failures);
        }
    }

    private void MakeLayer(Sha256Digest manifest, LayerKind kind)
    {
        if (!Path.Exists(Store.Layout.LayerOf(kind, manifest)))
        {
            using var writer = Store.BeginWriting(Patience);
            writer.MakeLayer(Store.Versions.ReadManifest(manifest), manifest, kind);
        }
    }

    /// <summary>The host's APT configuration is read, and its oddities told, only where a repository takes something from it.</summary>
    internal List<ResolvedRepository> Resolve(List<RepositorySpec> repositories, string architecture)
    {
        _mirrors ??= new MirrorSources
        {
            Host = HostAptConfiguration.Empty,
            Configured = Configuration.Mirrors,
            CommandLine = options.Mirrors,
        };
        if (!_hostIsRead && repositories.Exists(spec => RepositoryResolver.AsksHost(spec, _mirrors)))
        {
            _hostIsRead = true;
            _mirrors = _mirrors with { Host = HostAptSources.Read(options.HostRoot) };
            foreach (var warning in _mirrors.Host.Warnings)
            {
                tell(new OperationEvent.Warning(warning));
            }
        }

        var mirrors = _mirrors with { Architecture = architecture };
        return [.. repositories.Select(spec => RepositoryResolver.Resolve(spec, mirrors))];
    }
}
