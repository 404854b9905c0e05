using EzTemplates.Domain;
using EzTemplates.Domain.Merging;

namespace EzTemplates.Environments;

/// <summary>
/// The links of an alternative after a merge, as update-alternatives sets them: the name's link to /etc/alternatives, and that to the
/// best choice, or to the one that an administrator took; likewise each slave that the choice has and whose file is there.
/// </summary>
internal static class AlternativeLinks
{
    private static readonly TreePath Folder = TreePath.Parse("/etc/alternatives");

    public static void Set(string name, Alternative alternative, PrivateJudgement tree)
    {
        var taken = tree.LinkAt(Folder.Append(name));
        var choice = alternative.Mode == Alternative.Manual && alternative.Choices.FirstOrDefault(choice => choice.Path == taken) is { } manual ? manual : alternative.Best;
        if (choice is null)
        {
            return;
        }

        Link(name, alternative.Link, choice.Path, tree);
        foreach (var (slave, link) in alternative.Slaves)
        {
            var target = choice.Slaves.GetValueOrDefault(slave);
            Link(slave, link, target is not null && TreePath.TryParse(target, out var file) && tree.Shows(tree.Settle(file)) ? target : null, tree);
        }
    }

    /// <param name="target">Null: neither of the two links.</param>
    private static void Link(string name, string link, string? target, PrivateJudgement tree)
    {
        if (name.Contains('/', StringComparison.Ordinal) || name is "." or ".." || !TreePath.TryParse(link, out var outer) || outer.IsRoot)
        {
            return;
        }

        var inner = Folder.Append(name);
        tree.SetLink(inner, target);
        if (target is not null || tree.LinkAt(tree.Settle(outer)) == inner.Latin1)
        {
            tree.SetLink(tree.Settle(outer), target is null ? null : inner.Latin1);
        }
    }
}
