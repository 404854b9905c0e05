using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Solver;

namespace EzTemplates.Operations;

/// <summary>A recipe as a request to the solver, and the solver's conflict as the user's.</summary>
internal static class LockRequest
{
    private const int NotAutomaticPriority = 1;
    private const int ButAutomaticUpgradesPriority = 100;

    public static DebRequest Of(DebGround ground, RecipeFile file, TemplateLock? previous, TemplateLock? os, UpdateScope scope) => new()
    {
        Install = file.Recipe.Packages,
        IncludeEssential = file.Recipe is OsRecipe { IncludeEssential: true },
        Fixed = os is null ? [] : ground.FindAll(os.Packages),
        Locked = previous is null ? [] : ground.FindAll(previous.Packages),
        Preferred = previous is null ? [] : DebUpdates.Kept(scope, ground.Universe, ground.FindAll(previous.Packages), SecuritySources(ground)),
        OwnSources = file.Base is null ? [] : [.. ground.Universe.Sources.Where(source => !file.Base.Repositories.Any(r => source.StartsWith(r.Id + "/", StringComparison.Ordinal)))],
        BaseFollows = file.Base is null || file.Os.Update == UpdateClass.All,
        Exclude = file.Recipe.Exclude,
        Holds = [.. file.Recipe.Hold.Where(hold => hold.Expires is not { } day || DateOnly.FromDateTime(ground.Now.UtcDateTime) <= day)],
        Pins = file.Base is null ? file.Recipe.Pins : [.. file.Recipe.Pins, .. file.Os.Pins],
        PhasedBy = file.Recipe.Name,
        Sources = [.. ground.Universe.Sources.Select(source => new SourcePolicy(Priority(ground, file, source)))],
        NativeArchitecture = file.Os.Architecture,
        Recommends = file.Recipe.Recommends,
        Prefer = file.Recipe.Prefer,
        BaseName = os is null ? "" : $"{os.Template}@{os.Version.ToNormalizedString()}",
    };

    /// <exception cref="EzException">No solution; the text is the solver's derivation.</exception>
    public static ImmutableArray<ChosenPackage> Solve(DebGround ground, DebRequest request, RecipeFile file, CancellationToken cancel) =>
        DebSolver.Solve(ground.Universe, request, cancel) switch
        {
            SolveResult.Solution solution => solution.Packages,
            SolveResult.Unsolvable { Conflict: var conflict } => throw Explain(ground, file, conflict),
            _ => throw new InvalidOperationException("a solver answers with a solution or a conflict"),
        };

    /// <summary>Suites that bring nothing but security updates: <c>bookworm-security</c>, and <c>buster/updates</c> of those days.</summary>
    private static HashSet<int> SecuritySources(DebGround ground) => [.. Enumerable.Range(0, ground.Universe.Sources.Count)
        .Where(number => ground.Suites.FirstOrDefault(s => s.Source == ground.Universe.Sources[number])?.Release is { } release
            && (release.Label == "Debian-Security" || release.Suite.EndsWith("-security", StringComparison.Ordinal) || release.Codename.EndsWith("-security", StringComparison.Ordinal)))];

    private static int Priority(DebGround ground, RecipeFile file, string source)
    {
        var snapshot = ground.Suites.FirstOrDefault(s => s.Source == source);
        var own = file.Repositories.FirstOrDefault(r => source.StartsWith(r.Id + "/", StringComparison.Ordinal))?.Priority ?? SourcePolicy.Default.Priority;
        return snapshot switch
        {
            // What the author of the recipe says comes before what the archive says of itself.
            _ when own != SourcePolicy.Default.Priority => own,
            { Release: { NotAutomatic: true, ButAutomaticUpgrades: true } } => ButAutomaticUpgradesPriority,
            { Release.NotAutomatic: true } => NotAutomaticPriority,
            _ => own,
        };
    }

    /// <summary>For a name that no package has.</summary>
    public static string NearHint(DebGround ground, string name) => NearNames.Closest(name, ground.PackageNames()) is { Count: > 0 } near
        ? $"did you mean `{string.Join("`, `", near)}`?"
        : "check the spelling, and that the recipe's repositories and components have it";

    private static EzException Explain(DebGround ground, RecipeFile file, Conflict conflict)
    {
        var hint = conflict.Unknown is { Cause: UnknownCause.NoSuchName } unknown ? NearHint(ground, unknown.Request.Name) : conflict.Hint;

        return new EzException(FailureKind.Unsolvable, $"`{file.Recipe.Name}` cannot be locked: {conflict}", hint ?? $"change `packages:` or `exclude:` in {file.FullPath}, or add a repository that has what is missing");
    }
}
