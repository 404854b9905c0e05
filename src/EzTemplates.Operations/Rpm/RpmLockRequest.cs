using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Solver;

namespace EzTemplates.Operations;

/// <summary>An RPM recipe as a request to the solver, and the solver's conflict as the user's.</summary>
internal static class RpmLockRequest
{
    public static RpmRequest Of(RpmGround ground, LockQuestion question)
    {
        var (file, previous, os) = (question.File, question.Previous, question.Os);
        return new RpmRequest
        {
            Install = [.. file.Recipe.Packages, .. file.Recipe.Groups.Select(group => new PackageRequest("@" + group))],
            Fixed = os is null ? [] : ground.FindAll(os.Packages),
            Preferred = previous is null ? [] : ground.FindAll(previous.Packages),
            Update = question.Scope,
            Exclude = file.Recipe.Exclude,
            Holds = [.. file.Recipe.Hold.Where(hold => hold.Expires is not { } day || DateOnly.FromDateTime(ground.Now.UtcDateTime) <= day)],
            Pins = file.Base is null ? file.Recipe.Pins : [.. file.Recipe.Pins, .. file.Os.Pins],
            Modules = [.. (file.Base?.Recipe.Modules ?? []).Concat(file.Recipe.Modules).Distinct()],
            Sources = [.. ground.Universe.Sources.Select(source => new RpmSourcePolicy(file.Repositories.FirstOrDefault(r => r.Id == source)?.Priority ?? RpmSourcePolicy.Default.Priority))],
            Architectures = ArchitecturesOf(file.Os.Architecture),
            Recommends = file.Recipe.Recommends,
            Prefer = file.Recipe.Prefer,
            BaseName = os is null ? "" : $"{os.Template}@{os.Version.ToNormalizedString()}",

            // A template has one version of a name, a kernel's too.
            InstallOnly = false,
        };
    }

    /// <exception cref="EzException">No solution; the text is the solver's derivation.</exception>
    public static ImmutableArray<ChosenPackage> Solve(RpmGround ground, RpmRequest request, RecipeFile file, CancellationToken cancel) =>
        RpmSolver.Solve(ground.Universe, request, cancel) switch
        {
            SolveResult.Solution solution => solution.Packages,
            SolveResult.Unsolvable { Conflict: var conflict } => throw Explain(ground, file, request, conflict),
            _ => throw new InvalidOperationException("a solver answers with a solution or a conflict"),
        };

    /// <summary>Whose packages run on an architecture, best first (rpm's rpmrc); <c>noarch</c> goes without saying.</summary>
    public static ImmutableArray<string> ArchitecturesOf(string architecture) => architecture switch
    {
        "x86_64" => ["x86_64", "i686", "i586", "i486", "i386"],
        "x86_64_v2" => ["x86_64_v2", "x86_64", "i686", "i586", "i486", "i386"],
        "i686" => ["i686", "i586", "i486", "i386"],
        "i586" => ["i586", "i486", "i386"],
        _ => [architecture],
    };

    /// <summary>For a name that no package has.</summary>
    public static string NearHint(RpmGround ground, string name) => NearNames.Closest(name, ground.PackageNames()) is { Count: > 0 } near
        ? $"did you mean `{string.Join("`, `", near)}`?"
        : "check the spelling, and that the recipe's repositories have it";

    private static string? GroupHint(RpmGround ground, string id) => NearNames.Closest(id, ground.GroupIds()) is { Count: > 0 } near && !near.Contains(id)
        ? $"did you mean `groups: [{near[0]}]`?"
        : null;

    private static EzException Explain(RpmGround ground, RecipeFile file, RpmRequest request, Conflict conflict)
    {
        var hint = conflict.Unknown is { Cause: UnknownCause.NoSuchName, Request.Name: var name }
            ? name.StartsWith('@') ? GroupHint(ground, name[1..]) ?? conflict.Hint
                : request.Modules.Contains(name) ? conflict.Hint ?? "check the spelling under `modules:`, and that the recipe's repositories have modules"
                : NearHint(ground, name)
            : conflict.Hint;
        return new EzException(FailureKind.Unsolvable, $"`{file.Recipe.Name}` cannot be locked: {conflict}", hint ?? $"change `packages:` or `exclude:` in {file.FullPath}, or add a repository that has what is missing");
    }
}
