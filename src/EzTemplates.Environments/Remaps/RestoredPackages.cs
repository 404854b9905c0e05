using EzTemplates.Domain;

namespace EzTemplates.Environments;

/// <summary>Packages of an environment's own that made way for a version's, and that a roll-back brings back.</summary>
internal sealed class RestoredPackages
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<TreePath> _paths = [];

    /// <param name="infoName"><see cref="InstalledPackage.InfoName"/>.</param>
    public void Add(string infoName, IEnumerable<TreePath> paths)
    {
        _names.Add(infoName);
        _paths.UnionWith(paths);
    }

    /// <summary>Whether the package's list stands for the path where the paths are told.</summary>
    public bool AreTold(TreePath path) =>
        _paths.Contains(path) || (path.Parent == InstalledPackage.Info && path.Name.LastIndexOf('.') is >= 0 and var dot && _names.Contains(path.Name[..dot]) && path.Name[dot..] != ".list");
}
