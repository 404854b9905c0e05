using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>Package sources that nobody has edited follow the version, and what its host has by now.</summary>
internal sealed partial class PrivateJudgement
{
    public void JudgeSources(Func<ImmutableArray<SourcesFile>?> wanted)
    {
        foreach (var list in PackageSources.Lists.Where(list => !_judged.Contains(list) && IsUnedited(list)))
        {
            if (wanted() is not { } all)
            {
                // This host knows them no more, for now: what is there stays.
                return;
            }

            // An edited list keeps its keys as they are, and one that was taken away gets none.
            var owner = PlaceOf(list).TryStatus()!.Value;
            var files = all.Where(file => file.Path.Parent == list.Parent).ToList();
            foreach (var path in KeysBeside(list).Append(list).Where(path => files.TrueForAll(file => file.Path != path) && IsUnedited(path)))
            {
                _judged.Add(path);
                Do(path, AreaStepKind.Drop, null);
            }

            foreach (var file in files.Where(file => PlaceOf(file.Path).TryStatus() is null || IsUnedited(file.Path)))
            {
                _judged.Add(file.Path);
                if (PlaceOf(file.Path).TryRead() is not { } own || !file.Text.AsSpan().SequenceEqual(own))
                {
                    var written = new StagedFile(file.Text, null, owner.Mode, owner.Uid, owner.Gid, owner.Mtime);
                    Do(file.Path, AreaStepKind.Put, written.Identity, written);
                }
            }
        }
    }

    private List<TreePath> KeysBeside(TreePath list)
    {
        using var folder = PrivateArea.TryOpenFolder(area, list.Parent);
        return folder is null ? [] : [.. Libc.ReadFolder(folder).Where(member => PackageSources.IsKey(member.Name)).Select(member => list.Parent.Append(member.Name)).Where(PackageSources.Contains).Order()];
    }

    private bool IsUnedited(TreePath path) => PlaceOf(path).TryRead() is { } own && MarkedText.IsUnedited(own);
}
