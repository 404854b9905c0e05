using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>
/// What members become when dpkg unpacks them one after another into an empty root (src/main/archives.c): directories and nodes take
/// their place at once, files and hard links when all is read, and symbolic links after that, never in a directory's place. So a
/// symbolic link wins over a file of its name wherever it stands, and of two files the later.
/// </summary>
internal sealed class UnpackedTree
{
    private readonly Dictionary<TreePath, Slot> _slots = [];
    private readonly List<(TreePath Path, Slot Slot)> _symlinks = [];
    private int _order;

    public void AddFile(TreePath path, TarMember member, Sha256Digest content) =>
        _slots[path] = new Slot(_order++, member, new Inode { Owner = member, Content = content });

    /// <summary>Another name of a file; like dpkg's chmod through it, its own mode, owner and time go to the file.</summary>
    public void AddHardLink(TreePath path, TarMember member, TreePath target)
    {
        if (path == target || !_slots.TryGetValue(target, out var linked) || linked.Inode is null)
        {
            throw new MalformedArchiveException($"it is a hard link to `{target}`, which is no file before it in this archive");
        }

        linked.Inode.Owner = member with { Size = linked.Inode.Owner.Size };
        _slots[path] = new Slot(_order++, member, linked.Inode);
    }

    public void AddSymlink(TreePath path, TarMember member) => _symlinks.Add((path, new Slot(_order++, member, null)));

    /// <summary>A directory, device or pipe.</summary>
    public void AddOther(TreePath path, TarMember member)
    {
        var slot = new Slot(_order++, member, null);
        if (_slots.TryGetValue(path, out var earlier))
        {
            if (earlier.Inode is not null)
            {
                throw new MalformedArchiveException("it stands twice, first as a file and then as something else");
            }

            if (earlier.Member.Type == TarType.Directory && member.Type == TarType.Directory)
            {
                return;
            }
        }

        _slots[path] = slot;
    }

    /// <summary>The entries in the archive's order, once each; of the names of one file the first is the file.</summary>
    public ImmutableArray<PackageEntry> Finish(DebBudget budget, DebPosition at)
    {
        foreach (var (path, slot) in _symlinks)
        {
            if (!_slots.TryGetValue(path, out var earlier) || earlier.Member.Type != TarType.Directory)
            {
                _slots[path] = slot;
            }
        }

        CheckParents(budget, at);
        var entries = ImmutableArray.CreateBuilder<PackageEntry>(_slots.Count);
        foreach (var (path, slot) in _slots.OrderBy(pair => pair.Value.Order))
        {
            entries.Add(ToEntry(path, slot));
        }

        return entries.MoveToImmutable();
    }

    /// <summary>
    /// Nothing may lie below what is not a directory, symbolic links above all. By sorted search: climbing from each path would take
    /// a hostile archive of deep paths for ever.
    /// </summary>
    private void CheckParents(DebBudget budget, DebPosition at)
    {
        var paths = _slots.Keys.Select(path => path.Latin1).ToArray();
        Array.Sort(paths, StringComparer.Ordinal);
        ChargeMadeParents(paths, budget, at);
        foreach (var (path, slot) in _slots)
        {
            if (slot.Member.Type == TarType.Directory)
            {
                continue;
            }

            var below = path.Latin1 + "/";
            var next = ~Array.BinarySearch(paths, below, StringComparer.Ordinal);
            if (next < paths.Length && paths[next].StartsWith(below, StringComparison.Ordinal))
            {
                at.EnterPath(paths[next]);
                throw new MalformedArchiveException(slot.Member.Type == TarType.Symlink
                    ? $"it lies below `{path}`, a symbolic link of the same archive"
                    : $"it lies below `{path}`, which is no directory");
            }
        }
    }

    /// <summary>A small archive of deep paths without their directories would otherwise become a tree without bounds.</summary>
    /// <param name="paths">Sorted, so that a directory's paths stand together and each is looked at once.</param>
    private void ChargeMadeParents(string[] paths, DebBudget budget, DebPosition at)
    {
        var before = "";
        foreach (var path in paths)
        {
            var common = path.AsSpan().CommonPrefixLength(before);
            for (var slash = path.IndexOf('/', Math.Max(common, 1)); slash > 0; slash = path.IndexOf('/', slash + 1))
            {
                if (!_slots.ContainsKey(TreePath.Parse(path.AsSpan(0, slash))))
                {
                    at.EnterPath(path);
                    budget.TakeMadeParent(slash);
                }
            }

            before = path;
        }

        at.EnterPath(null);
    }

    private static PackageEntry ToEntry(TreePath path, Slot slot)
    {
        var owner = slot.Inode?.Owner ?? slot.Member;
        var entry = new ManifestEntry
        {
            Path = path,
            Type = EntryType.File,
            Mode = owner.Mode,
            Uid = owner.Uid,
            Gid = owner.Gid,
            Mtime = new FileTime(owner.Mtime),
        };
        if (slot.Inode is { First: { } first })
        {
            entry = entry with { Type = EntryType.HardLink, Target = first.Latin1 };
        }
        else if (slot.Inode is { } inode)
        {
            inode.First = path;
            entry = entry with { Size = owner.Size, Content = inode.Content };
        }
        else
        {
            entry = ToOther(entry, slot.Member);
        }

        return new PackageEntry(entry, owner.UserName, owner.GroupName);
    }

    private static ManifestEntry ToOther(ManifestEntry entry, TarMember member) => member.Type switch
    {
        TarType.Directory => entry with { Type = EntryType.Directory },
        TarType.Symlink => entry with { Type = EntryType.Symlink, Mode = 0x1ff, Target = member.LinkTarget },
        TarType.CharacterDevice => entry with { Type = EntryType.CharacterDevice, Device = member.Device },
        TarType.BlockDevice => entry with { Type = EntryType.BlockDevice, Device = member.Device },
        _ => entry with { Type = EntryType.Fifo },
    };

    /// <summary>A stored file, which may have several names.</summary>
    private sealed class Inode
    {
        /// <summary>The member whose mode, owner and time it has.</summary>
        public required TarMember Owner { get; set; }

        public required Sha256Digest Content { get; init; }

        public TreePath? First { get; set; }
    }

    private sealed record Slot(int Order, TarMember Member, Inode? Inode);
}
