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
    public ManifestEntry? Find(TreePath path) => IndexOf(path) is >= 0 and var index ? Entries[index] : null;

    /// <summary>Where the entry of a path stands, or the complement of where it would. O(log n).</summary>
    public int IndexOf(TreePath path)
    {
        int low = 0, high = Entries.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = Entries[middle].Path.CompareTo(path);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }

    /// <summary>All that lies below a folder, at any depth, in order.</summary>
    public IEnumerable<ManifestEntry> Below(TreePath folder)
    {
        // "/a-" sorts between "/a" and "/a/": what lies below starts where "/a/" would stand.
        var prefix = folder.IsRoot ? "/" : folder.Latin1 + "/";
        int low = 0, high = Entries.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = string.CompareOrdinal(Entries[middle].Path.Latin1, prefix) < 0 ? (middle + 1, high) : (low, middle);
        }

        for (; low < Entries.Length && Entries[low].Path.Latin1.StartsWith(prefix, StringComparison.Ordinal); low++)
        {
            if (!Entries[low].Path.IsRoot)
            {
                yield return Entries[low];
            }
        }
    }

    /// <summary>The file that a hard link is another name of; any other entry itself.</summary>
    public ManifestEntry Resolve(ManifestEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.Type == EntryType.HardLink ? Find(TreePath.Parse(entry.Target)) ?? entry : entry;
    }
}
