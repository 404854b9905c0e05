using System.Collections.Concurrent;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats.Manifests;
using EzTemplates.Store.Native;

namespace EzTemplates.Store;

/// <summary>
/// <c>store/dirty</c> exists while objects get their names, and holds the boot id. Found under another boot id, the machine went down
/// in between: objects as new as the mark are hashed again, and those that do not match are removed, after the contents of packages
/// and the manifests that name them. So packages are ingested and versions built again when next asked for; until then, environments
/// of such a version miss those files. (Bytes are synced before they get a name, so this finds something only on a disk that lost
/// what it had promised to keep.)
/// </summary>
internal sealed class DirtyMark : IDisposable
{
    // Time stamps of files are as coarse as the kernel's tick.
    private const long SlackSeconds = 2;

    private readonly ContentStore _store;
    private readonly FileLock _shared;

    private DirtyMark(ContentStore store, FileLock shared) => (_store, _shared) = (store, shared);

    /// <summary>Sets the mark. The caller makes it durable before the first name.</summary>
    public static DirtyMark Set(ContentStore store, WorkFolder work, LockPatience patience)
    {
        // Recovery is over before a command begins to write: another one's Clear is all that can be waited for here.
        var shared = FileLock.Acquire(store.Layout.DirtyLock, FileLockMode.Shared, "new objects on their way to disk", patience);
        try
        {
            var unfinished = work.NewPath("dirty");
            StoreFile.WriteNew(unfinished, Encoding.ASCII.GetBytes(store.Options.BootId + "\n"));
            _ = Libc.TryRenameNew(null, unfinished, null, store.Layout.Dirty);
            return new DirtyMark(store, shared);
        }
        catch
        {
            shared.Dispose();
            throw;
        }
    }

    /// <summary>All names are given: makes them durable, and removes the mark unless another command still needs it.</summary>
    public void Clear()
    {
        _shared.Dispose();
        using var alone = FileLock.TryAcquire(_store.Layout.DirtyLock, FileLockMode.Exclusive);
        using (var folder = Libc.OpenFolder(null, _store.Layout.Store))
        {
            Libc.SyncFileSystem(folder);
        }

        if (alone is not null)
        {
            Libc.TryRemoveFile(null, _store.Layout.Dirty);
        }
    }

    public void Dispose() => _shared.Dispose();

    /// <summary>Looks into what an unclean shutdown left in doubt; returns at once where there is nothing.</summary>
    public static void Recover(ContentStore store, LockPatience patience)
    {
        if (!IsOfAnotherBoot(store))
        {
            return;
        }

        using var alone = FileLock.Acquire(store.Layout.DirtyLock, FileLockMode.Exclusive, "recovery after an unclean shutdown", patience);
        if (!IsOfAnotherBoot(store) || Libc.TryStatus(null, store.Layout.Dirty) is not { } mark)
        {
            return;
        }

        var wrong = FindWrongObjects(store, mark.Mtime.Seconds - SlackSeconds, patience.Cancellation);
        if (!wrong.IsEmpty)
        {
            RemoveWith(store, wrong);
        }

        Libc.TryRemoveFile(null, store.Layout.Dirty);
    }

    private static bool IsOfAnotherBoot(ContentStore store) =>
        StoreFile.TryRead(store.Layout.Dirty) is { } mark && Encoding.ASCII.GetString(mark).Trim() != store.Options.BootId;

    private static ConcurrentDictionary<Sha256Digest, byte> FindWrongObjects(ContentStore store, long since, CancellationToken cancellation)
    {
        var wrong = new ConcurrentDictionary<Sha256Digest, byte>();
        using var objects = Libc.OpenFolder(null, store.Layout.Objects);
        foreach (var prefix in Libc.ReadFolder(objects))
        {
            using var folder = Libc.OpenFolder(objects, NativePath.FromLatin1(prefix.Name));
            Parallel.ForEach(Libc.ReadFolder(folder), new ParallelOptions { CancellationToken = cancellation }, member =>
            {
                if (Sha256Digest.TryParse(prefix.Name + member.Name, out var digest)
                    && Libc.TryStatus(folder, member.Name) is { } status && status.Ctime.Seconds >= since
                    && !store.Objects.Verify(digest))
                {
                    wrong.TryAdd(digest, 0);
                }
            });
        }

        return wrong;
    }

    /// <summary>The objects go last: if this is interrupted, they are found wrong again, and with them what names them.</summary>
    private static void RemoveWith(ContentStore store, ConcurrentDictionary<Sha256Digest, byte> wrong)
    {
        RemoveThatName(wrong, store.Layout.Contents, (text, path) => IngestedPackage.ObjectsOf(ContentsText.Read(text, path)));
        RemoveThatName(wrong, store.Layout.Manifests, (text, path) => ManifestText.Read(text, path).Entries.Select(entry => entry.Content).OfType<Sha256Digest>());
        foreach (var digest in wrong.Keys)
        {
            Libc.TryRemoveFile(null, store.Layout.ObjectOf(digest));
        }
    }

    private static void RemoveThatName(
        ConcurrentDictionary<Sha256Digest, byte> wrong, string folder, Func<byte[], string, IEnumerable<Sha256Digest>> objectsOf)
    {
        using var opened = Libc.OpenFolder(null, folder);
        foreach (var member in Libc.ReadFolder(opened))
        {
            var path = Path.Combine(folder, member.Name);
            if (objectsOf(StoreFile.Read(path), path).Any(wrong.ContainsKey))
            {
                Libc.TryRemoveFile(null, path);
            }
        }

        Libc.Sync(opened);
    }
}
