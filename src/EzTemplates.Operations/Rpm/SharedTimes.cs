using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;

namespace EzTemplates.Operations;

/// <summary>
/// The times of files that several packages have. Of those of one transaction rpm skips each whose neighbour before it, in the order of
/// installation, was laid, and lays it again where that one was skipped, or is a ghost (rpm's lib/transaction.c, handleOverlappedFiles);
/// what packages of an earlier transaction have laid counts for nothing there.
/// </summary>
internal static class SharedTimes
{
    /// <param name="installed">The packages of a transaction, in the order in which they were installed.</param>
    public static void Put(TreeEdit tree, IEnumerable<StoredRpm> installed)
    {
        var known = new Dictionary<TreePath, Laid>();
        foreach (var file in installed.SelectMany(package => package.Files.Files).Where(file => file.Type is EntryType.File or EntryType.Symlink && file.LinkSet == 0))
        {
            if (!known.TryGetValue(file.Path, out var before))
            {
                known.Add(file.Path, new Laid(file.Type, IsSkipped: false, file.IsGhost, file.IsGhost ? null : file.Mtime, file.Color));
                continue;
            }

            var isSkipped = !before.IsSkipped && !before.IsGhost;
            known[file.Path] = before with { IsSkipped = isSkipped, IsGhost = file.IsGhost, Time = isSkipped || file.IsGhost ? before.Time : file.Mtime, IsMixed = before.IsMixed || before.Color != file.Color };
        }

        foreach (var (path, laid) in known)
        {
            // Of programs for several architectures the preferred one stands there; what a script has changed has its own time.
            var place = tree.Settle(path);
            if (laid is { Time: { } time, IsMixed: false } && tree.Find(place) is { } entry && entry.Type == laid.Type && entry.Mtime != new FileTime(time) && !tree.IsScripts(place))
            {
                tree.PutTime(place, new FileTime(time));
            }
        }
    }

    private readonly record struct Laid(EntryType Type, bool IsSkipped, bool IsGhost, uint? Time, uint Color, bool IsMixed = false);
}
