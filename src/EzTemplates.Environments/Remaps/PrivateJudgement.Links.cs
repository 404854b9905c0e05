using EzTemplates.Domain;

namespace EzTemplates.Environments;

/// <summary>The links that go with a merged alternative.</summary>
internal sealed partial class PrivateJudgement
{
    /// <summary>Where a link will lead after the steps that are known by now; null if there is none.</summary>
    public string? LinkAt(TreePath path) =>
        _steps.TryGetValue(path, out var pending) && pending.Step.Made is { } made ? AreaPlace.TargetOf(made)
        : !_steps.ContainsKey(path) && PlaceOf(path).TryStatus() is not null ? PlaceOf(path).TryReadSymlink()
        : next.Find(path) is { Type: EntryType.Symlink } link ? link.Target : null;

    public bool Shows(TreePath path) => PlaceOf(path).TryStatus() is { } status ? !PrivateArea.IsWhiteout(status) : next.Find(path) is not null;

    /// <summary>The path itself, where the folders of the root that are links to others (usr-merge) have been followed.</summary>
    public TreePath Settle(TreePath path)
    {
        var first = path.Latin1.Split('/')[1];
        return !path.Parent.IsRoot && next.Find(TreePath.Root.Append(first)) is { Type: EntryType.Symlink } link
            && TreePath.TryParse($"/{link.Target}{path.Latin1[(first.Length + 1)..]}", out var settled) ? settled : path;
    }

    /// <summary>Lets a link lead somewhere, or be none (null). What is no link stays.</summary>
    public void SetLink(TreePath path, string? target)
    {
        var shown = LinkAt(path);
        if (shown == target || (shown is null && Shows(path)))
        {
            return;
        }

        if (next.Find(path) is var version && (target is null ? version is null : version is { Type: EntryType.Symlink } && version.Target == target))
        {
            Do(path, AreaStepKind.Drop, null);
        }
        else if (target is null)
        {
            Do(path, AreaStepKind.Put, AreaPlace.Whiteout, StagedFile.Removal);
        }
        else
        {
            var link = StagedFile.Link(target, version?.Mtime ?? next.Entries[0].Mtime);
            Do(path, AreaStepKind.Put, link.Identity, link);
        }
    }
}
