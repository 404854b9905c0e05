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
    public ImmutableArray<PackageEntry> Finish(ArchiveBudget budget, ArchivePosition at)
    {
        foreach (var (path, slot) in _symlinks)
        {
            if (!_slots.TryGetValue(path, out var earlier) || earlier.Member.Type != TarType.Directory)
            {
                _slots[path] = slot;
            }
        }

        ParentRules.Check(_slots, TypeOf, budget, at);
        var entries = ImmutableArray.CreateBuilder<PackageEntry>(_slots.Count);
        foreach (var (path, slot) in _slots.OrderBy(pair => pair.Value.Order))
        {
            entries.Add(ToEntry(path, slot));
        }

        return entries.MoveToImmutable();
    }

    private static EntryType TypeOf(Slot slot) => slot.Member.Type switch
    {
        TarType.Directory => EntryType.Directory,
        TarType.Symlink => EntryType.Symlink,
        _ => EntryType.File,
    };

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
