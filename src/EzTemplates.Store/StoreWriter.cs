using EzTemplates.Domain;
using EzTemplates.Domain.Composition;
using EzTemplates.Formats.Manifests;
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

    public StoreRepair BeginRepair() => new(Store, _work, _patience);

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

        // A copy takes as much room as the version: commands that want one together wait for the first of them to make it.
        using var turn = kind == LayerKind.Copy
            ? FileLock.Acquire(Store.Layout.CopyLockOf(digest), FileLockMode.Exclusive, $"the copy of manifest {digest.Short}", _patience)
            : null;
        if (UnfinishedLayer.Make(Store, _work, kind, (manifest, digest), _patience.Cancellation) is { } layer)
        {
            using (var folder = Libc.OpenFolder(null, Store.Layout.Store))
            {
                Libc.SyncFileSystem(folder);
            }

            layer.Publish();
        }

        return Store.Layout.LayerOf(kind, digest);
    }

    /// <summary>A metadata layer of a tree that becomes no version: it goes with this writer.</summary>
    /// <returns>Its path.</returns>
    public string MakePassingLayer(Manifest manifest, LayerKind kind)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return UnfinishedLayer.MakePassing(Store, _work, kind, (manifest, ManifestText.DigestOf(manifest)), _patience.Cancellation);
    }

    /// <summary>An empty folder on the store's file system, which goes with this writer.</summary>
    public string MakePassingFolder()
    {
        var path = _work.NewPath("folder");
        Libc.MakeFolder(null, path, 0b111_000_000);
        return path;
    }

    /// <summary>Keeps a manifest that is no version's own: manifest and layer, and last the composition's file, which is the proof of both.</summary>
    /// <param name="describe">The file, once the manifest's digest is known.</param>
    public Sha256Digest CommitComposition(ComposedManifest composed, Sha256Digest composition, Func<Sha256Digest, byte[]> describe)
    {
        ArgumentNullException.ThrowIfNull(composed);
        ArgumentNullException.ThrowIfNull(describe);
        var text = ManifestText.Write(composed.Manifest);
        var digest = Sha256Digest.Of(text);
        var file = _work.NewPath("manifest");
        StoreFile.WriteNewDurably(file, text);
        RepairRecords.PlaceManifest(Store.Layout, file, digest);
        MakeLayer(composed.Manifest, digest, Store.Layer);
        _work.WriteDurably(Store.Layout.CompositionProvenanceOf(composition), ProvenanceText.Write(composed.Provenance));
        _work.WriteDurably(Store.Layout.CompositionOf(composition), describe(digest));
        return digest;
    }

    /// <summary>Keeps what the scripts of a build that failed said, in the place of what they said in the template's last.</summary>
    /// <param name="file">Finished, in a folder of <see cref="MakePassingFolder"/>.</param>
    /// <returns>Where it is kept.</returns>
    public string KeepScriptOutput(string file, string template) => ScriptOutputs.Place(Store.Layout, file, template);

    /// <summary>Removes it, as the template has been built since. A disk that refuses takes nothing from that.</summary>
    public void ForgetScriptOutput(string template)
    {
        try
        {
            ScriptOutputs.Remove(Store.Layout, template);
        }
        catch (StoreException)
        {
            // gc tries again.
        }
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
