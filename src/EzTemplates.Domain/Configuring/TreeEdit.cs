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
    private readonly Dictionary<TreePath, ImmutableArray<ScriptWork>> _scripts;
    private readonly Dictionary<TreePath, string> _notes = [];
    private readonly Provenance _provenance;

    public TreeEdit(ComposedManifest tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var entries = tree.Manifest.Entries;
        _provenance = tree.Provenance;
        _scripts = _provenance.Scripts.GroupBy(work => work.Path).ToDictionary(works => works.Key, works => works.ToImmutableArray());
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

    /// <summary>Makes a path this, whatever it was; no script has a part in it. Other names of the file that it was keep that.</summary>
    public void Put(ManifestEntry entry, int package = NoPackage)
    {
        ArgumentNullException.ThrowIfNull(entry);
        _names[entry.Path] = new Name(new Inode(entry), package);
        _scripts.Remove(entry.Path);
    }

    /// <summary>Makes a path another name of a file.</summary>
    public void PutLink(TreePath path, TreePath file, int package = NoPackage)
    {
        _names[path] = new Name(_names[file].Inode, package);
        _scripts.Remove(path);
    }

    /// <summary>As <see cref="Put"/>, of what a script made or changed: the path stays of the package that it is of.</summary>
    /// <param name="author">The script's package, by its place in the provenance that the tree will have.</param>
    public void PutByScript(ManifestEntry entry, int author)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var works = WorksWith(entry.Path, author);
        Put(entry, PackageOf(entry.Path));
        _scripts[entry.Path] = works;
    }

    /// <summary>As <see cref="PutLink"/>, of what a script made.</summary>
    public void PutLinkByScript(TreePath path, TreePath file, int author)
    {
        var works = WorksWith(path, author);
        PutLink(path, file, PackageOf(path));
        _scripts[path] = works;
    }

    /// <summary>Changes when a file was changed, under all of its names, and nothing else of it.</summary>
    public void PutTime(TreePath path, FileTime mtime)
    {
        var inode = _names[path].Inode;
        inode.Entry = inode.Entry with { Mtime = mtime };
    }

    /// <summary>Gives a file to somebody, under all of its names; no script has a part in it.</summary>
    public void Own(TreePath path, uint uid, uint gid, int mode)
    {
        var inode = _names[path].Inode;
        inode.Entry = inode.Entry with { Uid = uid, Gid = gid, Mode = mode };
    }

    /// <summary>Whether a script has made or changed a path.</summary>
    public bool IsScripts(TreePath path) => _scripts.ContainsKey(path);

    /// <summary>Something worth knowing about a path, if it is there in the end.</summary>
    public void Note(TreePath path, string text) => _notes[path] = text;

    public void Remove(TreePath path) => _names.Remove(path);

    /// <summary>As <see cref="TreeLinks.Settle"/>, in this tree.</summary>
    /// <exception cref="EzException">Untrusted: the links go round in circles.</exception>
    public TreePath Settle(TreePath path) => TreeLinks.Settle(path, Find);

    /// <summary>As <see cref="TreeLinks.Follow"/>, in this tree.</summary>
    /// <exception cref="EzException">Untrusted: the links go round in circles.</exception>
    public TreePath Follow(TreePath path) => TreeLinks.Follow(path, Find);

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
        var notes = _notes.Where(note => _names.ContainsKey(note.Key)).Select(note => new ProvenanceNote(note.Key, note.Value)).Except(provenance.Notes);
        return new ComposedManifest(new Manifest(entries.MoveToImmutable()), provenance with
        {
            Notes = [.. provenance.Notes.Concat(notes).OrderBy(note => note.Path)],
            PackageOfEntry = owners.MoveToImmutable(),
            Scripts = [.. _scripts.Where(works => _names.ContainsKey(works.Key)).OrderBy(works => works.Key).SelectMany(works => works.Value)],
        });
    }

    private ImmutableArray<ScriptWork> WorksWith(TreePath path, int author)
    {
        if (Find(path) is null)
        {
            return [new ScriptWork(path, author, ScriptAct.Made)];
        }

        var before = _scripts.GetValueOrDefault(path, []);
        return !before.IsEmpty && before[^1].Package == author ? before : [.. before, new ScriptWork(path, author, ScriptAct.Changed)];
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
        public ManifestEntry Entry { get; set; } = entry;
    }

    private readonly record struct Name(Inode Inode, int Package);
}
