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

    /// <returns>The rows that the applications add to the OS's. What one of them names is a root, whichever lock the row is from.</returns>
    /// <exception cref="EzException">Unsolvable: names the applications.</exception>
    public static ImmutableArray<LockedPackage> Solve(ContentStore store, TemplateLock os, ImmutableArray<TemplateLock> apps, CancellationToken cancel)
    {
        var rows = new Dictionary<Sha256Digest, LockedPackage>();
        foreach (var row in os.Packages.Concat(apps.SelectMany(app => app.Packages)))
        {
            _ = rows.TryAdd(row.Sha256, row);
        }

        var (result, digestOf) = os.Family == PackageFamily.Rpm ? SolveRpm(store, os, apps, rows, cancel) : SolveDeb(store, os, apps, rows, cancel);
        return result switch
        {
            SolveResult.Solution solution => [.. solution.Packages.Select(chosen => AsNamed(rows[digestOf(chosen.Package)], apps))],
            SolveResult.Unsolvable { Conflict: var conflict } => throw new EzException(
                FailureKind.Unsolvable,
                $"{string.Join(" and ", apps.Select(app => $"`{NameOf(app)}`"))} do{(apps.Length == 1 ? "es" : "")} not go {(apps.Length == 1 ? "" : "together ")}on `{NameOf(os)}`: {conflict}",
                $"ez update {os.Template}"),
            _ => throw new InvalidOperationException("a solver answers with a solution or a conflict"),
        };
    }

    private static LockedPackage AsNamed(LockedPackage row, ImmutableArray<TemplateLock> apps) =>
        apps.SelectMany(app => app.Packages).Any(other => other.Reason == RootReason && other.Name == row.Name && other.Architecture == row.Architecture) ? row with { Reason = RootReason } : row;

    private static ImmutableArray<PackageRequest> RootsOf(TemplateLock os, ImmutableArray<TemplateLock> apps) =>
        [.. apps.SelectMany(app => app.Packages).Where(row => row.Reason == RootReason).Select(row => new PackageRequest(row.Name, Architecture: os.IsNative(row) ? "" : row.Architecture)).Distinct()];

    private static ImmutableArray<PackageId> FactsOf(TemplateLock os, int count, Func<PackageId, Sha256Digest> digestOf)
    {
        var facts = os.Packages.Select(row => row.Sha256).ToHashSet();
        return [.. Enumerable.Range(0, count).Select(number => new PackageId(number)).Where(package => facts.Contains(digestOf(package)))];
    }

    private static (SolveResult Result, Func<PackageId, Sha256Digest> DigestOf) SolveDeb(
        ContentStore store, TemplateLock os, ImmutableArray<TemplateLock> apps, Dictionary<Sha256Digest, LockedPackage> rows, CancellationToken cancel)
    {
        var builder = new UniverseBuilder();
        foreach (var row in rows.Values)
        {
            builder.Add(row.Source, StoredControl.Read(store, ContentsOf(store, row), row.ToString()), new ArchiveFacts(row.Path, row.Size, row.Sha256));
        }

        var universe = builder.ToUniverse();
        var request = new DebRequest
        {
            Install = RootsOf(os, apps),
            Fixed = FactsOf(os, universe.PackageCount, universe.Sha256),
            NativeArchitecture = os.Architecture,

            // Whatever an application took along by recommendation is a row of its lock; what no lock has, the universe lacks.
            Recommends = true,
            BaseName = NameOf(os),
        };
        return (DebSolver.Solve(universe, request, cancel), universe.Sha256);
    }

    private static (SolveResult Result, Func<PackageId, Sha256Digest> DigestOf) SolveRpm(
        ContentStore store, TemplateLock os, ImmutableArray<TemplateLock> apps, Dictionary<Sha256Digest, LockedPackage> rows, CancellationToken cancel)
    {
        var builder = new RpmUniverseBuilder();
        foreach (var row in rows.Values)
        {
            var header = StoredControl.Header(store, ContentsOf(store, row), row.ToString());
            _ = builder.Add(row.Source, RpmHeaderRecord.Of(header, new ArchiveFacts(row.Path, row.Size, row.Sha256)));
        }

        var universe = builder.ToUniverse();
        var request = new RpmRequest
        {
            Install = RootsOf(os, apps),
            Fixed = FactsOf(os, universe.PackageCount, package => universe.Digest(package).Start),
            Architectures = RpmLockRequest.ArchitecturesOf(os.Architecture),
            Recommends = true,
            InstallOnly = false,
            BaseName = NameOf(os),
        };
        return (RpmSolver.Solve(universe, request, cancel), package => universe.Digest(package).Start);
    }

    /// <exception cref="StoreException">The store has lost them.</exception>
    public static PackageContents ContentsOf(ContentStore store, LockedPackage row) => store.FindContents(row.Sha256)
        ?? throw new StoreException($"the contents of {row} are not in the store", "build its template again: ez build RECIPE");

    private static string NameOf(TemplateLock held) => new TemplateReference(held.Template, held.Version).ToString();
}
