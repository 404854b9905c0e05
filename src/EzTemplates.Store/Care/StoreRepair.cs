using System.Buffers;
using System.Security.Cryptography;
using EzTemplates.Domain;
using EzTemplates.Formats.Erofs;
using EzTemplates.Formats.Manifests;
using EzTemplates.Store.Native;

namespace EzTemplates.Store;

/// <summary>
/// Puts right what a check found, from bytes that the caller brings: each is taken only if it is what its name promises. One at a
/// time in a store.
/// </summary>
public sealed class StoreRepair : IDisposable
{
    private readonly ContentStore _store;
    private readonly WorkFolder _work;
    private readonly CancellationToken _cancellation;
    private readonly FileLock _only;
    private readonly HashSet<Sha256Digest> _wanted = [];

    internal StoreRepair(ContentStore store, WorkFolder work, LockPatience patience)
    {
        (_store, _work, _cancellation) = (store, work, patience.Cancellation);
        _only = FileLock.Acquire(RepairRecords.LockOf(store.Layout), FileLockMode.Exclusive, "a repair of the store", patience);
        _ = RepairRecords.FinishAll(store.Layout);
    }

    public void Dispose() => _only.Dispose();

    public void Want(IEnumerable<Sha256Digest> objects) => _wanted.UnionWith(objects);

    /// <summary>For a reader of archives: keeps a good copy of each wanted object.</summary>
    public Sha256Digest Put(Stream content, long size)
    {
        ArgumentNullException.ThrowIfNull(content);
        _cancellation.ThrowIfCancellationRequested();
        var copy = _work.NewPath("copy");
        var buffer = ArrayPool<byte>.Shared.Rent(ObjectShelf.BlockSize);
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            Sha256Digest digest;
            using (var file = Libc.Open(null, copy, OpenFlags.Write | OpenFlags.Create | OpenFlags.Exclusive, 0b110_000_000))
            {
                for (var left = size; left > 0;)
                {
                    var part = buffer.AsSpan(0, (int)Math.Min(left, buffer.Length));
                    content.ReadExactly(part);
                    hash.AppendData(part);
                    Libc.Write(file, part);
                    left -= part.Length;
                }

                digest = new Sha256Digest(hash.GetHashAndReset());
                if (_wanted.Contains(digest))
                {
                    Libc.Sync(file);
                }
            }

            if (_wanted.Remove(digest))
            {
                RepairRecords.PublishObject(_store.Layout, copy, digest);
            }
            else
            {
                Libc.TryRemoveFile(null, copy);
            }

            return digest;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Overwrites what good copies have been put for.</summary>
    /// <returns>What could not be, by its path; also of a repair that was interrupted.</returns>
    public IReadOnlyDictionary<string, StoreException> Apply() => RepairRecords.FinishAll(_store.Layout);

    /// <summary>In place, since whoever runs on a manifest has its file locked.</summary>
    public void RestoreManifest(Manifest manifest)
    {
        var copy = _work.NewPath("manifest");
        var text = ManifestText.Write(manifest);
        var digest = Sha256Digest.Of(text);
        StoreFile.WriteNewDurably(copy, text);
        RepairRecords.PublishManifest(_store.Layout, copy, digest);
        ApplyTo(_store.Layout.ManifestOf(digest));
    }

    /// <summary>Its objects must be whole.</summary>
    public void RestoreContents(PackageContents contents)
    {
        ArgumentNullException.ThrowIfNull(contents);
        _work.WriteDurably(_store.Layout.ContentsOf(contents.Package), ContentsText.Write(contents));
    }

    public void RestoreProvenance(TemplateReference version, Provenance provenance)
    {
        ArgumentNullException.ThrowIfNull(version);
        _work.WriteDurably(_store.Layout.VersionProvenanceOf(version.Template, version.Version), ProvenanceText.Write(provenance));
    }

    public void RestoreComposition(Sha256Digest composition, byte[] text) => _work.WriteDurably(_store.Layout.CompositionOf(composition), text);

    public void RestoreProvenance(Sha256Digest composition, Provenance provenance) =>
        _work.WriteDurably(_store.Layout.CompositionProvenanceOf(composition), ProvenanceText.Write(provenance));

    /// <summary>For a damaged one that no version would write: whoever composes the same again writes it again.</summary>
    public void RemoveComposition(Sha256Digest composition)
    {
        Native.Libc.TryRemoveFile(null, _store.Layout.CompositionOf(composition));
        Native.Libc.TryRemoveFile(null, _store.Layout.CompositionProvenanceOf(composition));
    }

    /// <summary>In place, since it may be mounted.</summary>
    public void RestoreImage(Sha256Digest manifest)
    {
        var copy = _work.NewPath("image");
        var bytes = ErofsImage.Write(_store.Versions.ReadManifest(manifest), manifest);
        StoreFile.WriteNewDurably(copy, bytes);
        RepairRecords.PublishImage(_store.Layout, copy, manifest, Sha256Digest.Of(bytes));
        ApplyTo(_store.Layout.ImageOf(manifest));
    }

    /// <summary>Mends where it stands: what is wrong is made anew beside the tree, and taken over.</summary>
    public void MendTree(LayerKind kind, Sha256Digest digest)
    {
        var (shown, files, damaged) = (_store.Ids.InTree(_store.Versions.ReadManifest(digest)), _store.FilesOf(kind), _store.Layout.LayerOf(kind, digest));
        using var tree = Libc.OpenFolder(null, damaged);
        var wrong = TreeComparison.Differences(shown, files, damaged, _cancellation);
        if (kind == LayerKind.Copy)
        {
            new CopyMending(_store.Layout, files, tree).Mend(shown, wrong);
            wrong = TreeComparison.Differences(shown, files, damaged, _cancellation);
        }

        var beside = _work.NewPath("tree");
        TreeMaker.Make(Part(shown, wrong), beside, files, _cancellation);
        using (var good = Libc.OpenFolder(null, beside))
        {
            new TreeMending(shown, good, tree).Mend(wrong);
        }

        Libc.SyncFileSystem(tree);
        if (TreeComparison.Differences(shown, files, damaged, _cancellation) is [var still, ..])
        {
            throw new StoreException($"`{still}` of the tree `{damaged}` could not be mended", "look for disk errors with dmesg");
        }
    }

    /// <summary>Those paths of a manifest, and the folders above them.</summary>
    private static Manifest Part(Manifest whole, IEnumerable<TreePath> paths)
    {
        var part = new HashSet<TreePath> { TreePath.Root };
        foreach (var path in TreeMending.WithAllNames(whole, paths))
        {
            for (var above = path; part.Add(above); above = above.Parent)
            {
            }
        }

        return new Manifest([.. whole.Entries.Where(entry => part.Contains(entry.Path))]);
    }

    /// <summary>What else cannot be finished is not this one's failure.</summary>
    private void ApplyTo(string target)
    {
        if (Apply().TryGetValue(target, out var failure))
        {
            throw failure;
        }
    }
}
