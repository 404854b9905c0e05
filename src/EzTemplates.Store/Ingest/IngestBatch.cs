using System.Collections.Concurrent;
using EzTemplates.Domain;
using EzTemplates.Formats;
using EzTemplates.Formats.Manifests;
using EzTemplates.Store.Native;

namespace EzTemplates.Store;

/// <summary>
/// The packages that one command brings in. Nothing of them is in the store before <see cref="Complete"/>; a batch that is disposed
/// before leaves the store as it was. Each package is unpacked once in the life of the store, by whichever command comes first.
/// <see cref="Add"/> may be called from many threads.
/// </summary>
/// <remarks>
/// A package stays locked from its unpacking to its publication, and a command may need one that another command has locked. So who
/// has to wait first publishes and unlocks what it has, and so does every thread of its that finishes meanwhile: no two commands can
/// wait for each other.
/// </remarks>
public sealed class IngestBatch : IDisposable
{
    private readonly ContentStore _store;
    private readonly WorkFolder _work;
    private readonly LockPatience _patience;
    private readonly ObjectCounter _counter = new();
    private readonly ObjectStaging _staging;
    private readonly ConcurrentDictionary<Sha256Digest, IngestedPackage> _finished = new();
    private readonly System.Threading.Lock _publishing = new();
    private int _waiting;

    internal IngestBatch(ContentStore store, WorkFolder work, LockPatience patience)
    {
        (_store, _work, _patience) = (store, work, patience);
        _staging = new ObjectStaging(store.Layout, work, _counter);
    }

    public ObjectStatistics Statistics => _counter.Sum();

    /// <summary>The contents of a package: from the store, or by unpacking it now.</summary>
    /// <param name="package">The archive's digest, as the lock promises it.</param>
    /// <param name="label">Names the package to who waits for it.</param>
    /// <param name="filler">Reads the archive, and gives every file's bytes to the sink. It must itself hash the archive.</param>
    /// <exception cref="EzException">Untrusted: the archive is another one than promised; nothing of it is kept.</exception>
    public PackageContents Add(Sha256Digest package, string label, Func<FileSink, PackageContents> filler)
    {
        ArgumentNullException.ThrowIfNull(filler);
        if (FindKnown(package) is { } known)
        {
            return known;
        }

        FileLock? held = Acquire(package, label);
        try
        {
            if (FindKnown(package) is { } doneMeanwhile)
            {
                return doneMeanwhile;
            }

            var contents = filler(_staging.Put);
            if (contents.Package != package)
            {
                throw new EzException(
                    FailureKind.Untrusted,
                    $"package `{label}` has SHA-256 {contents.Package}; the lock promises {package}",
                    "remove the file from the archive cache and build again; it is fetched anew");
            }

            Stage(contents, held);
            held = null;
            return contents;
        }
        finally
        {
            held?.RemoveAndDispose();
        }
    }

    /// <summary>Takes bytes that no package has. They are in the store once <see cref="Keep"/> is asked to keep them.</summary>
    public Sha256Digest Put(Stream content, long size) => _staging.Put(content, size);

    /// <summary>Gives objects that <see cref="Put"/> took their names; those that are in the store already stay.</summary>
    public void Keep(IEnumerable<Sha256Digest> objects)
    {
        lock (_publishing)
        {
            PublishObjects(objects);
        }
    }

    /// <summary>Objects get their names, then contents theirs, each only after what came before is durable.</summary>
    public void Complete() => Publish();

    public void Dispose()
    {
        foreach (var package in _finished.Values)
        {
            package.Lock.RemoveAndDispose();
        }

        _finished.Clear();
        _staging.Close();
    }

    private PackageContents? FindKnown(Sha256Digest package)
    {
        if (_finished.TryGetValue(package, out var ours))
        {
            return ours.Contents;
        }

        if (_store.FindContents(package) is not { } known)
        {
            return null;
        }

        _counter.CountPackage(false);
        foreach (var entry in known.Entries)
        {
            if (entry.Entry.Type == EntryType.File)
            {
                _counter.CountObject(false, entry.Entry.Size);
            }
        }

        return known;
    }

    private FileLock Acquire(Sha256Digest package, string label)
    {
        var path = _store.Layout.PackageLockOf(package);
        if (FileLock.TryAcquire(path, FileLockMode.Exclusive) is { } free)
        {
            return free;
        }

        Interlocked.Increment(ref _waiting);
        try
        {
            Publish();
            return FileLock.Acquire(path, FileLockMode.Exclusive, $"package {label}", _patience);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private void Stage(PackageContents contents, FileLock held)
    {
        var text = _work.NewPath("contents");
        StoreFile.WriteNew(text, ContentsText.Write(contents));
        _finished[contents.Package] = new IngestedPackage(contents, text, held);
        _counter.CountPackage(true);
        if (Volatile.Read(ref _waiting) > 0)
        {
            Publish();
        }
    }

    private void Publish()
    {
        lock (_publishing)
        {
            var packages = _finished.Values.ToList();
            if (packages.Count == 0)
            {
                return;
            }

            PublishObjects(packages.SelectMany(package => IngestedPackage.ObjectsOf(package.Contents)));

            foreach (var package in packages)
            {
                Libc.Rename(null, package.StagedText, null, _store.Layout.ContentsOf(package.Contents.Package));
                _finished.TryRemove(package.Contents.Package, out _);
                package.Lock.RemoveAndDispose();
            }
        }
    }

    /// <summary>After a failure the mark goes if what has got a name can be made durable; else it stays, and says what it is to say.</summary>
    private void PublishObjects(IEnumerable<Sha256Digest> digests)
    {
        using var mark = DirtyMark.Set(_store, _work, _patience);
        try
        {
            _staging.Sync();
            _staging.Publish(digests);
        }
        finally
        {
            mark.Clear();
        }
    }
}
