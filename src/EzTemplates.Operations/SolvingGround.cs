using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Repositories;
using EzTemplates.Solver;

namespace EzTemplates.Operations;

/// <summary>What a lock is asked for with: the recipe, the lock before, its base's, and which rows of the lock before may move.</summary>
internal sealed record LockQuestion(RecipeFile File, TemplateLock? Previous, TemplateLock? Os, UpdateScope Scope);

/// <param name="Rows">What the recipe adds, in no order that counts.</param>
/// <param name="CausesOf">Why rows changed against the lock before, a line each.</param>
internal sealed record LockAnswer(ImmutableArray<LockedPackage> Rows, Func<LockDifference, IReadOnlyList<string>> CausesOf);

/// <summary>What a recipe is solved on: today's snapshots of its repositories, and their packages as one universe of its family.</summary>
internal abstract record SolvingGround
{
    public abstract IReadOnlyList<Snapshot> Snapshots { get; }

    /// <summary>"Now" for holds and epochs: the newest Date among the snapshots, never the clock.</summary>
    public DateTimeOffset Now => Snapshots.Max(s => s.Date);

    /// <param name="os">The base's lock.</param>
    public static async Task<SolvingGround> OpenAsync(Workspace workspace, RecipeFile file, TemplateLock? os, CancellationToken cancel) =>
        file.Os.Family == PackageFamily.Rpm
            ? await RpmGround.OpenAsync(workspace, file, os, cancel).ConfigureAwait(false)
            : await DebGround.OpenAsync(workspace, file, os, cancel).ConfigureAwait(false);

    /// <exception cref="EzException">No solution; the text is the solver's derivation.</exception>
    public abstract LockAnswer Solve(LockQuestion question, CancellationToken cancel);

    /// <summary>The rows that the universe lacks.</summary>
    public abstract List<LockedPackage> Absent(IEnumerable<LockedPackage> rows);

    /// <summary>What the store has of a row of the base that no snapshot has any more.</summary>
    protected static PackageContents StoredOf(Workspace workspace, TemplateLock os, LockedPackage row) => workspace.Store.FindContents(row.Sha256) ?? throw new EzException(
        FailureKind.Usage,
        $"{os.Template}@{os.Version.ToNormalizedString()} has {row}, which neither today's snapshot nor the store has, so nothing can be locked on it",
        $"ez update {os.Template}");
}
