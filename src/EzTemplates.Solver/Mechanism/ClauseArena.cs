namespace EzTemplates.Solver;

/// <summary>
/// All clauses in one array, so that making one allocates nothing. A clause is the offset of
/// <c>[next of first watch, next of second watch, fact, size, literals...]</c>; 0 is no clause.
/// The lists of watchers run through the clauses themselves.
/// </summary>
internal sealed class ClauseArena
{
    public const int Header = 4;
    private const int FactSlot = 2;
    private const int SizeSlot = 3;
    private int[] _cells = new int[4096];
    private int _count = 1;

    public int[] Cells => _cells;

    /// <param name="fact">What the clause says, in its maker's numbering; negative for a learned one.</param>
    public int Add(ReadOnlySpan<int> literals, int fact)
    {
        var clause = _count;
        _count += Header + literals.Length;
        if (_count > _cells.Length)
        {
            Array.Resize(ref _cells, Math.Max(_count, _cells.Length * 2));
        }

        _cells[clause + FactSlot] = fact;
        _cells[clause + SizeSlot] = literals.Length;
        literals.CopyTo(_cells.AsSpan(clause + Header));
        return clause;
    }

    /// <summary>The clause behind one, the first behind 0; 0 behind the last.</summary>
    public int Next(int clause)
    {
        var next = clause == 0 ? 1 : clause + Header + _cells[clause + SizeSlot];
        return next < _count ? next : 0;
    }

    public int Fact(int clause) => _cells[clause + FactSlot];

    public Span<int> Literals(int clause) => _cells.AsSpan(clause + Header, _cells[clause + SizeSlot]);
}
