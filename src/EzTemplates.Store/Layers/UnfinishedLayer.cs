using EzTemplates.Domain;
using EzTemplates.Formats.Erofs;
using EzTemplates.Store.Native;

namespace EzTemplates.Store;

/// <summary>A manifest's metadata layer, made aside; whoever made it syncs the file system and then publishes it.</summary>
internal sealed class UnfinishedLayer
{
    private const int FolderMode = 0b111_000_000;

    private readonly string _unfinished;
    private readonly string _final;

    private UnfinishedLayer(string unfinished, string final) => (_unfinished, _final) = (unfinished, final);

    /// <returns>Null if the store has it.</returns>
    /// <exception cref="EzException">Untrusted: the manifest holds a path that cannot stand in a layer. Store: the disk failed.</exception>
    public static UnfinishedLayer? Make(ContentStore store, WorkFolder work, LayerKind kind, (Manifest Manifest, Sha256Digest Digest) what, CancellationToken cancellation)
    {
        var final = store.Layout.LayerOf(kind, what.Digest);
        if (StoreFile.Exists(final))
        {
            return null;
        }

        // Stores made by earlier versions lack some of the folders.
        Libc.TryMakeFolder(null, Path.GetDirectoryName(final)!, FolderMode);
        return new UnfinishedLayer(MakePassing(store, work, kind, what, cancellation), final);
    }

    /// <summary>One that is never published.</summary>
    /// <returns>Its path.</returns>
    public static string MakePassing(ContentStore store, WorkFolder work, LayerKind kind, (Manifest Manifest, Sha256Digest Digest) what, CancellationToken cancellation)
    {
        var unfinished = work.NewPath(LayerKinds.NameOf(kind));
        if (kind == LayerKind.Image)
        {
            StoreFile.WriteNew(unfinished, ErofsImage.Write(what.Manifest, what.Digest));
        }
        else
        {
            TreeMaker.Make(what.Manifest, unfinished, store.Ids, store.FilesOf(kind), cancellation);
        }

        return unfinished;
    }

    /// <summary>Another command with this very manifest may have been faster; its layer is the same.</summary>
    public void Publish()
    {
        Libc.TryRenameNew(null, _unfinished, null, _final);
        StoreFile.SyncFolder(Path.GetDirectoryName(_final)!);
    }
}
