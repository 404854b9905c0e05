using EzTemplates.Domain;
using EzTemplates.Solver;

namespace EzTemplates.Operations;

/// <summary>A recipe with its lock, and whether the lock is another one than before.</summary>
/// <param name="Base">The base's, for an application.</param>
public sealed record LockedRecipe(RecipeFile File, TemplateLock Lock, TemplateLock? Previous, bool Changed, LockedRecipe? Base)
{
    /// <summary>Against the lock before; null where there was none, or nothing changed.</summary>
    public LockDifference? Difference { get; init; }

    /// <summary>Why each row changed: the upgraded ones, then the added, then the removed.</summary>
    public IReadOnlyList<string> Causes { get; init; } = [];
}

/// <summary>The first half of the main path: recipe, snapshot, solve, lock.</summary>
public static class LockTemplate
{
    /// <param name="scope">Which rows of the lock before may move; the others stay while a snapshot has them.</param>
    /// <param name="os">The base's lock to solve on, for an application; null for an OS.</param>
    public static async Task<LockedRecipe> RunAsync(Workspace workspace, RecipeFile file, LockedRecipe? os, UpdateScope scope, CancellationToken cancel)
    {
        using var turn = LockFile.TakeTurn(workspace, file);
        var previous = LockFile.Read(file);
        var ground = await workspace.Steps.RunAsync("snapshot", () => SolvingGround.OpenAsync(workspace, file, os?.Lock, cancel)).ConfigureAwait(false);
        var answer = workspace.Steps.Run("solve", () => ground.Solve(new LockQuestion(file, previous, os?.Lock, scope), cancel));
        var rows = await LearnDigests.RunAsync(workspace, ground, answer.Rows, previous, cancel).ConfigureAwait(false);
        var made = LockMaking.Make(ground, file, previous, os?.Lock, rows);
        if (previous is not null && !LockChange.IsChanged(previous, made))
        {
            return new LockedRecipe(file, previous, previous, false, os);
        }

        if (!workspace.Options.DryRun)
        {
            LockFile.Write(file, made);
        }

        var difference = previous is null ? null : LockChange.Describe(previous, made);
        return new LockedRecipe(file, made, previous, true, os)
        {
            Difference = difference,
            Causes = difference is null ? [] : answer.CausesOf(difference),
        };
    }
}
