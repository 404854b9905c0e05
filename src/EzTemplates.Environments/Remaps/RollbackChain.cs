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
    public AreaPlace? FirstOf(TreePath path)
    {
        AreaPlace? first = null;
        foreach (var (entry, steps) in _mappings)
        {
            if (steps.TryGetValue(path, out var step))
            {
                first = step.Had ? kept.OldOf(entry.Number, step.Number) : null;
            }
        }

        return first;
    }

    public EarlierState StateOf(TreePath path, AreaPlace now)
    {
        AreaPlace? place = now;
        var (identity, from, folderTime) = (now.Identity(), default((int, int)?), default(FileTime?));
        foreach (var (entry, steps) in _mappings)
        {
            if (!steps.TryGetValue(path, out var step))
            {
                continue;
            }

            if (step.Made != identity)
            {
                return new EarlierState(place, identity, from, folderTime, entry.To.Manifest);
            }

            place = step.Had ? kept.OldOf(entry.Number, step.Number) : null;
            (identity, from, folderTime) = (place?.Identity(), (entry.Number, step.Number), step.FolderTime);
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
