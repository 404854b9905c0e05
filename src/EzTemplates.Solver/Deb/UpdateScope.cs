using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>Which rows of a lock may move; see <see cref="Kept"/>.</summary>
public abstract record UpdateScope
{
    private UpdateScope()
    {
    }

    /// <summary>Each row stays while there is a reason for it.</summary>
    public static UpdateScope None { get; } = new Nothing();

    /// <summary>The newest that is allowed.</summary>
    public static UpdateScope All { get; } = new Everything();

    /// <summary>Rows of which a security source has a newer version move to the newest of those.</summary>
    public static UpdateScope SecurityOnly { get; } = new Security();

    /// <summary>Packages of these names, and what they then need.</summary>
    public sealed record Some(ImmutableArray<string> Names) : UpdateScope;

    /// <summary>What to put into <see cref="DebRequest.Preferred"/>.</summary>
    /// <param name="rows">The lock's rows that the universe has.</param>
    /// <param name="securitySources">Numbers of the universe's sources that bring security updates.</param>
    public ImmutableArray<PackageId> Kept(PackageUniverse universe, ImmutableArray<PackageId> rows, IReadOnlySet<int> securitySources)
    {
        ArgumentNullException.ThrowIfNull(universe);
        ArgumentNullException.ThrowIfNull(securitySources);
        return this switch
        {
            Everything => [],
            Some some => [.. rows.Where(row => !some.Names.Contains(universe.Text(universe.Names[row.Value])))],
            // The row too: the security version may be out of reach, and nothing else may take its place.
            Security => [.. rows.SelectMany(row => new[] { Secure(universe, row, securitySources), row }.Distinct())],
            _ => rows,
        };
    }

    private static PackageId Secure(PackageUniverse universe, PackageId row, IReadOnlySet<int> sources)
    {
        var newest = row;
        foreach (var other in universe.Named(universe.Names[row.Value]))
        {
            if (sources.Contains(universe.SourceNumbers[other.Value])
                && universe.Architectures[other.Value] == universe.Architectures[row.Value]
                && DebVersionOrder.Compare(universe.Bytes(universe.Versions[other.Value]), universe.Bytes(universe.Versions[newest.Value])) > 0)
            {
                newest = other;
            }
        }

        return newest;
    }

    private sealed record Nothing : UpdateScope;

    private sealed record Everything : UpdateScope;

    private sealed record Security : UpdateScope;
}
