using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Environments;

/// <summary>
/// What a path was before the mappings that a roll-back takes off, from the newest to the oldest: as long as it is what each of them
/// made of it, what that one kept is the path's earlier state.
/// </summary>
/// <param name="takenOff">The newest first.</param>
internal sealed class RollbackChain(KeptMappings kept, ImmutableArray<HistoryEntry> takenOff)
{
    private readonly ImmutableArray<(HistoryEntry Entry, ImmutableDictionary<TreePath, AreaStep> Steps)> _mappings =
        [.. takenOff.Select(entry => (entry, kept.AllOf(entry.Number).ToImmutableDictionary(step => step.Path)))];

    public IEnumerable<TreePath> Paths => _mappings.SelectMany(mapping => mapping.Steps.Keys).Distinct().Order();

    /// <summary>What the earliest of the mappings that had to do with a path kept of it; null: nothing.</summary>
    public AreaPlace? FirstOf(TreePath path) => ChangesOf(path).LastOrDefault().Kept;

    /// <summary>Of the mappings that changed a path, the newest first: what each kept of it (null: nothing), and which paths made way in it.</summary>
    public IEnumerable<(AreaPlace? Kept, IEnumerable<TreePath> MadeWay)> ChangesOf(TreePath path)
    {
        foreach (var (entry, steps) in _mappings)
        {
            if (steps.TryGetValue(path, out var step))
            {
                yield return (step.Had ? kept.OldOf(entry.Number, step.Number) : null, steps.Values.Where(other => other.Kind == AreaStepKind.Drop).Select(other => other.Path));
            }
        }
    }

    public EarlierState StateOf(TreePath path, AreaPlace now)
    {
        // Where mappings did nothing about it, it was not private, or both versions have the same there: it is what came over the later one.
        AreaPlace? place = now;
        var (identity, from, folderTime, over) = (now.Identity(), default((int, int)?), default(FileTime?), takenOff[0].To.Manifest);
        foreach (var (entry, steps) in _mappings)
        {
            if (!steps.TryGetValue(path, out var step))
            {
                continue;
            }

            if (step.Made != identity)
            {
                return new EarlierState(place, identity, from, folderTime, over);
            }

            place = step.Had ? kept.OldOf(entry.Number, step.Number) : null;
            (identity, from, folderTime, over) = (place?.Identity(), (entry.Number, step.Number), step.FolderTime, entry.From?.Manifest ?? over);
        }

        return new EarlierState(place, identity, from, folderTime, null);
    }
}

/// <summary>How far back the states of a path could be followed.</summary>
/// <param name="Place">Where that state lies; null: there was nothing private.</param>
/// <param name="From">Which mapping's step kept it; null: it is what is there now.</param>
/// <param name="FolderTime">Of the folder that holds it, before that step; null with <paramref name="From"/>.</param>
/// <param name="Version">What it was changed over; null: it is the state before all that is rolled back.</param>
internal sealed record EarlierState(AreaPlace? Place, string? Identity, (int Mapping, int Step)? From, FileTime? FolderTime, Sha256Digest? Version);
