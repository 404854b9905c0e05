using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Operations;

/// <summary>
/// In which portions the packages of a layer are unpacked. Debian Policy 7.2: what a package pre-depends on works before its preinst runs;
/// so it is unpacked earlier, with all that it depends on. All are configured together: a program works by its files, and a preinst that
/// needs more of another package than its programs is not known.
/// </summary>
internal sealed class UnpackWaves
{
    private readonly ILookup<string, int> _providers;
    private readonly ImmutableArray<StoredPackage> _packages;

    private UnpackWaves(ImmutableArray<StoredPackage> packages)
    {
        _packages = packages;
        _providers = Enumerable.Range(0, packages.Length)
            .SelectMany(i => packages[i].Control.Provides.Select(provided => provided.Name).Prepend(packages[i].Row.Name).Select(name => (name, i)))
            .ToLookup(row => row.name, row => row.i, StringComparer.Ordinal);
    }

    /// <returns>Places in <paramref name="packages"/>, each once, in their order; one portion where no preinst waits for another package.</returns>
    public static ImmutableArray<ImmutableArray<int>> Of(ImmutableArray<StoredPackage> packages) =>
        [.. new UnpackWaves(packages).Split([.. Enumerable.Range(0, packages.Length)])];

    private IEnumerable<ImmutableArray<int>> Split(ImmutableArray<int> packages)
    {
        var early = new SortedSet<int>();
        foreach (var i in packages.Where(i => DpkgSteps.HasPreinst(_packages[i])))
        {
            Reach(Needs(i, DependencyKind.PreDepends).Where(need => need != i), early);
        }

        // Packages that pre-depend on one another have no order.
        early.IntersectWith(packages);
        return early.Count == 0 || early.Count == packages.Length ? [packages] : [.. Split([.. early]), [.. packages.Where(i => !early.Contains(i))]];
    }

    private void Reach(IEnumerable<int> from, SortedSet<int> reached)
    {
        var pending = new Stack<int>(from);
        while (pending.TryPop(out var next))
        {
            if (reached.Add(next))
            {
                foreach (var need in Needs(next, DependencyKind.PreDepends).Concat(Needs(next, DependencyKind.Depends)))
                {
                    pending.Push(need);
                }
            }
        }
    }

    private IEnumerable<int> Needs(int package, DependencyKind kind) =>
        _packages[package].Control.Of(kind).SelectMany(relation => relation.Alternatives).SelectMany(alternative => _providers[alternative.Name]);
}
