using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>Which rows of a lock, and which packages of a running system, may move.</summary>
public abstract record UpdateScope
{
    private UpdateScope()
    {
    }

    /// <summary>Each row stays while there is a reason for it.</summary>
    public static UpdateScope None { get; } = new Nothing();

    /// <summary>The newest that is allowed.</summary>
    public static UpdateScope All { get; } = new Everything();

    /// <summary>Rows of which there is a newer version that brings security move to the newest of those.</summary>
    public static UpdateScope SecurityOnly { get; } = new Security();

    /// <summary>Packages of these names, and what they then need.</summary>
    public sealed record Some(ImmutableArray<string> Names) : UpdateScope;

    /// <summary>Whether packages of the name become as new as can be.</summary>
    internal bool Renews(string name) => this is Everything || (this is Some some && some.Names.Contains(name));

    /// <summary>What comes before newer versions.</summary>
    /// <param name="rows">The lock's rows that the universe has.</param>
    /// <param name="newestSecure">The newest version of a row that brings security, or null.</param>
    internal IEnumerable<PackageId> Kept(IEnumerable<PackageId> rows, Func<PackageId, string> nameOf, Func<PackageId, PackageId?> newestSecure) => this switch
    {
        Everything => [],
        Some => rows.Where(row => !Renews(nameOf(row))),
        // The row too: the secure version may be out of reach, and nothing else may take its place.
        Security => rows.SelectMany(row => newestSecure(row) is { } newer ? new[] { newer, row } : [row]),
        _ => rows,
    };

    private sealed record Nothing : UpdateScope;

    private sealed record Everything : UpdateScope;

    private sealed record Security : UpdateScope;
}
