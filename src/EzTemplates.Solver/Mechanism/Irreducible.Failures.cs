namespace EzTemplates.Solver;

/// <summary>
/// Learns from a removal that a root forbids. The way from the root back to what was to be removed is a tree of what fell because of
/// what; a variable through which the whole of it leads cannot be removed either, now or later, since less is there later. Without this
/// a long chain below a choice costs a walk of its length for each of its links.
/// </summary>
internal sealed partial class Irreducible
{
    private const int Begun = -1;
    private const int AsVictim = -2;

    // Of what fell in this try: the requirement that nothing meets any more, or one of the above; and as which it fell.
    private readonly int[] _goneBy;
    private readonly int[] _goneAs;
    private readonly PriorityQueue<int, int> _back = new();

    /// <summary>Goes back latest fallen first, so that each variable comes after all that it has brought down.</summary>
    /// <param name="requirement">A root's, which nothing meets any more.</param>
    private void MarkUnremovable(int requirement)
    {
        _back.Clear();
        AddFallen(requirement);
        while (_back.TryDequeue(out var variable, out _))
        {
            while (_back.TryPeek(out var same, out _) && same == variable)
            {
                _ = _back.Dequeue();
            }

            _needed[variable] |= _back.Count == 0;
            if (_goneBy[variable] < 0)
            {
                // A victim falls only as long as the condition holds, which may go later.
                return;
            }

            AddFallen(_goneBy[variable]);
        }
    }

    private void AddFallen(int requirement)
    {
        foreach (var candidate in _requirements.Candidates(_requirements[requirement]))
        {
            if (!_kept[candidate] && _goneAs[candidate] < _gone.Count && _gone[_goneAs[candidate]] == candidate)
            {
                _back.Enqueue(candidate, -_goneAs[candidate]);
            }
        }
    }
}
