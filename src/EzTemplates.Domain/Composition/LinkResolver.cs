namespace EzTemplates.Domain.Composition;

/// <summary>
/// Follows the tree's symbolic links as the kernel would with the tree as its root, so that a path below a link that another package
/// ships lands where dpkg would unpack it. A link that leads above the root, or round in circles, is refused.
/// </summary>
internal sealed class LinkResolver(IReadOnlyDictionary<TreePath, string> links)
{
    // As many as the kernel follows (path_resolution(7)).
    private const int MostLinks = 40;

    private readonly Dictionary<TreePath, TreePath> _resolved = [];
    private int _depth;

    /// <summary>The path with every link followed, the last component's too. Need not exist.</summary>
    /// <exception cref="EzException">Untrusted: a loop, or out of the tree.</exception>
    public TreePath Resolve(TreePath path)
    {
        if (path.IsRoot)
        {
            return path;
        }

        if (_resolved.TryGetValue(path, out var known))
        {
            return known;
        }

        var here = ResolveParent(path);
        var result = links.TryGetValue(here, out var target) ? Follow(here, target) : here;
        _resolved[path] = result;
        return result;
    }

    /// <summary>The path with every link followed but the last component's.</summary>
    public TreePath ResolveParent(TreePath path)
    {
        if (path.IsRoot)
        {
            return path;
        }

        var parent = path.Parent;
        var resolved = Resolve(parent);
        return resolved == parent ? path : resolved.Append(path.Name);
    }

    private TreePath Follow(TreePath link, string target)
    {
        if (++_depth > MostLinks)
        {
            throw new EzException(FailureKind.Untrusted, $"the symbolic link `{link}` -> `{TreePath.Display(target)}` leads round in circles");
        }

        var at = target.StartsWith('/') ? TreePath.Root : link.Parent;
        foreach (var name in target.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (name == "..")
            {
                at = !at.IsRoot
                    ? at.Parent
                    : throw new EzException(FailureKind.Untrusted, $"the symbolic link `{link}` -> `{TreePath.Display(target)}` leads out of the tree");
            }
            else if (name != ".")
            {
                at = Resolve(at.Append(name));
            }
        }

        _depth--;
        return at;
    }
}
