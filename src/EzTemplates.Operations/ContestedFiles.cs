using EzTemplates.Domain;
using EzTemplates.Domain.Composition;
using EzTemplates.Domain.Configuring;
using EzTemplates.Formats.Dpkg;

namespace EzTemplates.Operations;

/// <summary>Lays files whose paths other packages have, once the preinsts have run: aside, where those packages have diverted them.</summary>
internal sealed class ContestedFiles(ComposedLayers layer, TreeEdit tree, DivertedPaths diverted)
{
    /// <param name="first">The tree's number of the layer's first package.</param>
    /// <param name="owned">A file with the owner that it has at a path.</param>
    /// <exception cref="EzException">Unsolvable: nobody has diverted a path that two packages have, or something is where it would go.</exception>
    public void Lay(int first, FileTime epoch, Func<ContestedFile, TreePath, ManifestEntry> owned)
    {
        foreach (var file in layer.Tree.Contested)
        {
            var settled = tree.Settle(file.Entry.Path);
            var place = diverted.For(settled, layer.Packages[file.Package].Row.Name);
            if (place == settled || tree.Find(place) is not null)
            {
                throw file.AtOdds;
            }

            tree.MakeParents(place, epoch);
            tree.Put(owned(file, settled) with { Path = place }, file.Package + first);
        }
    }
}
