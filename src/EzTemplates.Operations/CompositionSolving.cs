using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Formats;
using EzTemplates.Solver;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>
/// A composition is a solve of its own, over the rows of its locks alone: no snapshot and no network, dependencies from what the store
/// has unpacked. The OS's rows are facts; of two rows with one name the newer that satisfies all is taken.
/// </summary>
internal static class CompositionSolving
{
    private const string RootReason = "root";

    /// <returns>The rows that the applications add to the OS's.</returns>
    /// <exception cref="EzException">Unsolvable: names the applications.</exception>
    public static ImmutableArray<LockedPackage> Solve(ContentStore store, TemplateLock os, ImmutableArray<TemplateLock> apps, CancellationToken cancel)
    {
        var builder = new UniverseBuilder();
        var rows = new Dictionary<Sha256Digest, LockedPackage>();
        foreach (var row in os.Packages.Concat(apps.SelectMany(app => app.Packages)).Where(row => rows.TryAdd(row.Sha256, row)))
        {
            builder.Add(row.Source, StoredControl.Read(store, ContentsOf(store, row), row.ToString()), new ArchiveFacts(row.Path, row.Size, row.Sha256));
        }

        var universe = builder.ToUniverse();
        var facts = os.Packages.Select(row => row.Sha256).ToHashSet();
        var request = new DebRequest
        {
            Install = [.. apps.SelectMany(app => app.Packages).Where(row => row.Reason == RootReason).Select(row => new PackageRequest(row.Name, Architecture: row.Architecture == os.Architecture || row.Architecture == "all" ? "" : row.Architecture)).Distinct()],
            Fixed = [.. Enumerable.Range(0, universe.PackageCount).Select(number => new PackageId(number)).Where(package => facts.Contains(universe.Sha256(package)))],
            NativeArchitecture = os.Architecture,

            // Whatever an application took along by recommendation is a row of its lock; what no lock has, the universe lacks.
            Recommends = true,
            BaseName = NameOf(os),
        };
        return DebSolver.Solve(universe, request, cancel) switch
        {
            SolveResult.Solution solution => [.. solution.Packages.Select(chosen => rows[universe.Sha256(chosen.Package)])],
            SolveResult.Unsolvable { Conflict: var conflict } => throw new EzException(
                FailureKind.Unsolvable,
                $"{string.Join(" and ", apps.Select(app => $"`{NameOf(app)}`"))} do{(apps.Length == 1 ? "es" : "")} not go {(apps.Length == 1 ? "" : "together ")}on `{NameOf(os)}`: {conflict}",
                $"ez update {os.Template}"),
            _ => throw new InvalidOperationException("a solver answers with a solution or a conflict"),
        };
    }

    /// <exception cref="StoreException">The store has lost them.</exception>
    public static PackageContents ContentsOf(ContentStore store, LockedPackage row) => store.FindContents(row.Sha256)
        ?? throw new StoreException($"the contents of {row} are not in the store", "build its template again: ez build RECIPE");

    private static string NameOf(TemplateLock held) => new TemplateReference(held.Template, held.Version).ToString();
}
