using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Formats;

namespace EzTemplates.Operations;

/// <summary>
/// Which of several packages that have one path has laid it last. Of files of one transaction rpm skips each whose neighbour before it, in the
/// order of installation, was laid, and lays it again where that one was skipped, or is a ghost (rpm's lib/transaction.c,
/// handleOverlappedFiles); what packages of an earlier transaction have laid counts for nothing there. A folder gets owner and mode anew
/// from each package (lib/fsm.c, rpmPackageFilesInstall), and one that no package has is made for the first that lies in it.
/// </summary>
internal sealed class SharedPaths
{
    private const int SetGroup = 0b010_000_000_000;

    private readonly Dictionary<TreePath, Laid> _known = [];
    private readonly Dictionary<TreePath, TreePath> _folders = [];
    private readonly Dictionary<TreePath, int> _firstWith = [];
    private readonly Dictionary<TreePath, int> _firstBelow = [];
    private readonly TreeEdit _tree;

    /// <param name="installed">The packages of a transaction, in the order in which they were installed.</param>
    public SharedPaths(TreeEdit tree, IReadOnlyList<StoredRpm> installed)
    {
        _tree = tree;
        for (var i = 0; i < installed.Count; i++)
        {
            foreach (var folder in installed[i].Files.Files.Where(file => file is { Type: EntryType.Directory, IsGhost: false }))
            {
                var place = tree.Settle(folder.Path);
                _known[place] = new Laid(i, folder.Type, IsSkipped: false, IsGhost: false, null, folder.Color);
                _ = _firstWith.TryAdd(place, i);
                NoteParents(i, place);
            }

            foreach (var file in installed[i].Files.Files.Where(file => file is { Type: not EntryType.Directory, IsGhost: false }))
            {
                NoteParents(i, FolderOf(file).Append("x"));
            }

            foreach (var file in OfOneName(installed[i].Files.Files))
            {
                Lay(i, file);
            }
        }
    }

    /// <summary>The package by its place in the order; null where it is none of them, or a file with several names.</summary>
    public int? LaidBy(TreePath place) => _known.TryGetValue(place, out var laid) ? laid.By : null;

    /// <summary>Gives shared files the times that rpm leaves them with.</summary>
    public void PutTimes()
    {
        foreach (var (place, laid) in _known)
        {
            // What one package of these alone has may be a file of the system below, too. Of programs for several architectures the preferred
            // one stands there; what a script has changed has its own time.
            if (laid is { Time: { } time, IsMixed: false } && _tree.Find(place) is { } entry && entry.Type == laid.Type && entry.Mtime != new FileTime(time) && !_tree.IsScripts(place))
            {
                _tree.PutTime(place, new FileTime(time));
            }
        }
    }

    /// <summary>
    /// Folders that no package has are made by mkdir(2), which gives those in a set-group-id folder its group and its bit, as that is then.
    /// What an earlier transaction has made stays as it is.
    /// </summary>
    /// <param name="before">What was there before the transaction; null for nothing.</param>
    public void InheritGroups(Manifest? before)
    {
        foreach (var (path, maker) in _firstBelow)
        {
            var isMade = !_firstWith.ContainsKey(path) && FolderIn(before, path) is null && _tree.PackageOf(path) == TreeEdit.NoPackage && !_tree.IsScripts(path);
            if (isMade && _tree.Find(path) is { Type: EntryType.Directory } folder && GroupHandedDown(path.Parent, maker, before) is { } group)
            {
                _tree.Own(path, folder.Uid, group, folder.Mode | SetGroup);
            }
        }
    }

    /// <summary>What group a folder gives to those that a package makes in it; null for that of who makes them.</summary>
    private uint? GroupHandedDown(TreePath path, int maker, Manifest? before)
    {
        if (_firstWith.TryGetValue(path, out var with) && with <= maker)
        {
            // Packages that share a folder agree on its mode.
            return GroupOf(_tree.Find(path));
        }

        return FolderIn(before, path) is { } folder ? GroupOf(folder)
            : _firstBelow.TryGetValue(path, out var below) && below <= maker ? GroupHandedDown(path.Parent, below, before)
            : null;
    }

    private static uint? GroupOf(ManifestEntry? folder) => folder is { Type: EntryType.Directory } && (folder.Mode & SetGroup) != 0 ? folder.Gid : null;

    private static ManifestEntry? FolderIn(Manifest? before, TreePath path) => before?.Find(path) is { Type: EntryType.Directory } folder ? folder : null;

    private void NoteParents(int package, TreePath place)
    {
        for (var folder = place.Parent; folder != TreePath.Root && _firstBelow.TryAdd(folder, package); folder = folder.Parent)
        {
        }
    }

    /// <summary>Packages may call one place by several names.</summary>
    private TreePath FolderOf(RpmFile file)
    {
        if (!_folders.TryGetValue(file.Path.Parent, out var folder))
        {
            _folders.Add(file.Path.Parent, folder = _tree.Settle(file.Path.Parent.Append("x")).Parent);
        }

        return folder;
    }

    private void Lay(int package, RpmFile file)
    {
        var place = FolderOf(file).Append(file.Path.Name);
        if (!_known.TryGetValue(place, out var before))
        {
            _known.Add(place, new Laid(package, file.Type, IsSkipped: false, file.IsGhost, file.IsGhost ? null : file.Mtime, file.Color));
            return;
        }

        var isSkipped = !before.IsSkipped && !before.IsGhost;
        var isLaid = !isSkipped && !file.IsGhost;
        _known[place] = before with
        {
            By = isLaid ? package : before.By,
            IsSkipped = isSkipped,
            IsGhost = file.IsGhost,
            Time = isLaid ? file.Mtime : before.Time,
            IsMixed = before.IsMixed || before.Color != file.Color,
        };
    }

    /// <summary>Files and links; names of one file have one time, which no other package shares.</summary>
    private static IEnumerable<RpmFile> OfOneName(IEnumerable<RpmFile> files) => files.Where(file => file.Type == EntryType.Symlink || file is { Type: EntryType.File, LinkSet: 0 })
        .Concat(files.Where(file => file is { Type: EntryType.File, LinkSet: not 0 }).GroupBy(file => file.LinkSet).Where(names => names.Count() == 1).SelectMany(names => names));

    private readonly record struct Laid(int By, EntryType Type, bool IsSkipped, bool IsGhost, uint? Time, uint Color, bool IsMixed = false);
}
