using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>What a package's paths may be to each other, whatever its format: nothing lies below what is not a directory.</summary>
internal static class ParentRules
{
    /// <summary>
    /// Refuses members below symbolic links above all. By sorted search: climbing from each path would take
    /// a hostile archive of deep paths for ever.
    /// </summary>
    /// <param name="typeOf">Only whether it is a directory or a symbolic link is looked at.</param>
    public static void Check<T>(Dictionary<TreePath, T> members, Func<T, EntryType> typeOf, ArchiveBudget budget, ArchivePosition at)
    {
        var paths = members.Keys.Select(path => path.Latin1).ToArray();
        Array.Sort(paths, StringComparer.Ordinal);
        ChargeMadeParents(members, paths, budget, at);
        foreach (var (path, member) in members)
        {
            var type = typeOf(member);
            if (type == EntryType.Directory)
            {
                continue;
            }

            var below = path.Latin1 + "/";
            var next = ~Array.BinarySearch(paths, below, StringComparer.Ordinal);
            if (next < paths.Length && paths[next].StartsWith(below, StringComparison.Ordinal))
            {
                at.EnterPath(paths[next]);
                throw new MalformedArchiveException(type == EntryType.Symlink
                    ? $"it lies below `{path}`, a symbolic link of the same archive"
                    : $"it lies below `{path}`, which is no directory");
            }
        }
    }

    /// <summary>A small archive of deep paths without their directories would otherwise become a tree without bounds.</summary>
    /// <param name="paths">Sorted, so that a directory's paths stand together and each is looked at once.</param>
    private static void ChargeMadeParents<T>(Dictionary<TreePath, T> members, string[] paths, ArchiveBudget budget, ArchivePosition at)
    {
        var before = "";
        foreach (var path in paths)
        {
            var common = path.AsSpan().CommonPrefixLength(before);
            for (var slash = path.IndexOf('/', Math.Max(common, 1)); slash > 0; slash = path.IndexOf('/', slash + 1))
            {
                if (!members.ContainsKey(TreePath.Parse(path.AsSpan(0, slash))))
                {
                    at.EnterPath(path);
                    budget.TakeMadeParent(slash);
                }
            }

            before = path;
        }

        at.EnterPath(null);
    }
}
