using System.Text;
using EzTemplates.Domain;
using EzTemplates.Domain.Merging;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>A merge of one file's three versions, and what takes its place.</summary>
internal sealed partial class PrivateJudgement
{
    /// <param name="version">What the private text was changed over.</param>
    /// <param name="undo">
    /// On a roll-back, what becomes of the text, and what there would be had nobody changed it since; what is not private is then the version's text.
    /// Null: it is merged with the new version's.
    /// </param>
    private void Merge(TreePath path, AreaPlace place, Manifest version, Func<string, (MergeOutcome Outcome, string Undone)>? undo = null)
    {
        var (before, after, found) = (Find(version, path), Find(next, path), place.TryStatus());
        if (found is { } status ? PrivateArea.IsWhiteout(status) && !IsOfMany(path) : undo is null || before is not { Type: EntryType.File } || !IsFileOrNothing(after))
        {
            return;
        }

        if (RpmDatabaseMerge.Unwritten(area, path) is { } unwritten)
        {
            Refuse(path, [unwritten]);
            return;
        }

        if (undo is null && IsUnchanged(place, before))
        {
            Drop(path);
            return;
        }

        if (found is { Kind: FileKind.File } file && file.Size > WholeState.MostBytes(path))
        {
            Refuse(path, [new MergeConflict($"it has {file.Size} bytes; at most {WholeState.MostBytes(path)} are merged")]);
            return;
        }

        var bytes = found is { } there && PrivateArea.IsWhiteout(there) ? [] : place.TryRead(WholeState.MostBytes(path));
        if ((bytes is null && found is not null) || !IsFileOrNothing(before) || !IsFileOrNothing(after))
        {
            if (after is not { Type: EntryType.Symlink } || place.TryReadSymlink() != after.Target)
            {
                Refuse(path, [new MergeConflict("it is no regular file on all sides")]);
            }

            return;
        }

        var own = bytes is null ? TextOf(before) : Encoding.Latin1.GetString(bytes);
        var (outcome, wanted) = undo is null ? (WholeState.Merge(path, new ThreeTexts(TextOf(before), own, TextOf(after))), TextOf(after)) : undo(own);
        if (outcome.Text is not { } text)
        {
            Refuse(path, outcome.Conflicts);
            return;
        }

        if (path == InstalledPackage.Status && PackageRelations.NewlyBroken(text, own, wanted, new RelationBudget(Cancellation)) is { IsEmpty: false } broken)
        {
            Refuse(path, broken);
            return;
        }

        if (RpmDatabaseMerge.Contains(path) && RpmRelations.NewlyBroken(text, own, wanted, new RelationBudget(Cancellation)) is { IsEmpty: false } brokenRpms)
        {
            Refuse(path, brokenRpms);
            return;
        }

        PutMerged(path, Staged(text, found, before, after), after);
        if (path.Parent == StateMerge.Alternatives && Alternative.TryParse(text) is { } alternative)
        {
            AlternativeLinks.Set(path.Name, alternative, this);
        }
    }

    /// <summary>The environment's own metadata where it changed them, else the new version's.</summary>
    private static StagedFile Staged(string text, FileStatus? found, ManifestEntry? before, ManifestEntry? after)
    {
        var content = Encoding.Latin1.GetBytes(text);
        if (found is not { Kind: FileKind.File } && (after ?? before) is { } version)
        {
            return new StagedFile(content, null, version.Mode, version.Uid, version.Gid, version.Mtime);
        }

        var status = found ?? default;
        var (mode, uid, gid) = (status.Mode, status.Uid, status.Gid);
        if (before is not null && after is not null)
        {
            mode = mode == before.Mode ? after.Mode : mode;
            uid = uid == before.Uid ? after.Uid : uid;
            gid = gid == before.Gid ? after.Gid : gid;
        }

        return new StagedFile(content, null, mode, uid, gid, after is not null && after.Mtime > status.Mtime ? after.Mtime : status.Mtime);
    }

    private void PutMerged(TreePath path, StagedFile merged, ManifestEntry? after)
    {
        var wanted = after is null && merged.Content is [] ? null : merged.Content is [] && after!.Size > 0 && IsOfMany(path) ? AreaPlace.Whiteout : merged.Identity;
        var versions = after is null ? null : AreaPlace.OfFile(after.Content!.Value, after.Mode, after.Uid, after.Gid);
        if (wanted != versions)
        {
            // Also where it stays as it is: a roll-back must know that it was the environment's own before.
            Do(path, AreaStepKind.Put, wanted, wanted == AreaPlace.Whiteout ? StagedFile.Removal : merged);
        }
        else if (PlaceOf(path).TryStatus() is not null)
        {
            Do(path, AreaStepKind.Drop, null);
        }
        else
        {
            return;
        }

        _paths.Add(new RemapPath(path, RemapAction.Merge));
    }

    /// <summary>One of many files of a folder, which comes and goes with its records; the others stay where the environment removed them.</summary>
    private static bool IsOfMany(TreePath path) => path.Parent == StateMerge.Alternatives || path.Parent == StateMerge.Triggers;

    private static bool IsFileOrNothing(ManifestEntry? entry) => entry is null or { Type: EntryType.File };
}
