using EzTemplates.Domain;
using EzTemplates.Formats.Layers;
using EzTemplates.Store;
using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Environments;

/// <summary>
/// An environment's private area against the manifest below it, without a mount: what the view shows otherwise than the version does.
/// It goes through the area as the kernel merges layers (Documentation/filesystems/overlayfs.rst, "whiteouts and opaque directories"), and holds, beside
/// the manifest, only the names of the folders on the way to where it is.
/// </summary>
internal sealed class PrivateDiff
{
    private readonly Manifest _manifest;
    private readonly OverlayAttributes _overlay;
    private readonly List<Level> _levels = [];
    private readonly Queue<Pending> _ready = new();

    private PrivateDiff(Manifest manifest, OverlayAttributes overlay) => (_manifest, _overlay) = (manifest, overlay);

    /// <summary>Sorted by the paths' raw bytes; read while it is enumerated.</summary>
    public static IEnumerable<PrivateChange> Read(string area, Manifest manifest, OverlayAttributes overlay)
    {
        var diff = new PrivateDiff(manifest, overlay);
        using var root = Libc.OpenFolder(null, area);
        foreach (var _ in FolderWalk.Steps(root, diff.Enter))
        {
            foreach (var change in diff.Drain())
            {
                yield return change;
            }
        }

        diff.LeaveTo("");
        foreach (var change in diff.Drain())
        {
            yield return change;
        }
    }

    private IEnumerable<string> Enter(FolderWalk at)
    {
        var path = TreePath.Parse("/" + at.Path);
        LeaveTo(path.IsRoot ? "" : path.Parent.Latin1);
        var below = path.IsRoot ? "/" : path.Latin1 + "/";
        var above = _levels.Count > 0 ? _levels[^1] : null;
        if (above is not null)
        {
            MakeReady(above.Rest, change => string.CompareOrdinal(change.Key, below) < 0);
        }

        var pending = new List<Pending>();
        if (path.IsRoot)
        {
            Add(pending, Compare(at.Folder, NativePath.FromLatin1("."), path, Libc.Status(at.Folder)));
        }

        var merges = path.IsRoot || (above!.Merges && _manifest.Find(path)?.Type == EntryType.Directory && !PrivateArea.IsOpaque(at.Folder, _overlay));
        var folders = Look(at.Folder, path, merges, pending);
        pending.Sort((a, b) => string.CompareOrdinal(a.Key, b.Key));
        _levels.Add(new Level(path.Latin1, merges, new Queue<Pending>(pending)));

        // In the order of the paths below them, in which "/a-b" comes before "/a/b".
        return folders.OrderBy(name => name + "/", StringComparer.Ordinal);
    }

    /// <returns>The folders among the members.</returns>
    private List<string> Look(SafeFileHandle folder, TreePath path, bool merges, List<Pending> pending)
    {
        var folders = new List<string>();
        var shown = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in Libc.ReadFolder(folder))
        {
            var name = NativePath.FromLatin1(member.Name);
            if (Libc.TryStatus(folder, name) is not { } status)
            {
                continue;
            }

            var here = path.Append(member.Name);
            if (!PrivateArea.IsWhiteout(status))
            {
                shown.Add(member.Name);
                folders.AddRange(status.Kind == FileKind.Directory ? [member.Name] : (ReadOnlySpan<string>)[]);
                Add(pending, Compare(folder, name, here, status));
            }
            else if (merges && _manifest.Find(here) is { } hidden)
            {
                Add(pending, Removed(hidden));
            }

            if (status.Kind != FileKind.Directory && _manifest.Find(here) is { Type: EntryType.Directory } && (merges || shown.Contains(member.Name)))
            {
                pending.Add(new Pending(here.Latin1 + "/", null, here));
            }
        }

        if (!merges)
        {
            AddHidden(path, shown, pending);
        }

        return folders;
    }

    /// <summary>In a folder that shows nothing of the version, what the version has there.</summary>
    private void AddHidden(TreePath path, HashSet<string> shown, List<Pending> pending)
    {
        foreach (var entry in _manifest.Below(path).Where(entry => entry.Path.Parent == path && !shown.Contains(entry.Path.Name)))
        {
            Add(pending, Removed(entry));
            pending.Add(new Pending(entry.Path.Latin1 + "/", null, entry.Path));
        }
    }

    private PrivateChange? Compare(SafeFileHandle folder, NativePath name, TreePath path, FileStatus status)
    {
        if (_manifest.Find(path) is not { } own)
        {
            return new PrivateChange(path, PrivateChangeKind.Added, ChangedParts.None, null, status);
        }

        var template = _manifest.Resolve(own) with { Path = path };
        if (Differences(folder, name, status, template) is not { } parts)
        {
            return null;
        }

        var kind = (parts & PrivateChange.Whole) != 0 ? PrivateChangeKind.Changed
            : parts != ChangedParts.None ? PrivateChangeKind.Metadata
            : PrivateChangeKind.SameCopy;
        return kind == PrivateChangeKind.SameCopy && status.Kind == FileKind.Directory ? null : new PrivateChange(path, kind, parts, template, status);
    }

    /// <returns>Null if the path has gone while it was looked at.</returns>
    private ChangedParts? Differences(SafeFileHandle folder, NativePath name, FileStatus status, ManifestEntry template)
    {
        if (status.Kind != FileKinds.Of(template.Type))
        {
            return ChangedParts.Type;
        }

        var parts = ChangedParts.None;
        switch (status.Kind)
        {
            case FileKind.File when status.Size != template.Size:
                parts |= ChangedParts.Content;
                break;
            case FileKind.File:
                if (PrivateArea.TryDigest(folder, name) is not { } digest)
                {
                    return null;
                }

                parts |= digest == template.Content ? ChangedParts.None : ChangedParts.Content;
                break;
            case FileKind.Symlink:
                parts |= Libc.TryReadSymlink(folder, name) == template.Target ? ChangedParts.None : ChangedParts.Target;
                break;
            case FileKind.CharacterDevice or FileKind.BlockDevice:
                parts |= status.SpecialDevice == template.Device ? ChangedParts.None : ChangedParts.Device;
                break;
            default:
                break;
        }

        parts |= status.Kind == FileKind.Symlink || status.Mode == template.Mode ? ChangedParts.None : ChangedParts.Mode;
        parts |= status.Uid == template.Uid && status.Gid == template.Gid ? ChangedParts.None : ChangedParts.Owner;
        parts |= status.Kind == FileKind.Directory || status.Mtime == template.Mtime ? ChangedParts.None : ChangedParts.Time;
        return parts | (HasAttributes(folder, name, template) ? ChangedParts.None : ChangedParts.Attributes);
    }

    /// <summary>
    /// Whether a path has those attributes and no other. The overlay's own are none of the environment's, but for those that it escaped
    /// when it copied them up (see <see cref="OverlayEscape"/>).
    /// </summary>
    private bool HasAttributes(SafeFileHandle folder, NativePath name, ManifestEntry template)
    {
        var shown = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var attribute in Libc.XattrNames(folder, name))
        {
            if (OverlayEscape.NameInView(attribute, _overlay.Prefix) is { } seen)
            {
                shown[seen] = attribute;
            }
        }

        return shown.Count == template.Xattrs.Length
            && template.Xattrs.All(attribute => shown.TryGetValue(attribute.Name, out var stored)
                && Libc.TryGetXattr(folder, name, NativePath.FromLatin1(stored)) is { } value && value.AsSpan().SequenceEqual(attribute.Value.AsSpan()));
    }

    private PrivateChange Removed(ManifestEntry entry) =>
        new(entry.Path, PrivateChangeKind.Removed, ChangedParts.None, _manifest.Resolve(entry) with { Path = entry.Path }, null);

    private static void Add(List<Pending> pending, PrivateChange? change)
    {
        if (change is not null)
        {
            pending.Add(new Pending(change.Path.Latin1, change, default));
        }
    }

    /// <summary>What is below the folder, or beside it, is done with.</summary>
    private void LeaveTo(string folder)
    {
        while (_levels.Count > 0 && _levels[^1].Path != folder)
        {
            MakeReady(_levels[^1].Rest, _ => true);
            _levels.RemoveAt(_levels.Count - 1);
        }
    }

    private void MakeReady(Queue<Pending> rest, Predicate<Pending> isDue)
    {
        while (rest.TryPeek(out var next) && isDue(next))
        {
            _ready.Enqueue(rest.Dequeue());
        }
    }

    private IEnumerable<PrivateChange> Drain()
    {
        while (_ready.TryDequeue(out var pending))
        {
            if (pending.One is { } change)
            {
                yield return change;
                continue;
            }

            foreach (var entry in _manifest.Below(pending.RemovedBelow))
            {
                yield return Removed(entry);
            }
        }
    }

    /// <summary>A folder on the way, with what is still to be told of it.</summary>
    /// <param name="Merges">Whether it shows the version's folder through.</param>
    private sealed record Level(string Path, bool Merges, Queue<Pending> Rest);

    /// <param name="One">Null: all that the version has below <paramref name="RemovedBelow"/> is removed.</param>
    private readonly record struct Pending(string Key, PrivateChange? One, TreePath RemovedBelow);
}
