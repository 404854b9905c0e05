using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Domain.Merging;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>Judges one environment's private files, kind by kind; a path that was judged is not judged again.</summary>
/// <param name="textOf">A version's file by its digest, bytes as chars.</param>
internal sealed partial class PrivateJudgement(string area, Manifest old, Manifest next, Func<Sha256Digest, string> textOf)
{
    private readonly SortedDictionary<TreePath, (AreaStep Step, StagedFile? Staged)> _steps = [];
    private readonly List<RemapPath> _paths = [];
    private readonly HashSet<TreePath> _judged = [];
    private readonly List<TreePath> _dropped = [];
    private readonly List<(TreePath Path, MergeConflict Conflict)> _conflicts = [];
    private readonly List<DerivedCache> _rebuilds = [];

    /// <summary>Ends what takes long.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>The files that hold the whole system's state.</summary>
    public void JudgeWholeState()
    {
        foreach (var place in WholeState.Places)
        {
            using var folder = PrivateArea.TryOpenFolder(area, place);
            var members = folder is null ? [] : Libc.ReadFolder(folder);
            foreach (var path in members.Where(member => !member.IsFolder).Select(member => place.Append(member.Name)).Where(WholeState.Contains).Order())
            {
                if (_judged.Add(path) && !IsSameContent(Find(old, path), Find(next, path)))
                {
                    Merge(path, PlaceOf(path), old);
                }
            }
        }
    }

    /// <summary>As dpkg does with a conffile: what the environment edited stays, and what it did not follows the package.</summary>
    /// <param name="changed">Those that the new version changes.</param>
    public void JudgeConfiguration(ImmutableArray<TreePath> changed)
    {
        foreach (var path in changed.Where(path => !_judged.Contains(path)))
        {
            var (place, before, after) = (PlaceOf(path), Find(old, path)!, Find(next, path)!);
            if (place.TryStatus() is not { } status || !_judged.Add(path))
            {
                continue;
            }

            if (PrivateArea.IsWhiteout(status))
            {
                _paths.Add(new RemapPath(path, RemapAction.Keep, "removed in the environment; the new version changes it"));
            }
            else if (IsUnchanged(place, before))
            {
                Drop(path);
            }
            else if (status.Kind == FileKind.File && place.TryRead() is { } bytes && Sha256Digest.Of(bytes) is var digest && digest != after.Content)
            {
                _paths.Add(new RemapPath(path, RemapAction.Keep, $"configuration: own {digest.Short}, new {after.Content!.Value.Short}"));
            }
        }
    }

    public RemapJudgement Finish() => new()
    {
        Paths = [.. _paths.OrderBy(path => path.Path)],
        Conflicts = [.. _conflicts.OrderBy(conflict => conflict.Path)],
        Dropped = [.. _dropped],
        Steps = [.. _steps.Values],
        Rebuilds = [.. _rebuilds],
    };

    /// <param name="folderTime">The time that the folder is to have; null: the one that it has.</param>
    private void Do(TreePath path, AreaStepKind kind, string? made, StagedFile? staged = null, (int Mapping, int Step) from = default, FileTime? folderTime = null)
    {
        using var folder = PrivateArea.TryOpenFolder(area, path.Parent);
        var time = folderTime ?? (folder is not null ? Libc.Status(folder).Mtime : Find(next, path.Parent)?.Mtime ?? default);
        var number = _steps.TryGetValue(path, out var earlier) ? earlier.Step.Number : _steps.Count + 1;
        _steps[path] = (new AreaStep(number, kind, path, made, PlaceOf(path).TryStatus() is not null, time, from), staged);
    }

    private void Drop(TreePath path)
    {
        _dropped.Add(path);
        _paths.Add(new RemapPath(path, RemapAction.Take));
    }

    private void Refuse(TreePath path, ImmutableArray<MergeConflict> conflicts)
    {
        foreach (var conflict in conflicts)
        {
            _conflicts.Add((path, conflict));
            _paths.Add(new RemapPath(path, RemapAction.Conflict, conflict.Problem));
        }
    }

    private AreaPlace PlaceOf(TreePath path) => new(area, path);

    private string TextOf(ManifestEntry? entry) => entry is null ? "" : textOf(entry.Content!.Value);

    private static ManifestEntry? Find(Manifest manifest, TreePath path) => manifest.Find(path) is { } entry ? manifest.Resolve(entry) : null;

    private static bool IsSameContent(ManifestEntry? before, ManifestEntry? after) =>
        before?.Type == after?.Type && before?.Content == after?.Content && before?.Target == after?.Target;

    private static bool IsUnchanged(AreaPlace place, ManifestEntry? before) => before switch
    {
        { Type: EntryType.File } => place.TryStatus() is { Kind: FileKind.File } status && status.Size == before.Size
            && place.Identity() == AreaPlace.OfFile(before.Content!.Value, before.Mode, before.Uid, before.Gid) && place.HasAttributes(before.Xattrs),
        { Type: EntryType.Symlink } => place.TryReadSymlink() == before.Target,
        _ => false,
    };
}
