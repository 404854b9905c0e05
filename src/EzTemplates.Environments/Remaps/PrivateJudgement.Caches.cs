using EzTemplates.Domain;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>What commands make from the rest of the tree.</summary>
internal sealed partial class PrivateJudgement
{
    /// <summary>Over copies of all that the commands may change, so that a roll-back has what there was; where one cannot be copied, no command runs.</summary>
    public void JudgeCaches()
    {
        foreach (var cache in DerivedCache.All.Where(cache => !IsSameContent(Find(old, cache.Path), Find(next, cache.Path))))
        {
            if (!_judged.Contains(cache.Path) && PlaceOf(cache.Path).TryStatus() is { Kind: FileKind.File })
            {
                Rebuild(cache);
            }
        }
    }

    private void Rebuild(DerivedCache cache)
    {
        var command = string.Join(' ', cache.Command);
        var copies = cache.MadeIn(area).Where(path => !_judged.Contains(path) && PlaceOf(path).TryStatus() is not null).Select(path => (Path: path, Copy: TryCopy(path))).ToList();
        if (copies.FindIndex(one => one.Copy is null) is >= 0 and var uncopied)
        {
            _paths.Add(new RemapPath(
                cache.Path, RemapAction.Keep, $"still made for the old version: `{copies[uncopied].Path}` is no file of at most {AreaPlace.MostText} bytes, which could be kept; {command} makes it anew"));
            return;
        }

        _rebuilds.Add(cache);
        foreach (var (path, copy) in copies.Where(one => _judged.Add(one.Path)))
        {
            Do(path, AreaStepKind.Put, copy!.Identity, copy);
        }

        _paths.Add(new RemapPath(cache.Path, RemapAction.Rebuild, command));
    }

    private StagedFile? TryCopy(TreePath path)
    {
        var place = PlaceOf(path);
        return place.TryStatus() is not { } status ? null
            : PrivateArea.IsWhiteout(status) ? StagedFile.Removal
            : place.TryReadSymlink() is { } target ? StagedFile.Link(target, status.Mtime)
            : place.TryRead() is { } bytes ? new StagedFile(bytes, null, status.Mode, status.Uid, status.Gid, status.Mtime)
            : null;
    }
}
