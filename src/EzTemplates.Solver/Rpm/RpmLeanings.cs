using System.Runtime.InteropServices;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>
/// Chooses among candidates as weak dependencies lean: of those that pins put first what the lock has, then what a chosen package recommends or what
/// supplements one, then what one suggests or what enhances one, then the order of policy.
/// </summary>
internal sealed class RpmLeanings
{
    private readonly RpmUniverse _universe;
    private readonly RpmEncoder _encoder;
    private readonly Dictionary<PackageId, List<(int Owner, int Rank)>> _wanted = [];
    private readonly Leaning[] _leanings;
    private Leaning[] _ofVariables = [];

    public RpmLeanings(RpmUniverse universe, RpmEncoder encoder)
    {
        _universe = universe;
        _encoder = encoder;
        _leanings = new Leaning[universe.PackageCount];
    }

    /// <summary>Takes down what a package recommends and suggests.</summary>
    public void Note(int owner, ReadOnlySpan<RpmDependency> dependencies)
    {
        foreach (var (kind, term) in dependencies)
        {
            if (kind is RpmDependencyKind.Recommends or RpmDependencyKind.Suggests)
            {
                Note(owner, term, kind == RpmDependencyKind.Recommends ? 2 : 1);
            }
        }
    }

    /// <summary>A <see cref="BreadthFirst.CandidateChoice"/>.</summary>
    public int Choose(CdclSolver solver, ReadOnlySpan<int> candidates)
    {
        var (best, highest) = (DecisionPolicy.Done, (int.MinValue, -1));
        foreach (var candidate in candidates)
        {
            if (solver.Value(Literal.Of(candidate)) >= 0 && (PinOf(candidate), RankOf(solver, candidate)) is var rank && rank.CompareTo(highest) > 0)
            {
                (best, highest) = (candidate, rank);
            }
        }

        if (best != DecisionPolicy.Done && !solver.IsExpanded(best))
        {
            var before = solver.Trail.Length;
            solver.Expand(best);
            return solver.Trail.Length == before ? best : DecisionPolicy.Again;
        }

        return best;
    }

    private void Note(int owner, RpmTerm term, int rank)
    {
        if (RpmCandidates.IsOfOnePackage(term))
        {
            foreach (var candidate in _encoder.Candidates.Of(term))
            {
                NoteSome(candidate);
                (CollectionsMarshal.GetValueRefOrAddDefault(_wanted, candidate, out _) ??= []).Add((owner, rank));
            }
        }
        else if (term.Operator is RpmOperator.And or RpmOperator.Or)
        {
            foreach (var operand in _universe.Operands(term))
            {
                Note(owner, operand, rank);
            }
        }
    }

    private int PinOf(int candidate) =>
        _encoder.Policy.HasPins && _encoder.PackageOf(candidate) is { } package ? _encoder.Policy.PinRankOf(package) : RpmPins.Default;

    private int RankOf(CdclSolver solver, int candidate)
    {
        if (LeaningOf(candidate) == Leaning.None || _encoder.PackageOf(candidate) is not { } package)
        {
            return 0;
        }

        if (_encoder.Policy.IsPreferred(package))
        {
            return 3;
        }

        var rank = 0;
        foreach (var (owner, weight) in _wanted.GetValueOrDefault(package) ?? [])
        {
            rank = weight > rank && solver.IsTrue(owner) ? weight : rank;
        }

        foreach (var (kind, term) in _universe.Dependencies(package))
        {
            var weight = kind == RpmDependencyKind.Supplements ? 2 : kind == RpmDependencyKind.Enhances ? 1 : 0;
            rank = weight > rank && Holds(solver, term) ? weight : rank;
        }

        return rank;
    }

    private void NoteSome(PackageId package)
    {
        _leanings[package.Value] = Leaning.Some;
        var variable = _encoder.KnownVariable(package);
        if (variable < _ofVariables.Length)
        {
            _ofVariables[variable] = Leaning.Some;
        }
    }

    /// <summary>Most packages have none, and there may be thousands among which to choose, thousands of times.</summary>
    private Leaning LeaningOf(int variable)
    {
        if (variable >= _ofVariables.Length)
        {
            Array.Resize(ref _ofVariables, Math.Max(variable + 1, 2 * _ofVariables.Length));
        }

        ref var known = ref _ofVariables[variable];
        return known != Leaning.Unknown ? known : known = _encoder.PackageOf(variable) is { } package ? LeaningOf(package) : Leaning.None;
    }

    private Leaning LeaningOf(PackageId package)
    {
        ref var leaning = ref _leanings[package.Value];
        if (leaning == Leaning.Unknown)
        {
            leaning = _encoder.Policy.IsPreferred(package) ? Leaning.Some : Leaning.None;
            foreach (var (kind, _) in _universe.Dependencies(package))
            {
                leaning = kind is RpmDependencyKind.Supplements or RpmDependencyKind.Enhances ? Leaning.Some : leaning;
            }
        }

        return leaning;
    }

    private bool Holds(CdclSolver solver, RpmTerm term)
    {
        if (RpmCandidates.IsOfOnePackage(term))
        {
            foreach (var candidate in _encoder.Candidates.Of(term))
            {
                var variable = _encoder.KnownVariable(candidate);
                if (variable != 0 && solver.IsTrue(variable))
                {
                    return true;
                }
            }

            return false;
        }

        var operands = _universe.Operands(term);
        switch (term.Operator)
        {
            case RpmOperator.And or RpmOperator.Or:
                foreach (var operand in operands)
                {
                    if (Holds(solver, operand) == (term.Operator == RpmOperator.Or))
                    {
                        return term.Operator == RpmOperator.Or;
                    }
                }

                return term.Operator == RpmOperator.And;
            case RpmOperator.If:
                return Holds(solver, operands[1]) ? Holds(solver, operands[0]) : operands.Length < 3 || Holds(solver, operands[2]);
            default:
                return Holds(solver, operands[1]) ? operands.Length > 2 && Holds(solver, operands[2]) : Holds(solver, operands[0]);
        }
    }

    private enum Leaning : byte
    {
        Unknown,
        None,
        Some,
    }
}
