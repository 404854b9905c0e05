using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Formats;
using EzTemplates.Formats.Dpkg;

namespace EzTemplates.Operations;

/// <summary>What the tree says, besides its paths, of files that are laid there.</summary>
internal sealed record LayingRules(DivertedPaths Diverted, LaidOwners Owners);

/// <summary>
/// Lays applications' files on an OS's configured tree, as dpkg unpacks them there: through links, aside where a path is diverted, and
/// never in the place of a folder, nor of a link to one.
/// </summary>
/// <param name="layer">The applications' packages, composed by themselves.</param>
/// <param name="tree">Numbers the OS's packages as <paramref name="below"/> does; the applications' come after them.</param>
/// <param name="below">The OS's packages. A path that scripts made is of none, and makes way.</param>
internal sealed class LaidLayer(ComposedLayers layer, TreeEdit tree, IReadOnlyList<Lazy<DebControl>> below)
{
    private readonly Dictionary<TreePath, TreePath> _places = [];

    /// <summary>The files of some packages; folders that none has come as they are needed.</summary>
    /// <param name="rules">As the preinsts of these packages have left them.</param>
    /// <exception cref="EzException">Unsolvable: a path is another package's, and neither replaces the other; it names both.</exception>
    public void Lay(IEnumerable<int> packages, LayingRules rules, FileTime epoch) => Lay(packages.ToHashSet(), rules, epoch);

    /// <summary>What no package has, and what another package may have diverted, once all packages are laid.</summary>
    /// <exception cref="EzException">As <see cref="Lay(IEnumerable{int}, LayingRules, FileTime)"/>.</exception>
    public void LayRest(LayingRules rules, FileTime epoch)
    {
        Lay([TreeEdit.NoPackage], rules, epoch);
        new ContestedFiles(layer, tree, rules.Diverted).Lay(below.Count, epoch, (file, settled) => rules.Owners.Of(file.Entry, settled, file.Package));
    }

    private void Lay(HashSet<int> packages, LayingRules rules, FileTime epoch)
    {
        var entries = layer.Tree.Manifest.Entries;
        for (var i = 0; i < entries.Length; i++)
        {
            var package = layer.Tree.Provenance.PackageOfEntry[i];
            if (!packages.Contains(package))
            {
                continue;
            }

            var settled = tree.Settle(entries[i].Path);
            var place = package == TreeEdit.NoPackage ? settled : rules.Diverted.For(settled, layer.Packages[package].Row.Name);
            if (IsFree(entries[i], place, package))
            {
                tree.MakeParents(place, epoch);
                Put(Owned(rules.Owners, entries[i], settled, package), place, package == TreeEdit.NoPackage ? package : package + below.Count);
            }
        }
    }

    private static ManifestEntry Owned(LaidOwners owners, ManifestEntry entry, TreePath settled, int package) =>
        package == TreeEdit.NoPackage || entry.Type == EntryType.HardLink ? entry : owners.Of(entry, settled, package);

    private void Put(ManifestEntry entry, TreePath place, int package)
    {
        if (entry.Type == EntryType.HardLink && _places.TryGetValue(TreePath.Parse(entry.Target), out var file))
        {
            tree.PutLink(place, file, package);
            return;
        }

        if (entry.Type == EntryType.HardLink)
        {
            // The first name stayed another package's.
            entry = layer.Tree.Manifest.Resolve(entry);
            _places[entry.Path] = place;
        }

        tree.Put(entry with { Path = place }, package);
        if (entry.Type == EntryType.File)
        {
            _places[entry.Path] = place;
        }
    }

    private bool IsFree(ManifestEntry entry, TreePath place, int package)
    {
        if (tree.Find(place) is not { } there)
        {
            return true;
        }

        if (IsFolder(there, place))
        {
            return entry.Type is EntryType.Directory or EntryType.Symlink ? false : throw Conflict(place, package);
        }

        if (package == TreeEdit.NoPackage || tree.PackageOf(place) is var owner && owner == TreeEdit.NoPackage)
        {
            return package != TreeEdit.NoPackage;
        }

        var (ours, theirs) = (layer.Packages[package].Control, below[owner].Value);
        return entry.Type == EntryType.Directory ? throw Conflict(place, package)
            : ours.ReplacesFilesOf(theirs) || (theirs.ReplacesFilesOf(ours) ? false : throw Conflict(place, package));
    }

    /// <summary>A folder, or a link to one: that stays what it is.</summary>
    private bool IsFolder(ManifestEntry there, TreePath place) => there.Type switch
    {
        EntryType.Directory => true,
        EntryType.Symlink => tree.Find(tree.Settle(place.Append("x")).Parent)?.Type == EntryType.Directory,
        _ => false,
    };

    private EzException Conflict(TreePath place, int package)
    {
        var (ours, owner) = (layer.Packages[package].Row.Name, tree.PackageOf(place));
        var theirs = owner == TreeEdit.NoPackage ? "a maintainer script" : $"package `{below[owner].Value.Package}`";
        return new EzException(
            FailureKind.Unsolvable,
            $"package `{ours}` has `{place}`, which is there already from {theirs}, and neither replaces the other",
            $"leave it out: exclude: [{ours}]");
    }
}
