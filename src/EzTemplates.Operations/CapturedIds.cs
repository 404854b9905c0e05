using System.Collections.Immutable;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Environments;
using EzTemplates.Formats.Dpkg;
using EzTemplates.Formats.Ids;

namespace EzTemplates.Operations;

/// <summary>
/// The numbers of users and groups, before and after scripts run: the tree's tools are told them, and what they or others picked
/// otherwise is put right in what was captured.
/// </summary>
/// <param name="tree">As it was before.</param>
internal sealed class CapturedIds(ConfigureGround ground, TreeEdit tree, ScriptIds ids)
{
    // Each tool keeps the state before its last change beside it.
    private static readonly TreePath Passwd = TreePath.Parse("/etc/passwd");
    private static readonly TreePath PasswdBackup = TreePath.Parse("/etc/passwd-");
    private static readonly TreePath Group = TreePath.Parse("/etc/group");
    private static readonly TreePath GroupBackup = TreePath.Parse("/etc/group-");

    private readonly Dictionary<TreePath, (ManifestEntry Own, ManifestEntry Shown)> _told = [];

    /// <summary>Changes the tree that scripts will see, so that it tells its tools the numbers.</summary>
    public void Tell(TreeEdit seen)
    {
        foreach (var path in tree.Paths.Where(path => path == NumberedTools.AdduserConfiguration || NumberedTools.IsSysusers(path)).ToList())
        {
            if (tree.Find(path) is not { Type: EntryType.File } own)
            {
                continue;
            }

            var text = ground.TextOf(tree, path)!;
            var told = path == NumberedTools.AdduserConfiguration ? text + NumberedTools.PoolSettings : NumberedTools.WithNumbers(text, ids.Known);
            if (told != text)
            {
                var shown = ground.WithText(own, told);
                _told.Add(path, (own, shown));
                seen.Put(shown with { Path = path });
            }
        }
    }

    /// <summary>Files that adduser reads, where the tree has it.</summary>
    public IEnumerable<DatabaseFile> Pools => tree.Find(NumberedTools.AdduserConfiguration) is null ? [] :
    [
        new DatabaseFile.Written(NumberedTools.UserPool, Encoding.Latin1.GetBytes(NumberedTools.Pool(ids.Known, LockedId.User))),
        new DatabaseFile.Written(NumberedTools.GroupPool, Encoding.Latin1.GetBytes(NumberedTools.Pool(ids.Known, LockedId.Group))),
    ];

    /// <summary>What scripts changed, as if every tool had picked the right numbers.</summary>
    public ImmutableArray<CapturedPath> Settle(ImmutableArray<CapturedPath> captured)
    {
        var changed = captured.OfType<CapturedPath.Changed>().Where(change => change.Entry.Type == EntryType.File).ToDictionary(change => change.Path, change => change.Entry);
        string After(TreePath path) => changed.TryGetValue(path, out var entry) ? ground.TextOf(entry) : ground.TextOf(tree, path) ?? "";
        var before = new AccountText(ground.TextOf(tree, Passwd) ?? "", ground.TextOf(tree, Group) ?? "");
        var numbers = ids.Settle(before, new AccountText(After(Passwd), After(Group)));
        return [.. captured.Select(change => change is CapturedPath.Changed changed ? changed with { Entry = Settle(changed.Entry, numbers) } : change)];
    }

    private ManifestEntry Settle(ManifestEntry entry, Renumbering numbers)
    {
        if (_told.TryGetValue(entry.Path, out var told))
        {
            entry = entry.Content == told.Shown.Content ? entry with { Size = told.Own.Size, Content = told.Own.Content }
                : entry.Type == EntryType.File ? ground.WithText(entry, ground.TextOf(entry).Replace(NumberedTools.PoolSettings, "", StringComparison.Ordinal)) : entry;
        }

        if (numbers.IsNothing)
        {
            return entry;
        }

        entry = numbers.Apply(entry);
        return entry.Type != EntryType.File ? entry
            : entry.Path == Passwd || entry.Path == PasswdBackup ? ground.WithText(entry, AccountText.RenumberPasswd(ground.TextOf(entry), numbers))
            : entry.Path == Group || entry.Path == GroupBackup ? ground.WithText(entry, AccountText.RenumberGroup(ground.TextOf(entry), numbers))
            : entry;
    }
}
