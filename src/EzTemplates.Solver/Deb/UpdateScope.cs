using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>Which rows of a lock an update may move; see <see cref="Kept"/>.</summary>
public abstract record UpdateScope
{
    private UpdateScope()
    {
    }

    /// <summary>Nothing: each row stays while there is a reason for it.</summary>
    public sealed record Nothing : UpdateScope;

    public sealed record Everything : UpdateScope;

    /// <summary>Packages of these names, and what they then need.</summary>
    public sealed record Some(ImmutableArray<string> Names) : UpdateScope;

    /// <summary>Rows of which a security source has a newer version move to the newest of those.</summary>
    /// <param name="Sources">Numbers of the universe's security sources.</param>
    public sealed record Security(ImmutableArray<int> Sources) : UpdateScope;

    /// <summary>What to put into <see cref="DebRequest.Preferred"/>.</summary>
    /// <param name="rows">The lock's rows that the universe has.</param>
    public ImmutableArray<PackageId> Kept(PackageUniverse universe, ImmutableArray<PackageId> rows)
    {
        ArgumentNullException.ThrowIfNull(universe);
        return this switch
        {
            Everything => [],
            Some some => [.. rows.Where(row => !some.Names.Contains(universe.Text(universe.Names[row.Value])))],
            Security security => [.. rows.Select(row => Secure(universe, row, security.Sources))],
            _ => rows,
        };
    }

    private static PackageId Secure(PackageUniverse universe, PackageId row, ImmutableArray<int> sources)
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
}
