using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using EzTemplates.Domain;
using EzTemplates.Store;

namespace EzTemplates.Environments;

/// <summary>
/// The environments of a store. Every method first removes what a killed command left half made or half removed; an environment
/// is there from one rename to another.
/// </summary>
public sealed class EnvironmentStore
{
    private readonly UnfinishedEnvironments _unfinished;

    public EnvironmentStore(EnvironmentHost host)
    {
        ArgumentNullException.ThrowIfNull(host);

        // The kernel's table of mounts has paths without links.
        Host = Native.Linux.RealPath(host.Layout.Root) is { } root ? host with { Layout = new StoreLayout(root) } : host;
        Views = new ViewMounts(Host);
        _unfinished = new UnfinishedEnvironments(Host);
    }

    internal EnvironmentHost Host { get; }

    internal ViewMounts Views { get; }

    private StoreLayout Layout => Host.Layout;

    /// <summary>To make several environments with what one costs.</summary>
    public EnvironmentCreation BeginCreation() => new(this, _unfinished);

    /// <summary>Makes an environment that maps to a manifest. Mounts nothing.</summary>
    /// <exception cref="EzException">Environment: there is one of that name.</exception>
    public void Create(EnvironmentName name, Mapping mapping)
    {
        using var creation = BeginCreation();
        creation.Prepare(name, mapping);
        creation.Publish();
    }

    /// <summary>Sorted by name.</summary>
    public ImmutableArray<EnvironmentSummary> List()
    {
        Recover();
        var mounted = MountTable.OfThisProcess().Select(mount => mount.Point).ToHashSet(StringComparer.Ordinal);
        var found = ImmutableArray.CreateBuilder<EnvironmentSummary>();
        foreach (var name in Names())
        {
            var entries = TryHistory(name);
            if (!entries.IsEmpty)
            {
                found.Add(new EnvironmentSummary(name, entries[^1].To, entries[0].At, entries.Length, mounted.Contains(Views.PointOf(name))));
            }
        }

        return found.ToImmutable();
    }

    public bool Exists(EnvironmentName name) => Directory.Exists(Layout.EnvironmentOf(name.ToString()));

    /// <exception cref="EzException">Environment: no such one.</exception>
    public EnvironmentDetails Show(EnvironmentName name)
    {
        var last = History(name)[^1];
        var view = Views.Find(name);
        return new EnvironmentDetails
        {
            Name = name,
            Mapping = last.To,
            Since = last.At,
            Root = Views.PointOf(name),
            IsMounted = view is not null,
            Form = view?.Form ?? Host.Form,
            Layer = view?.Layer ?? Views.Layers.Kind,
            PrivateBytes = PrivateTree.AllocatedBytes(PrivateOf(name)),
            Processes = Views.UsersOf(name),
        };
    }

    /// <summary>Oldest first; never empty.</summary>
    /// <exception cref="EzException">Environment: no such one.</exception>
    public ImmutableArray<HistoryEntry> History(EnvironmentName name)
    {
        Recover();
        return ReadHistory(name);
    }

    /// <summary>As <see cref="History"/>, for one of many: what killed commands left was removed before.</summary>
    internal ImmutableArray<HistoryEntry> ReadHistory(EnvironmentName name)
    {
        RequireExists(name);
        var entries = TryHistory(name);
        if (entries.IsEmpty)
        {
            RequireExists(name);
            entries = EnvironmentHistory.Read(HistoryOf(name));
        }

        return entries;
    }

    /// <summary>What a mapping shows, as this store shows it.</summary>
    public Manifest ManifestOf(Mapping mapping)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        return Host.ReadManifest(mapping.Manifest);
    }

    public Mapping Current(EnvironmentName name) => History(name)[^1].To;

    /// <summary>Where its view is, or will be, mounted.</summary>
    public string RootOf(EnvironmentName name) => Views.PointOf(name);

    /// <summary>Mounts the view if it is not, and says where. It stays mounted. What the caller makes in it is not taken for what an interrupted first command made.</summary>
    public string MountedRoot(EnvironmentName name)
    {
        using var use = LockForUse(name);
        EnsureMounted(name);
        FirstCommandsOf(name).Settle(PlaceOf(name), Host.Patience.Cancellation);
        return Views.PointOf(name);
    }

    /// <returns>False if it was not mounted.</returns>
    /// <exception cref="BusyEnvironmentException">In use, and not to be waited for.</exception>
    public bool Unmount(EnvironmentName name, WhenBusy whenBusy = WhenBusy.Fail)
    {
        Recover();
        using var only = new BatchMember(name) { Lock = TakeExclusively(name, whenBusy) };
        new BatchViews(this).Unmount([only], whenBusy);
        only.ThrowIfFailed();
        return only.WasMounted;
    }

    /// <summary>Unmounts, and removes all that the environment ever wrote.</summary>
    /// <exception cref="BusyEnvironmentException">In use, and not to be waited for.</exception>
    /// <exception cref="StoreException">The environment is gone, but not all of its files could be deleted.</exception>
    public void Remove(EnvironmentName name, WhenBusy whenBusy = WhenBusy.Fail)
    {
        if (new EnvironmentRemoval(this, _unfinished).Run([name], whenBusy)[0].Failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Several at the cost of hardly more than one; each fails for itself.</summary>
    /// <returns>In the order of the names.</returns>
    public IReadOnlyList<RemovalOutcome> RemoveAll(IReadOnlyList<EnvironmentName> names, WhenBusy whenBusy) =>
        new EnvironmentRemoval(this, _unfinished).Run(names, whenBusy);

    /// <summary>Removes what killed commands left.</summary>
    internal void Recover() => _unfinished.Recover();

    /// <summary>Shared for as long as something runs in the environment. Waits while it is being remapped.</summary>
    internal FileLock LockForUse(EnvironmentName name)
    {
        Recover();
        return TakeShared(name);
    }

    /// <summary>As <see cref="LockForUse"/>, for one of many.</summary>
    internal FileLock TakeShared(EnvironmentName name) => LockOf(name, FileLockMode.Shared, WhenBusy.Wait);

    /// <exception cref="BusyEnvironmentException">Something runs in it, and it is not to be waited for.</exception>
    internal FileLock TakeExclusively(EnvironmentName name, WhenBusy whenBusy) => LockOf(name, FileLockMode.Exclusive, whenBusy);

    internal string PrivateOf(EnvironmentName name) => Path.Combine(Layout.EnvironmentOf(name.ToString()), "private");

    internal string WorkOf(EnvironmentName name) => Path.Combine(Layout.EnvironmentOf(name.ToString()), "work");

    internal string HistoryOf(EnvironmentName name) => Path.Combine(Layout.EnvironmentOf(name.ToString()), "history");

    internal FirstCommands FirstCommandsOf(EnvironmentName name) => new(Host, name);

    /// <summary>For first commands, where the caller has the environment's lock and has seen to the view.</summary>
    internal FirstCommandPlace PlaceOf(EnvironmentName name)
    {
        var mapping = new Lazy<Mapping>(() => Current(name));
        return new FirstCommandPlace
        {
            View = Views.PointOf(name),
            Manifest = () => ManifestOf(mapping.Value),
            Wanted = () => Host.SetupOf(mapping.Value).FirstCommands,
            Users = () => Views.UsersOf(name),
        };
    }

    /// <summary>What its mappings keep of its private files.</summary>
    internal KeptMappings KeptBy(EnvironmentName name) => new(Layout.EnvironmentOf(name.ToString()));

    internal UnsettledArea UnsettledOf(EnvironmentName name) => new(Host, name);

    /// <summary>The caller holds the environment's lock.</summary>
    internal void EnsureMounted(EnvironmentName name) => Views.EnsureMounted(new ViewToMount(name, ReadHistory(name)[^1].To.Manifest, UnsettledOf(name).Settle));

    internal HistoryEntry Entry(int number, MappingAction action, Mapping? from, Mapping to) =>
        new(number, Host.Clock.GetUtcNow(), $"{Host.User} {LockHolder.Self}", action, from, to);

    private FileLock LockOf(EnvironmentName name, FileLockMode mode, WhenBusy whenBusy)
    {
        RequireExists(name);
        Directory.CreateDirectory(Layout.Locks);
        var path = Layout.EnvironmentLockOf(name.ToString());
        var taken = whenBusy == WhenBusy.Wait
            ? FileLock.Acquire(path, mode, $"environment {name}", Host.Patience)
            : TryLock(name, path, mode) ?? throw Busy(name, path);
        if (!Exists(name))
        {
            taken.RemoveAndDispose();
            RequireExists(name);
        }

        return taken;
    }

    /// <summary>
    /// A program that `ez` or another is just starting has its descriptors, locks and all, until it executes (vfork(2)): a holder that
    /// nobody can see is given a moment to be gone.
    /// </summary>
    private FileLock? TryLock(EnvironmentName name, string path, FileLockMode mode)
    {
        const int attempts = 50;
        for (var attempt = 1; ; attempt++)
        {
            if (FileLock.TryAcquire(path, mode) is { } taken)
            {
                return taken;
            }

            if (attempt == attempts || !FileLock.HoldersOf(path).IsEmpty || !Views.UsersOf(name).IsEmpty)
            {
                return null;
            }

            Host.Patience.Cancellation.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(10));
        }
    }

    private BusyEnvironmentException Busy(EnvironmentName name, string path)
    {
        var inside = Views.UsersOf(name).Select(ViewUsers.Describe);
        return BusyEnvironmentException.For(name, [.. inside, .. FileLock.HoldersOf(path).Select(holder => $"{holder.ProcessId} ({holder.Command})")]);
    }

    private void RequireExists(EnvironmentName name)
    {
        if (!Exists(name))
        {
            throw new EzException(FailureKind.Environment, $"there is no environment `{name}`", "ez env list shows those there are");
        }
    }

    private IEnumerable<EnvironmentName> Names() => !Directory.Exists(Layout.Environments)
        ? []
        : Directory.EnumerateDirectories(Layout.Environments)
            .Select(folder => EnvironmentName.TryParse(Path.GetFileName(folder), out var name) ? name : (EnvironmentName?)null)
            .OfType<EnvironmentName>()
            .Order();

    /// <summary>Empty if the environment has just been removed.</summary>
    private ImmutableArray<HistoryEntry> TryHistory(EnvironmentName name)
    {
        try
        {
            UnsettledOf(name).Recover();
            return EnvironmentHistory.Read(HistoryOf(name));
        }
        catch (StoreException) when (!File.Exists(HistoryOf(name)))
        {
            return [];
        }
    }
}
