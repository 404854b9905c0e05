using EzTemplates.Domain;

namespace EzTemplates.Formats.Dpkg;

/// <summary>The diversions of a tree (dpkg-divert(1)): where a package's path is unpacked instead.</summary>
public sealed class DivertedPaths
{
    /// <summary>In the place of a package's name.</summary>
    public const string Administrator = ":";

    private readonly Dictionary<TreePath, (TreePath To, string Package)> _rows;

    private DivertedPaths(Dictionary<TreePath, (TreePath To, string Package)> rows) => _rows = rows;

    /// <param name="text">Of <c>/var/lib/dpkg/diversions</c>, bytes as chars: three lines a diversion, of which the last is the package, or <c>:</c> for the administrator.</param>
    /// <param name="settle">Where a path lies once the links on its way are followed; diversions name paths as their packages do.</param>
    public static DivertedPaths Read(string text, Func<TreePath, TreePath> settle)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(settle);
        var rows = new Dictionary<TreePath, (TreePath To, string Package)>();
        foreach (var row in text.Split('\n').Chunk(3))
        {
            if (row is [var from, var to, var package] && TreePath.TryParse(from, out var path) && TreePath.TryParse(to, out var target) && !path.IsRoot)
            {
                rows[settle(path)] = (settle(target), package);
            }
        }

        return new DivertedPaths(rows);
    }

    /// <summary>In no order.</summary>
    public IEnumerable<(TreePath From, TreePath To, string Package)> Rows => _rows.Select(row => (row.Key, row.Value.To, row.Value.Package));

    /// <summary>Where a package's path goes. The package that diverts it has it where it is.</summary>
    public TreePath For(TreePath path, string package) =>
        _rows.TryGetValue(path, out var row) && row.Package != package ? row.To : path;
}
