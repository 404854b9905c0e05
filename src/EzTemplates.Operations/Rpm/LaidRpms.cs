using EzTemplates.Domain;
using EzTemplates.Domain.Composition;
using EzTemplates.Domain.Configuring;

namespace EzTemplates.Operations;

/// <summary>
/// Lays applications' files on an OS's configured tree, as rpm unpacks them there: through links, and on a path that is there already only
/// if both packages say the same of it, or one has what runs on another architecture than the other's.
/// </summary>
/// <param name="tree">Numbers the OS's packages first; the applications' come after them.</param>
internal sealed class LaidRpms(ComposedRpms layer, TreeEdit tree, Provenance below, LaidColors colors)
{
    private readonly Dictionary<TreePath, TreePath> _places = [];
    private readonly HashSet<int> _outdone = [];

    /// <summary>The OS's packages, by their places, that have lost a path to another architecture's file.</summary>
    public IReadOnlySet<int> Outdone => _outdone;

    /// <returns>Where the files lie whose owner has a name that is not root.</returns>
    /// <exception cref="EzException">Unsolvable: a path is another package's, and differs; it names both.</exception>
    public IEnumerable<(TreePath Path, NamedOwner Owner, int Mode)> Lay(FileTime epoch)
    {
        var owned = new List<(TreePath, NamedOwner, int)>();
        var entries = layer.Tree.Manifest.Entries;
        for (var i = 0; i < entries.Length; i++)
        {
            var (entry, package) = (entries[i], layer.Tree.Provenance.PackageOfEntry[i]);
            var place = tree.Settle(entry.Path);
            if (!IsFree(entry, place, package))
            {
                continue;
            }

            tree.MakeParents(place, epoch);
            Put(entry, place, package == TreeEdit.NoPackage ? package : package + below.Packages.Length);
            if (layer.Tree.Owners.TryGetValue(entry.Path, out var owner))
            {
                owned.Add((place, owner, entry.Mode));
            }
        }

        return owned;
    }

    private void Put(ManifestEntry entry, TreePath place, int package)
    {
        if (entry.Type == EntryType.HardLink && _places.TryGetValue(TreePath.Parse(entry.Target), out var file))
        {
            tree.PutLink(place, file, package);
            return;
        }

        // The first name of a file may have been there.
        var first = layer.Tree.Manifest.Resolve(entry);
        _places.TryAdd(first.Path, place);
        tree.Put(first with { Path = place }, package);
    }

    private bool IsFree(ManifestEntry entry, TreePath place, int package)
    {
        if (tree.Find(place) is not { } there)
        {
            return true;
        }

        if (package == TreeEdit.NoPackage)
        {
            return IsFolder(there, place) ? false : throw Conflict(place, package);
        }

        var file = layer.Tree.Manifest.Resolve(entry);
        if (tree.PackageOf(place) == TreeEdit.NoPackage)
        {
            // Somebody's script made it, or it is a folder that no package had.
            return (there.Type == EntryType.Directory) == (file.Type == EntryType.Directory) ? true : throw Conflict(place, package);
        }

        // What a script has changed is not what its package says any more.
        return !(tree.IsScripts(place) || (there.Type == file.Type && there.Mode == file.Mode && there.Content == file.Content && there.Target == file.Target))
            && StaysByColor(place, package);
    }

    private bool StaysByColor(TreePath place, int package)
    {
        var owner = tree.PackageOf(place);
        var (ours, theirs) = (colors.Of(package + below.Packages.Length, place), colors.Of(owner, place));
        if (!RpmColors.Differ(ours, theirs) || !(RpmColors.Stays(ours) || RpmColors.Stays(theirs)))
        {
            throw Conflict(place, package);
        }

        if (RpmColors.Stays(ours))
        {
            _ = _outdone.Add(owner);
        }

        return RpmColors.Stays(ours);
    }

    private bool IsFolder(ManifestEntry there, TreePath place) => there.Type switch
    {
        EntryType.Directory => true,
        EntryType.Symlink => tree.Find(tree.Settle(place.Append("x")).Parent)?.Type == EntryType.Directory,
        _ => false,
    };

    private EzException Conflict(TreePath place, int package)
    {
        var ours = package == TreeEdit.NoPackage ? "an application" : $"package `{layer.Packages[package].Row.Name}`";
        var owner = tree.PackageOf(place);
        var theirs = owner == TreeEdit.NoPackage ? "a scriptlet" : $"package `{below.Packages[owner].Name}`";
        return new EzException(
            FailureKind.Unsolvable,
            $"{ours} has `{place}`, which is there already from {theirs}, and they differ",
            package == TreeEdit.NoPackage ? null : $"leave it out: exclude: [{layer.Packages[package].Row.Name}]");
    }
}
