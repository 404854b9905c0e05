namespace EzTemplates.Domain;

/// <summary>Follows a tree's symbolic links, as the kernel does with the tree as its root: <c>..</c> of the root is the root.</summary>
public static class TreeLinks
{
    // As many as the kernel follows (path_resolution(7)).
    private const int MostLinks = 40;

    /// <summary>Follows the links on the way to a path; the last component stays what it is. What is not there is a folder.</summary>
    /// <exception cref="EzException">Untrusted: the links go round in circles.</exception>
    public static TreePath Settle(TreePath path, Func<TreePath, ManifestEntry?> find) => Walk(path, find, 1);

    /// <summary>As <see cref="Settle"/>, and follows what the last component is.</summary>
    /// <exception cref="EzException">Untrusted: the links go round in circles.</exception>
    public static TreePath Follow(TreePath path, Func<TreePath, ManifestEntry?> find) => Walk(path, find, 0);

    /// <param name="kept">How many components at the end stay what they are.</param>
    private static TreePath Walk(TreePath path, Func<TreePath, ManifestEntry?> find, int kept)
    {
        ArgumentNullException.ThrowIfNull(find);
        var (at, links) = (TreePath.Root, 0);
        var rest = new Stack<string>(path.Latin1.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        while (rest.TryPop(out var name))
        {
            var next = name == ".." ? at.Parent : name == "." ? at : at.Append(name);
            if (rest.Count < kept || find(next) is not { Type: EntryType.Symlink } link)
            {
                at = next;
                continue;
            }

            if (++links > MostLinks)
            {
                throw new EzException(FailureKind.Untrusted, $"the symbolic link `{next}` leads round in circles");
            }

            at = link.Target.StartsWith('/') ? TreePath.Root : at;
            foreach (var part in link.Target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
            {
                rest.Push(part);
            }
        }

        return at;
    }
}
