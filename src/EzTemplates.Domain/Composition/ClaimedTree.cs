using System.Globalization;

namespace EzTemplates.Domain.Composition;

/// <summary>The tree in the making: each path with the claim that won it, or with an entry that no package has.</summary>
internal sealed class ClaimedTree
{
    private readonly Dictionary<TreePath, (Claim? Claim, ManifestEntry? Made)> _paths;
    private readonly List<(Claim Link, Claim Directory)> _absorbed = [];
    private readonly List<ProvenanceNote> _notes = [];
    private readonly List<ContestedFile> _contested = [];
    private readonly ClaimRules _rules;

    private ClaimedTree(int expected, ClaimRules rules)
    {
        _paths = new(expected);
        _rules = rules;
    }

    public IEnumerable<TreePath> Paths => _paths.Keys;

    public IEnumerable<ProvenanceNote> Notes => _notes;

    public IEnumerable<ContestedFile> Contested => _contested;

    /// <summary>Exactly one of the two is there.</summary>
    public (Claim? Claim, ManifestEntry? Made) this[TreePath path] => _paths[path];

    public static ClaimedTree Decide(SettledClaims settled, ClaimRules rules)
    {
        var tree = new ClaimedTree(settled.ByPath.Count + 64, rules);
        foreach (var (path, claims) in settled.ByPath)
        {
            tree._paths.Add(path, (claims.Count == 1 ? claims[0] : tree.Decide(claims), null));
        }

        return tree;
    }

    /// <summary>Makes the link of usr-merge and the directory it leads to, where no package has them.</summary>
    public void AddMergedDirectory(string name, FileTime epoch)
    {
        var (link, target) = (UsrMerge.LinkPath(name), UsrMerge.LinkTarget(name));
        if (!_paths.TryGetValue(link, out var there))
        {
            _paths.Add(link, (null, Made(link, EntryType.Symlink, epoch) with { Mode = 0x1ff, Target = target }));
        }
        else if (there.Claim!.Inode.Entry.Target.Trim('/') != target)
        {
            throw new EzException(
                FailureKind.Unsolvable,
                $"package `{_rules.NameOf(there.Claim.Package)}` has `{link}` -> `{TreePath.Display(there.Claim.Inode.Entry.Target)}`, where a merged /usr has `{target}`",
                $"leave it out: exclude: [{_rules.NameOf(there.Claim.Package)}]");
        }

        var directory = TreePath.Parse(target);
        _paths.TryAdd(directory, (null, Made(directory, EntryType.Directory, epoch)));
    }

    /// <summary>Makes directories, root:root 0755, above paths whose packages did not ship them, and the root itself.</summary>
    public void AddMissingParents(FileTime epoch)
    {
        _paths.TryAdd(TreePath.Root, (null, Made(TreePath.Root, EntryType.Directory, epoch)));
        foreach (var (path, (claim, _)) in _paths.ToArray())
        {
            for (var parent = path.Parent; ; parent = parent.Parent)
            {
                if (_paths.TryAdd(parent, (null, Made(parent, EntryType.Directory, epoch))))
                {
                    continue;
                }

                if (!IsDirectory(parent))
                {
                    throw Blocked(parent, path, claim);
                }

                break;
            }
        }
    }

    /// <summary>A link may stand where another package has a directory only if it leads to a directory.</summary>
    public void CheckAbsorbedDirectories(LinkResolver links)
    {
        foreach (var (link, directory) in _absorbed)
        {
            var target = links.Resolve(link.Path);
            if (!_paths.ContainsKey(target) || !IsDirectory(target))
            {
                throw _rules.Conflict(link, directory);
            }
        }
    }

    private Claim Decide(List<Claim> claims)
    {
        var files = claims.FindAll(claim => !claim.IsDirectory);
        var directory = claims.Find(claim => claim.IsDirectory);
        if (files.Count == 0)
        {
            var first = _rules.WinnerOfDirectories(claims) ?? throw _rules.Conflict(claims);
            NoteDifferences(first, claims);
            return first;
        }

        var (winner, aside) = _rules.Standing(files);
        if (aside is not null)
        {
            _contested.Add(new ContestedFile(aside.Inode.Entry with { Path = aside.Path }, aside.Package, _rules.Conflict(winner, aside)));
        }

        if (directory is not null)
        {
            if (winner.Type != EntryType.Symlink || !_rules.LinkStandsFor(winner, directory))
            {
                throw _rules.Conflict(winner, directory);
            }

            _absorbed.Add((winner, directory));
        }

        return winner;
    }

    /// <summary>One package decides a directory; the others' wishes are kept as a note.</summary>
    private void NoteDifferences(Claim winner, List<Claim> claims)
    {
        var first = winner.Entry;
        var others = claims.FindAll(claim =>
            claim.Entry.Mode != first.Mode || claim.Entry.Uid != first.Uid || claim.Entry.Gid != first.Gid);
        if (others.Count > 0)
        {
            var wishes = others.Select(Wish).Distinct(StringComparer.Ordinal);
            _notes.Add(new ProvenanceNote(winner.Path, $"{Wish(winner)}; not {string.Join(", ", wishes)}"));
        }
    }

    private string Wish(Claim claim) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Convert.ToString(claim.Entry.Mode, 8).PadLeft(4, '0')} {claim.Entry.Uid}:{claim.Entry.Gid} ({_rules.NameOf(claim.Package)})");

    private bool IsDirectory(TreePath path) =>
        _paths[path] is var (claim, made) && (claim?.Type ?? made!.Type) == EntryType.Directory;

    private EzException Blocked(TreePath parent, TreePath path, Claim? below) =>
        _paths[parent].Claim is { } above && below is not null
            ? _rules.NotADirectory(above, below)
            : new EzException(FailureKind.Unsolvable, $"`{path}` is needed, but `{parent}` is not a directory");

    private static ManifestEntry Made(TreePath path, EntryType type, FileTime epoch) => new()
    {
        Path = path,
        Type = type,
        Mode = 0x1ed, // 0755
        Uid = 0,
        Gid = 0,
        Mtime = epoch,
    };
}
