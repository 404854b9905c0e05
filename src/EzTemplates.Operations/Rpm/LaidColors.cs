using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Formats;

namespace EzTemplates.Operations;

/// <summary>Of which architecture's kind files of a tree are, whatever paths their packages call them by.</summary>
/// <param name="filesOf">Of a package by its place in the provenance; asked where a file's color decides.</param>
internal sealed class LaidColors(TreeEdit tree, Func<int, RpmFileTable> filesOf)
{
    private readonly Dictionary<int, Dictionary<TreePath, uint>> _colors = [];

    /// <summary>As <see cref="RpmFile.Color"/>, of the file that a package has at a place.</summary>
    /// <exception cref="EzException">Untrusted: the tree's links go round in circles.</exception>
    public uint Of(int package, TreePath place)
    {
        if (!_colors.TryGetValue(package, out var colors))
        {
            _colors.Add(package, colors = []);
            foreach (var file in filesOf(package).Files.Where(file => file.Color != 0))
            {
                _ = colors.TryAdd(tree.Settle(file.Path), file.Color);
            }
        }

        return colors.GetValueOrDefault(place);
    }
}
