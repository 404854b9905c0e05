using System.Collections.Immutable;

namespace EzTemplates.Domain;

/// <summary>
/// Every path of a template version, sorted by raw bytes, the root first. Immutable; named by the SHA-256 of its canonical text,
/// which <c>EzTemplates.Formats.Manifests.ManifestText</c> writes and reads.
/// </summary>
public sealed record Manifest
{
    /// <exception cref="ArgumentException">Not sorted, a path twice, or no root directory at the start.</exception>
    public Manifest(ImmutableArray<ManifestEntry> entries)
    {
        if (entries.IsDefaultOrEmpty || !entries[0].Path.IsRoot || entries[0].Type != EntryType.Directory)
        {
            throw new ArgumentException("a manifest starts with its root directory", nameof(entries));
        }

        for (var i = 1; i < entries.Length; i++)
        {
            if (entries[i - 1].Path >= entries[i].Path)
            {
                throw new ArgumentException($"a manifest is sorted and names a path once; `{entries[i].Path}` is out of order", nameof(entries));
            }
        }

        Entries = entries;
    }

    public ImmutableArray<ManifestEntry> Entries { get; }

    /// <summary>The entry at a path, or null. O(log n).</summary>
    public ManifestEntry? Find(TreePath path)
    {
        int low = 0, high = Entries.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = Entries[middle].Path.CompareTo(path);
            if (order == 0)
            {
                return Entries[middle];
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return null;
    }
}
