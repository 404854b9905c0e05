using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Store;
using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Environments;

/// <summary>
/// Private paths that hide what a new version has otherwise than the old one. Goes by names, and only into folders that the new version
/// has: what an environment has for itself is not walked through, however much it is, and read is only what hides a file of the same size.
/// </summary>
internal sealed class HiddenPaths
{
    private const string Removed = "removed in the environment; the new version changes it";

    private readonly Manifest _old;
    private readonly Manifest _next;
    private readonly OverlayAttributes _overlay;
    private readonly HashSet<TreePath> _told;
    private readonly SortedDictionary<TreePath, string> _found = [];

    private HiddenPaths(Manifest old, Manifest next, OverlayAttributes overlay, HashSet<TreePath> told) => (_old, _next, _overlay, _told) = (old, next, overlay, told);

    /// <param name="judged">Whose paths are told already, or will not be private any more.</param>
    public static ImmutableArray<RemapPath> In(string area, (Manifest Old, Manifest Next) versions, RemapJudgement judged, OverlayAttributes overlay)
    {
        var hidden = new HiddenPaths(versions.Old, versions.Next, overlay, [.. Told(judged)]);
        using (var root = Libc.OpenFolder(null, area))
        {
            FolderWalk.Run(root, hidden.Enter);
        }

        return [.. hidden._found.Where(one => !hidden._told.Contains(one.Key)).Select(one => new RemapPath(one.Key, RemapAction.Keep, one.Value))];
    }

    /// <summary>What a step puts stays private; what the others take away does not.</summary>
    public static IEnumerable<TreePath> Told(RemapJudgement judged) => judged.Paths.Select(path => path.Path)
        .Concat(judged.Steps.Where(step => step.Step.Kind != AreaStepKind.Put).Select(step => step.Step.Path)).Concat(judged.Dropped);

    private List<string> Enter(FolderWalk at)
    {
        var path = TreePath.Parse("/" + at.Path);
        if (!path.IsRoot && PrivateArea.IsOpaque(at.Folder, _overlay))
        {
            AddBelow(path, Removed);
        }

        var folders = new List<string>();
        foreach (var member in Libc.ReadFolder(at.Folder))
        {
            var here = path.Append(member.Name);
            if (_next.Find(here) is { Type: EntryType.Directory })
            {
                if (member.IsFolder)
                {
                    folders.Add(member.Name);
                }
                else if (!_told.Contains(here))
                {
                    AddBelow(here, IsRemoved(at.Folder, member) ? Removed : $"`{here}` is no folder in the environment");
                }
            }
            else if (FindChanged(here) is { } changed && Explain(at.Folder, member, changed) is { } explained)
            {
                _found[here] = explained;
            }
        }

        return folders;
    }

    /// <summary>What the new version has otherwise in a folder that does not show.</summary>
    private void AddBelow(TreePath folder, string why)
    {
        foreach (var entry in _next.Below(folder).Where(entry => FindChanged(entry.Path) is not null))
        {
            _found[entry.Path] = why;
        }
    }

    private static bool IsRemoved(SafeFileHandle folder, FolderMember member) => Libc.TryStatus(folder, NativePath.FromLatin1(member.Name)) is { } status && PrivateArea.IsWhiteout(status);

    /// <summary>Null where the environment has just what the new version has.</summary>
    private static string? Explain(SafeFileHandle folder, FolderMember member, ManifestEntry changed)
    {
        var name = NativePath.FromLatin1(member.Name);
        return Libc.TryStatus(folder, name) switch
        {
            { } status when PrivateArea.IsWhiteout(status) => Removed,
            { Kind: FileKind.File } status when IsLike(status, changed) && PrivateArea.TryDigest(folder, name) == changed.Content => null,
            { Kind: FileKind.Symlink } when changed.Type == EntryType.Symlink && Libc.TryReadSymlink(folder, name) == changed.Target => null,
            _ => "hides the new version's",
        };
    }

    private static bool IsLike(FileStatus status, ManifestEntry file) =>
        file.Type == EntryType.File && status.Size == file.Size && status.Mode == file.Mode && status.Uid == file.Uid && status.Gid == file.Gid && file.Xattrs.IsEmpty;

    /// <summary>What the new version has there, where that is a file or link and not the old one's.</summary>
    private ManifestEntry? FindChanged(TreePath path)
    {
        var (before, after) = (Resolve(_old, path), Resolve(_next, path));
        return after is not (null or { Type: EntryType.Directory }) && !VolatilePaths.IsBackup(path)
            && !(before is not null && before.Type == after.Type && before.Content == after.Content && before.Target == after.Target)
            ? after : null;
    }

    private static ManifestEntry? Resolve(Manifest manifest, TreePath path) => manifest.Find(path) is { } found ? manifest.Resolve(found) : null;
}
