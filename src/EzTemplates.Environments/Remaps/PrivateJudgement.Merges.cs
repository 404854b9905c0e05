using System.Text;
using EzTemplates.Domain;
using EzTemplates.Domain.Merging;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>A merge of one file's three versions, and what takes its place.</summary>
internal sealed partial class PrivateJudgement
{
    /// <param name="nextText">What the new version's text counts as; null: itself.</param>
    private void Merge(TreePath path, AreaPlace place, Manifest version, Func<string, string>? nextText = null)
    {
        var (before, after) = (Find(version, path), Find(next, path));
        if (place.TryStatus() is not { } status || (PrivateArea.IsWhiteout(status) && !IsOfMany(path)))
        {
            return;
        }

        if (RpmDatabaseMerge.Unwritten(area, path) is { } unwritten)
        {
            Refuse(path, [unwritten]);
            return;
        }

        if (place == PlaceOf(path) && IsUnchanged(place, before))
        {
            Drop(path);
            return;
        }

        if (status.Kind == FileKind.File && status.Size > WholeState.MostBytes(path))
        {
            Refuse(path, [new MergeConflict($"it has {status.Size} bytes; at most {WholeState.MostBytes(path)} are merged")]);
            return;
        }

        var own = PrivateArea.IsWhiteout(status) ? [] : place.TryRead(WholeState.MostBytes(path));
        if (own is null || !IsFileOrNothing(before) || !IsFileOrNothing(after))
        {
            if (after is not { Type: EntryType.Symlink } || place.TryReadSymlink() != after.Target)
            {
                Refuse(path, [new MergeConflict("it is no regular file on all sides")]);
            }

            return;
        }

        var wanted = nextText is null ? TextOf(after) : nextText(TextOf(after));
        var outcome = WholeState.Merge(path, new ThreeTexts(TextOf(before), Encoding.Latin1.GetString(own), wanted));
        if (outcome.Text is not { } text)
        {
            Refuse(path, outcome.Conflicts);
            return;
        }

        if (path == InstalledPackage.Status && PackageRelations.NewlyBroken(text, Encoding.Latin1.GetString(own), wanted, new RelationBudget(Cancellation)) is { IsEmpty: false } broken)
        {
            Refuse(path, broken);
            return;
        }

        if (RpmDatabaseMerge.Contains(path) && RpmRelations.NewlyBroken(text, Encoding.Latin1.GetString(own), wanted, new RelationBudget(Cancellation)) is { IsEmpty: false } brokenRpms)
        {
            Refuse(path, brokenRpms);
            return;
        }

        PutMerged(path, Staged(text, status, before, after), after, place);
        if (path.Parent == StateMerge.Alternatives && Alternative.TryParse(text) is { } alternative)
        {
            AlternativeLinks.Set(path.Name, alternative, this);
        }
    }

    /// <summary>The environment's own metadata where it changed them, else the new version's.</summary>
    private static StagedFile Staged(string text, FileStatus status, ManifestEntry? before, ManifestEntry? after)
    {
        var isWhiteout = status.Kind != FileKind.File;
        var (mode, uid, gid) = isWhiteout && after is not null ? (after.Mode, after.Uid, after.Gid) : (status.Mode, status.Uid, status.Gid);
        if (before is not null && after is not null)
        {
            mode = mode == before.Mode ? after.Mode : mode;
            uid = uid == before.Uid ? after.Uid : uid;
            gid = gid == before.Gid ? after.Gid : gid;
        }

        var mtime = after is not null && (isWhiteout || after.Mtime > status.Mtime) ? after.Mtime : status.Mtime;
        return new StagedFile(Encoding.Latin1.GetBytes(text), null, mode, uid, gid, mtime);
    }

    private void PutMerged(TreePath path, StagedFile merged, ManifestEntry? after, AreaPlace place)
    {
        var wanted = after is null && merged.Content is [] ? null : merged.Content is [] && after!.Size > 0 && IsOfMany(path) ? AreaPlace.Whiteout : merged.Identity;
        var versions = after is null ? null : AreaPlace.OfFile(after.Content!.Value, after.Mode, after.Uid, after.Gid);
        var current = PlaceOf(path).Identity();
        if (wanted == versions)
        {
            if (current is not null)
            {
                Do(path, AreaStepKind.Drop, null);
            }
        }
        else if (wanted != current || place != PlaceOf(path))
        {
            Do(path, AreaStepKind.Put, wanted, wanted == AreaPlace.Whiteout ? StagedFile.Removal : merged);
        }

        _paths.Add(new RemapPath(path, RemapAction.Merge));
    }

    /// <summary>One of many files of a folder, which comes and goes with its records; the others stay where the environment removed them.</summary>
    private static bool IsOfMany(TreePath path) => path.Parent == StateMerge.Alternatives || path.Parent == StateMerge.Triggers;

    private static bool IsFileOrNothing(ManifestEntry? entry) => entry is null or { Type: EntryType.File };
}
