using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Formats;

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
        var folders = new Dictionary<TreePath, TreePath>();
        foreach (var file in installed.SelectMany(package => OfOneName(package.Files.Files)))
        {
            // Packages may call one place by several names.
            if (!folders.TryGetValue(file.Path.Parent, out var folder))
            {
                folders.Add(file.Path.Parent, folder = tree.Settle(file.Path.Parent.Append("x")).Parent);
            }

            var place = folder.Append(file.Path.Name);
            if (!known.TryGetValue(place, out var before))
            {
                known.Add(place, new Laid(file.Type, IsSkipped: false, file.IsGhost, file.IsGhost ? null : file.Mtime, file.Color));
                continue;
            }

            var isSkipped = !before.IsSkipped && !before.IsGhost;
            known[place] = before with
            {
                IsSkipped = isSkipped,
                IsGhost = file.IsGhost,
                Time = isSkipped || file.IsGhost ? before.Time : file.Mtime,
                IsMixed = before.IsMixed || before.Color != file.Color,
            };
        }

        foreach (var (place, laid) in known)
        {
            // What one package of these alone has may be a file of the system below, too. Of programs for several architectures the preferred
            // one stands there; what a script has changed has its own time.
            if (laid is { Time: { } time, IsMixed: false } && tree.Find(place) is { } entry && entry.Type == laid.Type && entry.Mtime != new FileTime(time) && !tree.IsScripts(place))
            {
                tree.PutTime(place, new FileTime(time));
            }
        }
    }

    /// <summary>Files and links; names of one file have one time, which no other package shares.</summary>
    private static IEnumerable<RpmFile> OfOneName(IEnumerable<RpmFile> files) => files.Where(file => file.Type == EntryType.Symlink || file is { Type: EntryType.File, LinkSet: 0 })
        .Concat(files.Where(file => file is { Type: EntryType.File, LinkSet: not 0 }).GroupBy(file => file.LinkSet).Where(names => names.Count() == 1).SelectMany(names => names));

    private readonly record struct Laid(EntryType Type, bool IsSkipped, bool IsGhost, uint? Time, uint Color, bool IsMixed = false);
}
