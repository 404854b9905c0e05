using System.Runtime.InteropServices;

namespace EzTemplates.Solver;

internal enum RequirementKind : byte
{
    /// <summary>All candidates are versions of one thing: which one is no choice between alternatives.</summary>
    Versions,

    /// <summary>Must hold; the candidates are real alternatives.</summary>
    Alternatives,

    /// <summary>To be followed where it can be.</summary>
    Wish,

    /// <summary>What makes a derived variable true: nothing is to be chosen, but without it the variable is gone.</summary>
    Support,
}

/// <summary>A variable's requirement: where its candidates, best first, lie in the table.</summary>
internal readonly record struct Requirement(int Owner, int FirstCandidate, int CandidateCount, RequirementKind Kind);

/// <summary>
/// What true variables require, in their order of preference. The encoder fills it beside the clauses: clauses say what holds,
/// requirements say what to choose, and what a chosen variable is needed for.
/// </summary>
internal sealed class RequirementTable
{
    private readonly List<Requirement> _requirements = [];
    private readonly List<int> _candidates = [];
    private readonly Dictionary<int, int> _victims = [];
    private (int First, int Count)[] _owned = new (int, int)[256];

    public int Count => _requirements.Count;

    public Requirement this[int number] => _requirements[number];

    /// <summary>Adds one; all of an owner's are added one after the other.</summary>
    public void Add(int owner, ReadOnlySpan<int> candidates, RequirementKind kind)
    {
        if (owner >= _owned.Length)
        {
            Array.Resize(ref _owned, Math.Max(owner + 1, 2 * _owned.Length));
        }

        ref var owned = ref _owned[owner];
        owned = owned.Count == 0 ? (_requirements.Count, 1) : (owned.First, owned.Count + 1);
        _requirements.Add(new Requirement(owner, _candidates.Count, candidates.Length, kind));
        _candidates.AddRange(candidates);
    }

    /// <summary>
    /// Notes that the variable follows from others, as a condition does: it is true as long as its <see cref="RequirementKind.Support"/>
    /// is met, and nobody can choose it away. Where it requires what is not there, <paramref name="victim"/> cannot stay.
    /// </summary>
    public void Derive(int variable, int victim) => _victims.Add(variable, victim);

    public bool IsDerived(int variable) => _victims.Count > 0 && _victims.ContainsKey(variable);

    public int VictimOf(int derived) => _victims[derived];

    /// <summary>Numbers of the owner's requirements, in the order in which they were added.</summary>
    public (int First, int Count) OwnedBy(int owner) => owner < _owned.Length ? _owned[owner] : default;

    public ReadOnlySpan<int> Candidates(Requirement requirement) =>
        CollectionsMarshal.AsSpan(_candidates).Slice(requirement.FirstCandidate, requirement.CandidateCount);
}
