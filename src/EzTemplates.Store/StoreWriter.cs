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

    /// <summary>Makes the metadata tree of a manifest where there is none, for a view of something that is no version.</summary>
    public string MakeTree(Manifest manifest, Sha256Digest digest)
    {
        var path = Store.Layout.TreeOf(digest);
        if (!StoreFile.Exists(path))
        {
            var unfinished = _work.NewPath("tree");
            TreeMaker.Make(manifest, unfinished, _patience.Cancellation);
            using (var folder = Libc.OpenFolder(null, unfinished))
            {
                Libc.SyncFileSystem(folder);
            }

            Libc.TryRenameNew(null, unfinished, null, path);
        }

        return path;
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
