using EzTemplates.Domain;

namespace EzTemplates.Solver;

internal enum RpmNodeKind : byte
{
    Request,
    Package,

    /// <summary>A part of a rich dependency that somebody may choose: once true, its term is required.</summary>
    Term,

    /// <summary>Derived: true when its term is.</summary>
    Truth,

    /// <summary>Derived: true when its owner and its condition are; then its term is required, forbidden or wished for.</summary>
    When,

    /// <summary>Derived: true when a package's Supplements are met; then the package is wished for.</summary>
    Supplement,
}

internal enum RpmThen : byte
{
    Require,
    Forbid,
    Wish,

    /// <summary>Either the term holds or the node's truth is taken to.</summary>
    Decide,
}

/// <summary>What a variable stands for.</summary>
/// <param name="Package">The package, or the one whose dependency it is a part of.</param>
/// <param name="Fact">The dependency's fact, of which its clauses are parts.</param>
/// <param name="Owner">Of <see cref="RpmNodeKind.When"/>: the variable that is held to it.</param>
/// <param name="Condition">Of <see cref="RpmNodeKind.When"/> and <see cref="RpmNodeKind.Supplement"/>: the variable on which it depends.</param>
/// <param name="Truth">Of <see cref="RpmThen.Decide"/>: the truth that is true where the term is not.</param>
internal readonly record struct RpmNode(
    RpmNodeKind Kind, PackageId Package, RpmTerm Term = default, int Fact = 0, int Owner = 0, int Condition = 0, RpmThen Then = RpmThen.Require, int Truth = 0);
