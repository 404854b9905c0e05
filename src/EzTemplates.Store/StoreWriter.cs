using EzTemplates.Domain;
using EzTemplates.Store.Native;

namespace EzTemplates.Store;

/// <summary>One command's right to change the store: gc deletes nothing while it lives, and what it has not finished goes with it.</summary>
public sealed class StoreWriter : IDisposable
{
    private readonly FileLock _shared;
    private readonly WorkFolder _work;
    private readonly LockPatience _patience;

    private StoreWriter(ContentStore store, FileLock shared, WorkFolder work, LockPatience patience) =>
        (Store, _shared, _work, _patience) = (store, shared, work, patience);

    public ContentStore Store { get; }

    public IngestBatch BeginIngest() => new(Store, _work, _patience);

    /// <summary>Makes a version of a template. Its packages must have been ingested and completed. Done already: finds it so.</summary>
    /// <exception cref="EzException">Usage: the version exists with another lock.</exception>
    public TemplateVersionRecord Commit(VersionCommit commit)
    {
        ArgumentNullException.ThrowIfNull(commit);
        return new CommitVersion(Store, _work, commit, _patience).Run();
    }

    /// <summary>Makes a manifest's metadata layer where there is none of that kind, for a view that the commit did not foresee.</summary>
    public string MakeLayer(Manifest manifest, Sha256Digest digest, LayerKind kind)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (UnfinishedLayer.Make(Store.Layout, _work, kind, (manifest, digest), _patience.Cancellation) is { } layer)
        {
            using (var folder = Libc.OpenFolder(null, Store.Layout.Store))
            {
                Libc.SyncFileSystem(folder);
            }

            layer.Publish();
        }

        return Store.Layout.LayerOf(kind, digest);
    }

    public void Dispose()
    {
        _work.Dispose();
        _shared.Dispose();
    }

    internal static StoreWriter Begin(ContentStore store, LockPatience patience)
    {
        var shared = FileLock.Acquire(store.Layout.StoreLock, FileLockMode.Shared, "the store", patience);
        try
        {
            DirtyMark.Recover(store, patience);
            return new StoreWriter(store, shared, WorkFolder.Make(store.Layout), patience);
        }
        catch
        {
            shared.Dispose();
            throw;
        }
    }
}
