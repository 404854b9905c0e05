using System.Collections.Immutable;
using EzTemplates.Domain.Composition;

namespace EzTemplates.Domain.Configuring;

/// <summary>
/// A manifest that is being changed path by path, with the package that each path is from. Names of one hard-linked file stay names of
/// one file until one of them is put anew; the first that is left in order then has the content.
/// </summary>
public sealed class TreeEdit
{
    /// <summary>For <see cref="Put"/>: a path that no package has.</summary>
    public const int NoPackage = -1;

    private const int FolderMode = 0b111_101_101;

    private readonly Dictionary<TreePath, Name> _names;
    private readonly Dictionary<TreePath, string> _notes = [];
    private readonly Provenance _provenance;

    public TreeEdit(ComposedManifest tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var entries = tree.Manifest.Entries;
        _provenance = tree.Provenance;
        _names = new Dictionary<TreePath, Name>(entries.Length + 1024);
        for (var i = 0; i < entries.Length; i++)
        {
            var inode = entries[i].Type == EntryType.HardLink ? _names[TreePath.Parse(entries[i].Target)].Inode : new Inode(entries[i]);
            _names.Add(entries[i].Path, new Name(inode, _provenance.PackageOfEntry[i]));
        }
    }

    public IEnumerable<TreePath> Paths => _names.Keys;

    /// <summary>What a path is; of a further name of a file, the file. Null where there is nothing.</summary>
    public ManifestEntry? Find(TreePath path) => _names.TryGetValue(path, out var name) ? name.Inode.Entry : null;

    /// <summary>The package of a path, by its place in the provenance; <see cref="NoPackage"/> for what no package has, and for nothing.</summary>
    public int PackageOf(TreePath path) => _names.TryGetValue(path, out var name) ? name.Package : NoPackage;

    /// <summary>Makes a path this, whatever it was. Other names of the file that it was keep that.</summary>
    public void Put(ManifestEntry entry, int package = NoPackage)
    {
        ArgumentNullException.ThrowIfNull(entry);
        _names[entry.Path] = new Name(new Inode(entry), package);
    }

    /// <summary>Makes a path another name of a file.</summary>
    public void PutLink(TreePath path, TreePath file, int package = NoPackage) => _names[path] = new Name(_names[file].Inode, package);

    /// <summary>Something worth knowing about a path, if it is there in the end; of several, the first.</summary>
    public void Note(TreePath path, string text) => _notes.TryAdd(path, text);

    public void Remove(TreePath path) => _names.Remove(path);

    /// <summary>Follows the tree's links on the way to a path, as the kernel does with the tree as its root; the last component stays what it is.</summary>
    /// <exception cref="EzException">Untrusted: the links go round in circles, or out of the tree.</exception>
    public TreePath Settle(TreePath path)
    {
        // As many as the kernel follows (path_resolution(7)).
        const int mostLinks = 40;
        var (at, links) = (TreePath.Root, 0);
        var rest = new Stack<string>(path.Latin1.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        while (rest.TryPop(out var name))
        {
            var next = name == ".." ? at.Parent : name == "." ? at : at.Append(name);
            if (rest.Count == 0 || Find(next) is not { Type: EntryType.Symlink } link)
            {
                at = next;
                continue;
            }

            if (++links > mostLinks)
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

    /// <summary>Makes what folders are missing above a path, as the composer makes them.</summary>
    public void MakeParents(TreePath path, FileTime mtime)
    {
        for (var parent = path.Parent; Find(parent) is null; parent = parent.Parent)
        {
            Put(new ManifestEntry { Path = parent, Type = EntryType.Directory, Mode = FolderMode, Uid = 0, Gid = 0, Mtime = mtime });
        }
    }

    /// <param name="packages">Those that the provenance has by now; null: the same.</param>
    public ComposedManifest Finish(Provenance? packages = null)
    {
        var paths = _names.Keys.ToArray();
        Array.Sort(paths);
        var entries = ImmutableArray.CreateBuilder<ManifestEntry>(paths.Length);
        var owners = ImmutableArray.CreateBuilder<int>(paths.Length);
        var first = new Dictionary<Inode, TreePath>(ReferenceEqualityComparer.Instance);
        foreach (var path in paths)
        {
            var (inode, package) = _names[path];
            entries.Add(Emit(path, inode, first));
            owners.Add(package);
        }

        var provenance = packages ?? _provenance;
        var notes = provenance.Notes.Concat(_notes.Where(note => _names.ContainsKey(note.Key)).Select(note => new ProvenanceNote(note.Key, note.Value)));
        return new ComposedManifest(new Manifest(entries.MoveToImmutable()), provenance with
        {
            PackageOfEntry = owners.MoveToImmutable(),
            Notes = [.. notes.OrderBy(note => note.Path)],
        });
    }

    private static ManifestEntry Emit(TreePath path, Inode inode, Dictionary<Inode, TreePath> first)
    {
        var entry = inode.Entry;
        if (entry.Type != EntryType.File || first.TryAdd(inode, path))
        {
            return entry.Path == path ? entry : entry with { Path = path };
        }

        return entry with { Path = path, Type = EntryType.HardLink, Size = 0, Content = null, Xattrs = [], Target = first[inode].Latin1 };
    }

    /// <summary>What all names of a file have in common; compared as an object, never by value.</summary>
    private sealed class Inode(ManifestEntry entry)
    {
        public ManifestEntry Entry { get; } = entry;
    }

    private readonly record struct Name(Inode Inode, int Package);
}
