using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Solver;

namespace EzTemplates.Operations;

/// <summary><c>ez why-not</c>: why a package, or a version of it, is not in a lock. Asks the solver, and changes nothing.</summary>
public static class ExplainAbsence
{
    private const string Locked = "locked";
    private const string Possible = "possible";
    private const string Impossible = "impossible";

    /// <param name="asked"><c>PACKAGE</c> or <c>PACKAGE=VERSION</c>.</param>
    /// <param name="recipes">None: every recipe with a lock in <c>.</c> and <c>./recipes</c>.</param>
    /// <exception cref="EzException">No repository of any of the recipes has the package.</exception>
    public static async Task<WhyNotReport> RunAsync(Workspace workspace, string asked, IReadOnlyList<string> recipes, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        ArgumentNullException.ThrowIfNull(asked);
        var equals = asked.IndexOf('=', StringComparison.Ordinal);
        var (name, version) = equals < 0 ? (asked, null) : (asked[..equals], asked[(equals + 1)..]);
        var answers = new List<WhyNotAnswer>();
        var files = LockedRecipes.Find(recipes);
        string? hint = null;
        foreach (var file in files)
        {
            var (answer, near) = await AnswerAsync(workspace, file, name, version, cancel).ConfigureAwait(false);
            answers.AddRange(answer is null ? [] : [answer]);
            hint ??= near;
        }

        return answers.Count > 0
            ? new WhyNotReport(name, answers)
            : throw new EzException(FailureKind.Unsolvable, $"no repository of {string.Join(", ", files.Select(f => $"`{f.Recipe.Name}`"))} has a package `{name}`", hint);
    }

    /// <returns>No answer but names that are near, where no repository has the package.</returns>
    private static async Task<(WhyNotAnswer? Answer, string? Near)> AnswerAsync(Workspace workspace, RecipeFile file, string name, string? version, CancellationToken cancel)
    {
        var os = file.Base is null ? null : LockFile.Read(file.Base);
        var held = LockFile.Read(file);
        var ground = await SolvingGround.OpenAsync(workspace, file, os, cancel).ConfigureAwait(false);
        var request = LockRequest.Of(ground, file, held, os, UpdateScope.None);
        return Answer(ground, request, file, (held, os), (name, version), cancel) is { } answer ? (answer, null) : (null, LockRequest.NearHint(ground, name));
    }

    private static WhyNotAnswer? Answer(
        SolvingGround ground, DebRequest request, RecipeFile file, (TemplateLock? Own, TemplateLock? Os) locks, (string Name, string? Version) asked, CancellationToken cancel)
    {
        WhyNotAnswer Of(string? version, string outcome, string? hint, params IReadOnlyList<string> why) =>
            new(outcome == Locked && Row(locks.Own, asked.Name) is null ? locks.Os!.Template : file.Recipe.Name, asked.Name, version, outcome, why, hint);
        var row = Row(locks.Own, asked.Name) ?? Row(locks.Os, asked.Name);
        var version = asked.Version ?? (row is null ? null : Newer(ground, row));
        if (row is not null && (version is null || version == row.Version))
        {
            return Of(row.Version, Locked, $"ez why {asked.Name}", $"{row} is locked{(asked.Version is null ? ", and no repository has a newer one" : "")}");
        }

        var wanted = version is null ? new PackageRequest(asked.Name) : new PackageRequest(asked.Name, VersionRelation.Equal, version);
        var result = DebSolver.Solve(ground.Universe, request with { Install = request.Install.Insert(0, wanted) }, cancel);
        if (result is SolveResult.Unsolvable { Conflict: var conflict })
        {
            return conflict.Unknown is { Cause: UnknownCause.NoSuchName }
                ? null
                : Of(version, Impossible, conflict.Hint, conflict.Lines);
        }

        return row is null
            ? Of(version, Possible, $"add `{wanted}` to `packages:` in {file.FullPath}", Refused(ground, request, asked.Name) ?? "nothing that the recipe asks for needs it")
            : Of(version, Possible, Hint(ground, request, file, row, version!), PreferenceOver(ground, request, row, version!));
    }

    private static LockedPackage? Row(TemplateLock? held, string name) => held?.Packages.FirstOrDefault(p => p.Name == name && p.Architecture is var a && (a == "all" || a == held.Architecture));

    /// <summary>The newest version above the row's that a repository has.</summary>
    private static string? Newer(SolvingGround ground, LockedPackage row)
    {
        string? newest = null;
        foreach (var package in Versions(ground, row.Name))
        {
            var version = ground.Universe.Text(ground.Universe.Versions[package.Value]);
            newest = DebVersionOrder.Compare(version, newest ?? row.Version) > 0 ? version : newest;
        }

        return newest;
    }

    private static ImmutableArray<PackageId> Versions(SolvingGround ground, string name) =>
        ground.Universe.Find(name) is { } id ? [.. ground.Universe.Named(id)] : [];

    private static string? Refused(SolvingGround ground, DebRequest request, string name)
    {
        var choice = new DebChoice(ground.Universe, request);
        return Versions(ground, name).Select(package => choice.Refusal(package) is { } refusal ? $"{ground.Universe.Describe(package)} {refusal}" : null).FirstOrDefault(text => text is not null);
    }

    /// <summary>Why the lock's row comes first although the other version could be had.</summary>
    private static string PreferenceOver(SolvingGround ground, DebRequest request, LockedPackage row, string version)
    {
        var choice = new DebChoice(ground.Universe, request);
        var universe = ground.Universe;
        var other = Versions(ground, row.Name).FirstOrDefault(p => universe.Text(universe.Versions[p.Value]) == version);
        if (ground.FindAll([row]) is [var locked])
        {
            var (mine, its) = (choice.PriorityOf(locked), choice.PriorityOf(other));
            return mine > its ? $"{row.Source} has priority {mine}, {universe.Sources[universe.SourceNumbers[other.Value]]} {its}"
                : request.Fixed.Contains(locked) ? $"{request.BaseName} has {row.Version}"
                : request.Preferred.Contains(locked) ? $"the lock keeps {row.Version}"
                : $"{row.Version} comes first";
        }

        return $"the lock was made when there was {row.Version}";
    }

    private static string Hint(SolvingGround ground, DebRequest request, RecipeFile file, LockedPackage row, string version)
    {
        var moved = DebSolver.Solve(ground.Universe, request with { Preferred = [] }, CancellationToken.None) is SolveResult.Solution solution
            && solution.Packages.Any(p => ground.Universe.Text(ground.Universe.Names[p.Package.Value]) == row.Name && ground.Universe.Text(ground.Universe.Versions[p.Package.Value]) == version);
        return moved ? $"ez update {file.Recipe.Name}" : $"ask for `{row.Name} = {version}` in `packages:` of {file.FullPath}";
    }
}
