namespace EzTemplates.Formats;

/// <summary>
/// Names of one file: those with the same device and inode number (rpmfilesBuildNLink in rpm's lib/rpmfi.c). The payload has the content once,
/// with the last of them.
/// </summary>
internal static class RpmLinkSets
{
    /// <summary>Names of one file have one size and one digest; the header says them for each.</summary>
    public static void Check(RpmFile[] files, ArchivePosition at)
    {
        var first = new Dictionary<ulong, RpmFile>();
        foreach (var file in files)
        {
            if (file.LinkSet == 0 || first.TryAdd(file.LinkSet, file))
            {
                continue;
            }

            var other = first[file.LinkSet];
            if (other.Size != file.Size || !other.Digest.Span.SequenceEqual(file.Digest.Span))
            {
                at.EnterPath(file.Path.Latin1);
                throw new MalformedArchiveException($"by {RpmField.FileInodes.Name} it is the same file as `{other.Path}`, and not by its size or digest");
            }
        }
    }

    /// <summary>For each file how many names its file has, and whether it is the last of them.</summary>
    public static (int Names, bool IsLast)[] Of(IReadOnlyList<RpmFile> files)
    {
        var places = new (int Names, bool IsLast)[files.Count];
        var sets = new Dictionary<ulong, List<int>>();
        for (var i = 0; i < files.Count; i++)
        {
            places[i] = (1, true);
            if (files[i].LinkSet != 0)
            {
                (sets.TryGetValue(files[i].LinkSet, out var set) ? set : sets[files[i].LinkSet] = []).Add(i);
            }
        }

        foreach (var set in sets.Values)
        {
            foreach (var i in set)
            {
                places[i] = (set.Count, i == set[^1]);
            }
        }

        return places;
    }
}
