using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Store;
using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Environments;

/// <summary>
/// Private paths that hide what a new version has otherwise than the old one. Goes by names alone, and only into folders that the new version
/// has: no content is read, and what an environment has for itself is not walked through, however much it is.
/// </summary>
internal sealed class HiddenPaths
{
    private readonly Manifest _old;
    private readonly Manifest _next;
    private readonly OverlayAttributes _overlay;
    private readonly SortedDictionary<TreePath, string> _found = [];

    private HiddenPaths(Manifest old, Manifest next, OverlayAttributes overlay) => (_old, _next, _overlay) = (old, next, overlay);

    /// <param name="judged">Whose paths are told already, or will not be private any more.</param>
    public static ImmutableArray<RemapPath> In(string area, (Manifest Old, Manifest Next) versions, RemapJudgement judged, OverlayAttributes overlay)
    {
        var hidden = new HiddenPaths(versions.Old, versions.Next, overlay);
        using (var root = Libc.OpenFolder(null, area))
        {
            FolderWalk.Run(root, hidden.Enter);
        }

        foreach (var path in Told(judged))
        {
            _ = hidden._found.Remove(path);
        }

        return [.. hidden._found.Select(one => new RemapPath(one.Key, RemapAction.Keep, one.Value))];
    }

    /// <summary>What a step puts stays private; what the others take away does not.</summary>
    public static IEnumerable<TreePath> Told(RemapJudgement judged) => judged.Paths.Select(path => path.Path)
        .Concat(judged.Steps.Where(step => step.Step.Kind != AreaStepKind.Put).Select(step => step.Step.Path)).Concat(judged.Dropped);

    private List<string> Enter(FolderWalk at)
    {
        var path = TreePath.Parse("/" + at.Path);
        if (!path.IsRoot && PrivateArea.IsOpaque(at.Folder, _overlay))
        {
            foreach (var entry in _next.Below(path).Where(entry => Hides(entry.Path)))
            {
                _found[entry.Path] = Removed;
            }
        }

        var folders = new List<string>();
        foreach (var member in Libc.ReadFolder(at.Folder))
        {
            var here = path.Append(member.Name);
            if (member.IsFolder && _next.Find(here) is { Type: EntryType.Directory })
            {
                folders.Add(member.Name);
            }
            else if (Hides(here))
            {
                _found[here] = IsWhiteout(at.Folder, member.Name) ? Removed : "hides the new version's";
            }
        }

        return folders;
    }

    private const string Removed = "removed in the environment; the new version changes it";

    private static bool IsWhiteout(SafeFileHandle folder, string name) => Libc.TryStatus(folder, NativePath.FromLatin1(name)) is { } status && PrivateArea.IsWhiteout(status);

    private bool Hides(TreePath path)
    {
        var (before, after) = (Resolve(_old, path), Resolve(_next, path));
        return after is not (null or { Type: EntryType.Directory }) && !VolatilePaths.IsBackup(path)
            && !(before is not null && before.Type == after.Type && before.Content == after.Content && before.Target == after.Target);
    }

    private static ManifestEntry? Resolve(Manifest manifest, TreePath path) => manifest.Find(path) is { } found ? manifest.Resolve(found) : null;
}
