using System.Text;
using EzTemplates.Domain;
using EzTemplates.Domain.Merging;

namespace EzTemplates.Environments;

/// <summary>The way back over the mappings of an environment's own history.</summary>
internal sealed partial class PrivateJudgement
{
    /// <summary>What a mapping changed comes back as it was; where somebody changed it since, what the mappings did is undone in it.</summary>
    public void RollBack(RollbackChain chain, Func<Sha256Digest, Manifest> read)
    {
        var packages = PackagesOf(chain);
        foreach (var path in chain.Paths)
        {
            var state = chain.StateOf(path, PlaceOf(path));
            if (state.Version is { } version)
            {
                if (WholeState.Contains(path) && (state.Place is not null || state.From is null))
                {
                    _judged.Add(path);
                    Merge(path, state.Place ?? PlaceOf(path), read(version), own => Undo(path, own, chain.LeftOf(path, state).Where(mapping => HasChanged(path, mapping, read)).Select(mapping => TextsOf(path, mapping, read))));
                }

                continue;
            }

            _judged.Add(path);
            if (state.From is { } from)
            {
                if (RpmDatabaseMerge.Unwritten(area, path) is { } unwritten)
                {
                    // It would be written into the database that comes back.
                    Refuse(path, [unwritten]);
                    continue;
                }

                // Of the links beside a cache there are hundreds, which the command had made with it.
                var isBeside = DerivedCache.IsBeside(path);
                Do(path, state.Place is null ? AreaStepKind.Clear : AreaStepKind.Restore, state.Identity, from: from, folderTime: isBeside ? state.FolderTime : null);
                if ((!isBeside || DerivedCache.Is(path)) && !packages.AreTold(path))
                {
                    _paths.Add(new RemapPath(path, RemapAction.Restore));
                }
            }
        }
    }

    /// <summary>
    /// Takes out of a text what each mapping had put into it: from what it had made of the path to what there was before it. So what was the
    /// environment's own before a mapping stays, also where the version that it led to has the same. What somebody changed since the newest of them
    /// is compared with that one alone.
    /// </summary>
    /// <param name="mappings">The newest first.</param>
    /// <returns>With it the text that there would be had nobody changed anything since.</returns>
    private static (MergeOutcome Outcome, string Undone) Undo(TreePath path, string own, IEnumerable<(string Made, string Before)> mappings)
    {
        var all = Joined(mappings).ToList();
        if (all.Count == 0)
        {
            return (MergeOutcome.Of(own), own);
        }

        var undone = all[0].Before;
        foreach (var (made, before) in all.Skip(1))
        {
            var outcome = WholeState.Merge(path, new ThreeTexts(made, undone, before));
            if (outcome.Text is null)
            {
                return (outcome, own);
            }

            undone = outcome.Text;
        }

        return (WholeState.Merge(path, new ThreeTexts(all[0].Made, own, undone)), undone);
    }

    /// <summary>Mappings between which nothing was changed count as one.</summary>
    private static IEnumerable<(string Made, string Before)> Joined(IEnumerable<(string Made, string Before)> mappings)
    {
        var joined = default((string Made, string Before)?);
        foreach (var mapping in mappings)
        {
            if (joined is { } later && later.Before != mapping.Made)
            {
                yield return later;
                joined = mapping;
            }
            else
            {
                joined = (joined?.Made ?? mapping.Made, mapping.Before);
            }
        }

        if (joined is { } last)
        {
            yield return last;
        }
    }

    private static bool HasChanged(TreePath path, MappingOfPath mapping, Func<Sha256Digest, Manifest> read) =>
        mapping.Step is not null || Find(read(mapping.From), path)?.Content != Find(read(mapping.To), path)?.Content;

    /// <summary>What it made is not kept, but comes from what is. Where it did nothing, the versions' own showed.</summary>
    private (string Made, string Before) TextsOf(TreePath path, MappingOfPath mapping, Func<Sha256Digest, Manifest> read)
    {
        var (from, to) = (TextAt(read(mapping.From), path), TextAt(read(mapping.To), path));
        if (mapping.Step is not { } step || mapping.Kept is not { } kept || kept.TryStatus() is not { } status)
        {
            return (to, from);
        }

        var before = PrivateArea.IsWhiteout(status) ? "" : kept.TryRead(WholeState.MostBytes(path)) is { } bytes ? Encoding.Latin1.GetString(bytes) : from;
        return (step.Made is null ? to : WholeState.Merge(path, new ThreeTexts(from, before, to)).Text ?? to, before);
    }
}
