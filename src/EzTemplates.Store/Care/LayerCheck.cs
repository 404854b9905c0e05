using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Formats.Erofs;

namespace EzTemplates.Store;

/// <summary>Whether the layers of whole manifests are what those make. A layer of a damaged manifest cannot be judged.</summary>
internal sealed class LayerCheck(ContentStore store, Action<StoreThing, Sha256Digest, string, string> add, CancellationToken cancellation)
{
    private readonly StoreLayout _layout = store.Layout;
    private int _trees;
    private int _images;

    public int Trees => _trees;

    public int Images => _images;

    public int Copies { get; private set; }

    /// <summary>Several trees and images at a time; of copies one, whose files are read on every core.</summary>
    public void Run(IReadOnlyList<Sha256Digest> manifests)
    {
        var options = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.ForEach(manifests, options, manifest =>
        {
            if (StoreFile.Exists(_layout.TreeOf(manifest)) && CheckTree(LayerKind.Tree, StoreThing.Tree, manifest))
            {
                Interlocked.Increment(ref _trees);
            }
        });
        Parallel.ForEach(manifests, options, CheckImage);
        foreach (var manifest in manifests)
        {
            cancellation.ThrowIfCancellationRequested();
            Copies += StoreFile.Exists(_layout.CopyOf(manifest)) && CheckTree(LayerKind.Copy, StoreThing.Copy, manifest) ? 1 : 0;
        }
    }

    /// <returns>Whether it could be read.</returns>
    private bool CheckTree(LayerKind kind, StoreThing thing, Sha256Digest manifest)
    {
        var path = _layout.LayerOf(kind, manifest);
        ImmutableArray<TreePath> differences;
        try
        {
            differences = TreeComparison.Differences(store.Ids.InTree(store.Versions.ReadManifest(manifest)), store.FilesOf(kind), path, cancellation);
        }
        catch (StoreException broken)
        {
            Add(thing, manifest, path, broken.Message);
            return false;
        }

        if (!differences.IsEmpty)
        {
            var more = differences.Length > 1 ? $" and {differences.Length - 1} more" : "";
            Add(thing, manifest, path, $"`{differences[0]}`{more} not as the manifest has it");
        }

        return true;
    }

    /// <summary>The same manifest gives the same image, byte for byte.</summary>
    private void CheckImage(Sha256Digest manifest)
    {
        var path = _layout.ImageOf(manifest);
        try
        {
            if (StoreFile.TryReadFromDisk(path) is not { } stored)
            {
                return;
            }

            Interlocked.Increment(ref _images);
            if (!ErofsImage.Write(store.Versions.ReadManifest(manifest), manifest).AsSpan().SequenceEqual(stored))
            {
                Add(StoreThing.Image, manifest, path, "it is not the image of its manifest");
            }
        }
        catch (StoreException broken)
        {
            Add(StoreThing.Image, manifest, path, broken.Message);
        }
    }

    /// <summary>What gc takes away in the middle of the look is no fault.</summary>
    private void Add(StoreThing thing, Sha256Digest manifest, string path, string what)
    {
        if (StoreFile.Exists(_layout.ManifestOf(manifest)) && StoreFile.Exists(path))
        {
            add(thing, manifest, path, what);
        }
    }
}
