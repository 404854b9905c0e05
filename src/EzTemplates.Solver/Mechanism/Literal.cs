namespace EzTemplates.Solver;

/// <summary>A variable or its negation as a number: twice the variable, plus one if negated.</summary>
internal static class Literal
{
    public static int Of(int variable) => variable << 1;

    public static int Not(int variable) => (variable << 1) | 1;

    public static int Variable(int literal) => literal >> 1;

    public static bool IsPositive(int literal) => (literal & 1) == 0;
}

/// <summary>
/// Where clauses come from. The mechanism asks once for each variable, when it first becomes (or is about to become) true;
/// every clause that speaks of the variable's consequences must then be added, and each must hold its negation.
/// </summary>
internal abstract class ClauseSource
{
    public abstract void Expand(int variable, CdclSolver solver);
}

/// <summary>Chooses what to assume next; must cope with decisions being taken back.</summary>
internal abstract class DecisionPolicy
{
    /// <summary>The assignment is total enough: nothing is left to decide.</summary>
    public const int Done = -1;

    /// <summary>Clauses were added that may imply something: propagate, then ask again.</summary>
    public const int Again = -2;

    /// <summary>A literal to assume, <see cref="Done"/> or <see cref="Again"/>.</summary>
    public abstract int Next(CdclSolver solver);

    /// <summary>A decision is about to be made; <paramref name="level"/> levels stand below it.</summary>
    public virtual void Entering(int level)
    {
    }

    /// <summary>Everything above <paramref name="level"/> was taken back.</summary>
    public virtual void Returned(int level)
    {
    }
}

internal enum SearchStatus
{
    Satisfied,

    /// <summary>No assignment satisfies the clauses.</summary>
    Unsatisfiable,

    /// <summary>None does under the given assumptions.</summary>
    Refuted,

    /// <summary>It met more conflicts than it may; neither is known.</summary>
    GaveUp,
}
