namespace EzTemplates.Domain.Composition;

/// <summary>Turns one package's contents into claims: usr-merge applied, hard links bound to the entry that has the content.</summary>
internal static class PackageClaims
{
    // The root of every view hides this name; see the design of views.
    private static readonly TreePath Reserved = TreePath.Parse("/.ez-objects");

    public static IEnumerable<Claim> Of(ComposedPackage package, int number, bool usrMerge)
    {
        var named = new Dictionary<string, Claim>(StringComparer.Ordinal);
        var placed = new Dictionary<TreePath, Claim>();
        foreach (var packed in package.Contents.Entries)
        {
            var entry = packed.Entry;
            if (entry.Path.IsAtOrBelow(Reserved))
            {
                throw new EzException(
                    FailureKind.Untrusted, $"package `{package.Name}` has `{entry.Path}`, a path that is reserved for views", $"leave it out: exclude: [{package.Name}]");
            }

            var isLink = entry.Type == EntryType.Symlink;
            var claim = new Claim(number, packed, usrMerge ? UsrMerge.Move(entry.Path, isLink) : entry.Path);
            if (entry.Type == EntryType.HardLink)
            {
                claim.Inode = FirstName(package, entry, named);
            }

            named[entry.Path.Latin1] = claim;
            if (!placed.TryAdd(claim.MergedPath, claim))
            {
                placed[claim.MergedPath] = Merge(package, placed[claim.MergedPath], claim);
            }
        }

        return placed.Values;
    }

    private static Claim FirstName(ComposedPackage package, ManifestEntry link, Dictionary<string, Claim> named) =>
        named.TryGetValue(link.Target, out var first) && !first.IsDirectory
            ? first.Inode
            : throw new EzException(
                FailureKind.Untrusted,
                $"package `{package.Name}`: `{link.Path}` is a hard link to `{TreePath.Display(link.Target)}`, which is no file before it");

    /// <summary>Two entries of one package that usr-merge brings to one path: a directory, names of one file, or a file and the old link to it.</summary>
    private static Claim Merge(ComposedPackage package, Claim earlier, Claim later)
    {
        if ((earlier.IsDirectory && later.IsDirectory) || earlier.Inode == later.Inode || IsLinkToItself(later))
        {
            return earlier;
        }

        return IsLinkToItself(earlier)
            ? later
            : throw new EzException(
                FailureKind.Unsolvable,
                $"package `{package.Name}` has both `{earlier.Entry.Path}` and `{later.Entry.Path}`, which are one path once /usr is merged",
                $"leave it out: exclude: [{package.Name}]");
    }

    private static bool IsLinkToItself(Claim claim)
    {
        if (claim.Type != EntryType.Symlink)
        {
            return false;
        }

        var at = claim.Entry.Target.StartsWith('/') ? TreePath.Root : claim.Entry.Path.Parent;
        foreach (var name in claim.Entry.Target.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            at = name switch
            {
                "." => at,
                ".." => at.Parent,
                _ => at.Append(name),
            };
        }

        return UsrMerge.Move(at, isLink: false) == claim.MergedPath;
    }
}
