using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Environments;

/// <summary>
/// What a path was before the mappings that a roll-back takes off, from the newest to the oldest: as long as it is what each of them
/// made of it, what that one kept is the path's earlier state.
/// </summary>
/// <param name="takenOff">The newest first.</param>
/// <param name="target">What the oldest of them took the place of.</param>
internal sealed class RollbackChain(KeptMappings kept, ImmutableArray<HistoryEntry> takenOff, Mapping target)
{
    private readonly ImmutableArray<(HistoryEntry Entry, ImmutableDictionary<TreePath, AreaStep> Steps)> _mappings =
        [.. takenOff.Select(entry => (entry, kept.AllOf(entry.Number).ToImmutableDictionary(step => step.Path)))];

    public IEnumerable<TreePath> Paths => _mappings.SelectMany(mapping => mapping.Steps.Keys).Distinct().Order();

    /// <summary>What is still to be undone of a path that could be followed back to a state, the newest first.</summary>
    public IEnumerable<MappingOfPath> LeftOf(TreePath path, EarlierState state)
    {
        for (var i = state.Followed; i < takenOff.Length; i++)
        {
            var (entry, steps) = _mappings[i];
            var step = steps.GetValueOrDefault(path);
            yield return new MappingOfPath(
                (i + 1 < takenOff.Length ? takenOff[i + 1].To : target).Manifest, entry.To.Manifest, step, step is { Had: true } ? kept.OldOf(entry.Number, step.Number) : null);
        }
    }

    public EarlierState StateOf(TreePath path, AreaPlace now)
    {
        // Where mappings did nothing about it, it was not private, or both versions have the same there: it is what came over the later one.
        AreaPlace? place = now;
        var (identity, from, folderTime, followed) = (now.Identity(), default((int, int)?), default(FileTime?), 0);
        for (var i = 0; i < takenOff.Length; i++)
        {
            var (entry, steps) = _mappings[i];
            if (!steps.TryGetValue(path, out var step))
            {
                continue;
            }

            if (step.Made != identity)
            {
                return new EarlierState(place, identity, from, folderTime, takenOff[followed].To.Manifest, followed);
            }

            place = step.Had ? kept.OldOf(entry.Number, step.Number) : null;
            (identity, from, folderTime, followed) = (place?.Identity(), (entry.Number, step.Number), step.FolderTime, i + 1);
        }

        return new EarlierState(place, identity, from, folderTime, null, followed);
    }
}

/// <summary>How far back the states of a path could be followed.</summary>
/// <param name="Place">Where that state lies; null: there was nothing private.</param>
/// <param name="From">Which mapping's step kept it; null: it is what is there now.</param>
/// <param name="FolderTime">Of the folder that holds it, before that step; null with <paramref name="From"/>.</param>
/// <param name="Version">What it was changed over; null: it is the state before all that is rolled back.</param>
/// <param name="Followed">How many mappings were followed, from the newest on.</param>
internal sealed record EarlierState(AreaPlace? Place, string? Identity, (int Mapping, int Step)? From, FileTime? FolderTime, Sha256Digest? Version, int Followed);

/// <summary>What a mapping did with one path.</summary>
/// <param name="Step">Null: nothing.</param>
/// <param name="Kept">What was private before; null: nothing.</param>
internal sealed record MappingOfPath(Sha256Digest From, Sha256Digest To, AreaStep? Step, AreaPlace? Kept);
