using EzTemplates.Domain;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>What commands make from the rest of the tree.</summary>
internal sealed partial class PrivateJudgement
{
    /// <summary>Over copies of all that the commands may change, so that a roll-back has what there was.</summary>
    public void JudgeCaches()
    {
        foreach (var cache in DerivedCache.All.Where(cache => !IsSameContent(Find(old, cache.Path), Find(next, cache.Path))))
        {
            if (!_judged.Contains(cache.Path) && PlaceOf(cache.Path).TryStatus() is { Kind: FileKind.File })
            {
                _rebuilds.Add(cache);
                foreach (var path in cache.MadeIn(area).Where(_judged.Add))
                {
                    Copy(path);
                }

                _paths.Add(new RemapPath(cache.Path, RemapAction.Rebuild, string.Join(' ', cache.Command)));
            }
        }
    }

    private void Copy(TreePath path)
    {
        var place = PlaceOf(path);
        if (place.TryStatus() is not { } status)
        {
            return;
        }

        var copy = PrivateArea.IsWhiteout(status) ? StagedFile.Removal
            : place.TryReadSymlink() is { } target ? StagedFile.Link(target, status.Mtime)
            : place.TryRead() is { } bytes ? new StagedFile(bytes, null, status.Mode, status.Uid, status.Gid, status.Mtime)
            : null;
        if (copy is not null)
        {
            Do(path, AreaStepKind.Put, copy.Identity, copy);
        }
    }
}
