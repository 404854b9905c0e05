using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Store;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>
/// The environments of a store. Every method first removes what a killed command left half made or half removed; an environment
/// is there from one rename to another.
/// </summary>
public sealed class EnvironmentStore
{
    private const int OwnerOnly = 0b111_000_000;
    private const string NewPrefix = ".new-";
    private const string GonePrefix = ".gone-";

    public EnvironmentStore(EnvironmentHost host)
    {
        ArgumentNullException.ThrowIfNull(host);

        // The kernel's table of mounts has paths without links.
        Host = Native.Linux.RealPath(host.Layout.Root) is { } root ? host with { Layout = new StoreLayout(root) } : host;
        Views = new ViewMounts(Host);
    }

    internal EnvironmentHost Host { get; }

    internal ViewMounts Views { get; }

    private StoreLayout Layout => Host.Layout;

    /// <summary>Makes an environment that maps to a manifest. Mounts nothing.</summary>
    /// <exception cref="EzException">Environment: there is one of that name.</exception>
    public void Create(EnvironmentName name, Mapping mapping)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        using var names = LockNames();
        using var held = Host.HoldStore();
        Sweep();
        if (Exists(name))
        {
            throw new EzException(FailureKind.Environment, $"environment `{name}` exists already", $"ez env remap {name} --to {mapping.Template}, or choose another name");
        }

        var temporary = UnfinishedPath(NewPrefix, name);
        try
        {
            Make(temporary, mapping);
            Publish(temporary, Layout.EnvironmentOf(name.ToString()));
        }
        catch
        {
            SweepWhatGoes();
            throw;
        }
    }

    /// <summary>Gives the folder its name for good, or leaves it where it is.</summary>
    private void Publish(string temporary, string final)
    {
        using var folder = Libc.OpenFolder(null, Layout.Environments);
        Libc.SyncFileSystem(folder);
        Libc.Rename(null, temporary, null, final);
        try
        {
            Libc.Sync(folder);
        }
        catch (StoreException)
        {
            Libc.Rename(null, final, null, temporary);
            throw;
        }
    }

    private void Make(string temporary, Mapping mapping)
    {
        Libc.MakeFolder(null, temporary, OwnerOnly);
        foreach (var part in (ReadOnlySpan<string>)["private", "work", "links", "root"])
        {
            Libc.MakeFolder(null, Path.Combine(temporary, part), OwnerOnly);
        }

        TakeRootFrom(Host.ReadManifest(mapping.Manifest), Path.Combine(temporary, "private"));
        EnvironmentHistory.Append(Path.Combine(temporary, "history"), Entry(1, MappingAction.Create, null, mapping));
    }

    /// <summary>Sorted by name.</summary>
    public ImmutableArray<EnvironmentSummary> List()
    {
        RecoverNames();
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
            Form = view?.Form ?? Host.ForcedForm ?? ViewForms.OfThisKernel(),
            Layer = view?.Layer ?? Views.Layers.Kind,
            PrivateBytes = PrivateTree.AllocatedBytes(PrivateOf(name)),
            Processes = Views.UsersOf(name),
        };
    }

    /// <summary>Oldest first; never empty.</summary>
    /// <exception cref="EzException">Environment: no such one.</exception>
    public ImmutableArray<HistoryEntry> History(EnvironmentName name)
    {
        RecoverNames();
        RequireExists(name);
        var entries = TryHistory(name);
        if (entries.IsEmpty)
        {
            RequireExists(name);
            entries = EnvironmentHistory.Read(HistoryOf(name));
        }

        return entries;
    }

    public Mapping Current(EnvironmentName name) => History(name)[^1].To;

    /// <summary>Mounts the view if it is not, and says where. It stays mounted.</summary>
    public string MountedRoot(EnvironmentName name)
    {
        using var use = LockForUse(name);
        EnsureMounted(name);
        return Views.PointOf(name);
    }

    /// <returns>False if it was not mounted.</returns>
    /// <exception cref="BusyEnvironmentException">In use, and not to be waited for.</exception>
    public bool Unmount(EnvironmentName name, WhenBusy whenBusy = WhenBusy.Fail)
    {
        using var only = LockExclusively(name, whenBusy);
        return UnmountOr(name, whenBusy);
    }

    /// <summary>Unmounts, and removes all that the environment ever wrote.</summary>
    /// <exception cref="BusyEnvironmentException">In use, and not to be waited for.</exception>
    /// <exception cref="StoreException">The environment is gone, but not all of its files could be deleted.</exception>
    public void Remove(EnvironmentName name, WhenBusy whenBusy = WhenBusy.Fail)
    {
        using var only = LockExclusively(name, whenBusy);
        UnmountOr(name, whenBusy);
        using var names = LockNames();
        var gone = UnfinishedPath(GonePrefix, name);
        using (var folder = Libc.OpenFolder(null, Layout.Environments))
        {
            Libc.Rename(null, Layout.EnvironmentOf(name.ToString()), null, gone);
            Libc.Sync(folder);
        }

        only.RemoveAndDispose();
        try
        {
            FolderRemoval.Remove(gone);
        }
        catch (StoreException failure)
        {
            throw new StoreException(
                $"environment `{name}` is removed, but not all of its files could be deleted: {failure.Message}",
                $"lsattr -R {gone} shows files that chattr made immutable; ez deletes the rest once it can",
                failure,
                failure.Errno);
        }
    }

    /// <summary>Shared for as long as something runs in the environment. Waits while it is being remapped.</summary>
    internal FileLock LockForUse(EnvironmentName name) => LockOf(name, FileLockMode.Shared, WhenBusy.Wait);

    /// <exception cref="BusyEnvironmentException">Something runs in it, and it is not to be waited for.</exception>
    internal FileLock LockExclusively(EnvironmentName name, WhenBusy whenBusy) => LockOf(name, FileLockMode.Exclusive, whenBusy);

    /// <summary>Unmounts the view if it is mounted; the caller holds the environment's lock exclusively.</summary>
    internal bool UnmountOr(EnvironmentName name, WhenBusy whenBusy)
    {
        for (var told = false; ; told = true)
        {
            try
            {
                return Views.Unmount(name);
            }
            catch (BusyEnvironmentException busy) when (whenBusy == WhenBusy.Wait)
            {
                if (!told)
                {
                    Host.Patience.Announce?.Invoke(new LockWaiting($"environment {name}: {string.Join(", ", busy.Users)}", []));
                }

                Host.Patience.Cancellation.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(200));
                Host.Patience.Cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    internal string PrivateOf(EnvironmentName name) => Path.Combine(Layout.EnvironmentOf(name.ToString()), "private");

    internal string WorkOf(EnvironmentName name) => Path.Combine(Layout.EnvironmentOf(name.ToString()), "work");

    internal string HistoryOf(EnvironmentName name) => Path.Combine(Layout.EnvironmentOf(name.ToString()), "history");

    /// <summary>
    /// Notes that the private area is still made for another version. What <see cref="PrivateArea.Follow"/> does shows, so it comes
    /// after the commit; whoever looks next finds this note, if the command was killed in between.
    /// </summary>
    internal void WriteUnsettled(EnvironmentName name, Sha256Digest from, Sha256Digest to)
    {
        using var file = Libc.Open(null, UnsettledOf(name), OpenFlags.Write | OpenFlags.Create | OpenFlags.Truncate | OpenFlags.NoFollow, 0b110_000_000);
        Libc.Write(file, System.Text.Encoding.ASCII.GetBytes($"{from} {to}\n"));
        Libc.Sync(file);
    }

    /// <summary>Does what the note asks, if the version it speaks of is mapped, and removes it. The view is not mounted.</summary>
    internal void Settle(EnvironmentName name)
    {
        var note = UnsettledOf(name);
        if (!File.Exists(note))
        {
            return;
        }

        var words = System.Text.Encoding.ASCII.GetString(StoreFile.Read(note)).TrimEnd('\n').Split(' ');
        if (words.Length == 2 && Sha256Digest.TryParse(words[0], out var from) && Sha256Digest.TryParse(words[1], out var to)
            && EnvironmentHistory.Read(HistoryOf(name))[^1].To.Manifest == to)
        {
            PrivateArea.Follow(PrivateOf(name), Host.ReadManifest(from), Host.ReadManifest(to));
        }

        Libc.TryRemoveFile(null, note);
    }

    /// <summary>For a remap that failed; what went wrong there matters more, and the next mount settles what this cannot.</summary>
    internal void TrySettle(EnvironmentName name)
    {
        try
        {
            Settle(name);
        }
        catch (StoreException)
        {
            // The same broken disk.
        }
    }

    /// <summary>The caller holds the environment's lock.</summary>
    internal void EnsureMounted(EnvironmentName name) => Views.EnsureMounted(name, Current(name).Manifest, () => Settle(name));

    private string UnsettledOf(EnvironmentName name) => Path.Combine(Layout.EnvironmentOf(name.ToString()), "unsettled");

    internal HistoryEntry Entry(int number, MappingAction action, Mapping? from, Mapping to) =>
        new(number, Host.Clock.GetUtcNow(), $"{Host.User} {LockHolder.Self}", action, from, to);

    private FileLock LockOf(EnvironmentName name, FileLockMode mode, WhenBusy whenBusy)
    {
        RecoverNames();
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
            RecoverPrivate(name);
            return EnvironmentHistory.Read(HistoryOf(name));
        }
        catch (StoreException) when (!File.Exists(HistoryOf(name)))
        {
            return [];
        }
    }

    private FileLock LockNames()
    {
        Directory.CreateDirectory(Layout.Locks);
        Libc.TryMakeFolder(null, Layout.Environments, OwnerOnly);
        return FileLock.Acquire(Path.Combine(Layout.Locks, "environments"), FileLockMode.Exclusive, "the names of environments", Host.Patience);
    }

    private void RecoverNames()
    {
        if (LeftOver().Any())
        {
            using var names = LockNames();
            Sweep();
        }
    }

    /// <summary>Ends what a remap that was killed after its commit had still to do; one that is at work has the lock.</summary>
    private void RecoverPrivate(EnvironmentName name)
    {
        if (File.Exists(UnsettledOf(name)))
        {
            using var only = FileLock.TryAcquire(Layout.EnvironmentLockOf(name.ToString()), FileLockMode.Exclusive);
            if (only is not null)
            {
                Settle(name);
            }
        }
    }

    /// <summary>What cannot be deleted stays until it can: whoever removed that environment was told, and no other has to do with it.</summary>
    private void Sweep()
    {
        foreach (var folder in LeftOver().ToList())
        {
            try
            {
                FolderRemoval.Remove(folder);
            }
            catch (StoreException)
            {
            }
        }
    }

    /// <summary>No earlier one that is still there can be in the way.</summary>
    private string UnfinishedPath(string prefix, EnvironmentName name) => Path.Combine(Layout.Environments, $"{prefix}{name}.{Guid.NewGuid():N}");

    /// <summary>After a failure that matters more; the next command sweeps again.</summary>
    private void SweepWhatGoes()
    {
        try
        {
            Sweep();
        }
        catch (Exception failure) when (failure is StoreException or IOException or UnauthorizedAccessException)
        {
            // The same broken disk.
        }
    }

    private IEnumerable<string> LeftOver() => !Directory.Exists(Layout.Environments)
        ? []
        : Directory.EnumerateDirectories(Layout.Environments, ".*")
            .Where(folder => Path.GetFileName(folder) is var name && (name.StartsWith(NewPrefix, StringComparison.Ordinal) || name.StartsWith(GonePrefix, StringComparison.Ordinal)));

    /// <summary>The private area is the view's root, so it must look like the manifest's from the start.</summary>
    private static void TakeRootFrom(Manifest manifest, string privateArea)
    {
        var root = manifest.Entries[0];
        Libc.ChangeOwner(null, privateArea, root.Uid, root.Gid);
        Libc.ChangeMode(null, privateArea, root.Mode);
        foreach (var xattr in root.Xattrs)
        {
            Libc.SetXattr(null, privateArea, NativePath.FromLatin1(xattr.Name), xattr.Value.AsSpan());
        }

        Libc.ChangeMtime(null, privateArea, root.Mtime);
    }
}
