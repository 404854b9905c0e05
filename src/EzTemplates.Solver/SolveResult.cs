using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>What a solver answers; no solution is a value, not an exception.</summary>
public abstract record SolveResult
{
    private SolveResult()
    {
    }

    /// <summary>The packages to add, ascending by <see cref="PackageId"/> (name, architecture); fixed ones are not among them.</summary>
    public sealed record Solution(ImmutableArray<ChosenPackage> Packages) : SolveResult;

    public sealed record Unsolvable(Conflict Conflict) : SolveResult;
}

/// <param name="Reason"><c>root</c>, <c>essential</c>, or the name of the package that first requires it.</param>
public sealed record ChosenPackage(PackageId Package, string Reason);

/// <summary>
/// Why a request has no solution: facts that cannot hold together, none of which can be left out.
/// </summary>
/// <param name="Lines">A short derivation, one sentence a line, from what was asked to where it breaks.</param>
/// <param name="Hint">A change of the request that makes it solvable (tried, not guessed); null where none is known.</param>
/// <param name="Unknown">Set where the cause is one name that nothing can satisfy.</param>
public sealed record Conflict(ImmutableArray<string> Lines, string? Hint, UnknownPackage? Unknown)
{
    /// <summary>Nobody reads more; what a long chain of dependencies says in its middle is left out of the text.</summary>
    private const int MostLines = 40;

    /// <summary>The lines as one text, for <see cref="EzException"/> and snapshots.</summary>
    public override string ToString() => Lines.Length <= MostLines
        ? string.Join('\n', Lines)
        : string.Join('\n', [.. Lines[..(MostLines / 2)], $"... {Lines.Length - MostLines} more such lines ...", .. Lines[^(MostLines / 2)..]]);
}

/// <summary>A requested package that cannot be had at all.</summary>
public sealed record UnknownPackage(PackageRequest Request, UnknownCause Cause);

public enum UnknownCause
{
    /// <summary>No package has or provides the name: the caller may look for near names.</summary>
    NoSuchName,

    /// <summary>The name exists, but not in a version or architecture that was asked for.</summary>
    OtherVersions,

    /// <summary>The recipe excludes what it asks for.</summary>
    Excluded,

    /// <summary>The recipe holds it at versions that are not there.</summary>
    Held,

    /// <summary>Every source that has it is pinned below zero.</summary>
    Forbidden,
}
