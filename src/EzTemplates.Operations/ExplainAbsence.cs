using EzTemplates.Domain;
using EzTemplates.Solver;

namespace EzTemplates.Operations;

/// <summary><c>ez why-not</c>: why a package, or a version of it, is not in a lock. Asks the solver, and changes nothing.</summary>
public static class ExplainAbsence
{
    internal const string Locked = "locked";
    internal const string Possible = "possible";
    internal const string Impossible = "impossible";

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
        if (file.Os.Family == PackageFamily.Rpm)
        {
            return new RpmAbsence(await RpmGround.OpenAsync(workspace, file, os, cancel).ConfigureAwait(false), file, (held, os)).Answer(name, version, cancel);
        }

        var ground = await DebGround.OpenAsync(workspace, file, os, cancel).ConfigureAwait(false);
        var request = LockRequest.Of(ground, file, held, os, UpdateScope.None);
        var updating = LockRequest.Of(ground, file, held, os, UpdateTemplates.ScopeOf(file, []));
        return Answer(ground, (request, updating), file, (held, os), (name, version), cancel) is { } answer ? (answer, null) : (null, LockRequest.NearHint(ground, name));
    }

    private static WhyNotAnswer? Answer(
        DebGround ground, (DebRequest Lock, DebRequest Update) requests, RecipeFile file, (TemplateLock? Own, TemplateLock? Os) locks, (string Name, string? Version) asked, CancellationToken cancel)
    {
        var request = requests.Lock;
        var choice = new DebChoice(ground.Universe, request);
        WhyNotAnswer Of(string? version, string outcome, string? hint, params IReadOnlyList<string> why) =>
            new(outcome == Locked && Row(locks.Own, asked.Name) is null ? locks.Os!.Template : file.Recipe.Name, asked.Name, version, outcome, why, hint);
        var row = Row(locks.Own, asked.Name) ?? Row(locks.Os, asked.Name);
        var version = asked.Version ?? (row is null ? null : Newer(ground, choice, row));
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
                : Of(version, Impossible, WithoutQuestion(conflict.Hint, wanted), conflict.Lines);
        }

        return row is null
            ? Of(version, Possible, $"add `{wanted}` to `packages:` in {file.FullPath}", Refused(ground, choice, asked.Name) ?? "nothing that the recipe asks for needs it")
            : Of(version, Possible, Hint(ground, requests.Update, file, row, version!, cancel), PreferenceOver(ground, request, choice, row, version!));
    }

    internal static LockedPackage? Row(TemplateLock? held, string name) => held?.Packages.FirstOrDefault(p => p.Name == name && held.IsNative(p));

    /// <summary>The newest version above the row's that a repository has.</summary>
    private static string? Newer(DebGround ground, DebChoice choice, LockedPackage row)
    {
        string? newest = null;
        foreach (var package in choice.Natives(row.Name))
        {
            var version = ground.Universe.Text(ground.Universe.Versions[package.Value]);
            newest = DebVersionOrder.Compare(version, newest ?? row.Version) > 0 ? version : newest;
        }

        return newest;
    }

    /// <summary>To leave out what was asked after is no advice; what else the hint names is.</summary>
    internal static string? WithoutQuestion(string? hint, PackageRequest wanted) =>
        hint is null || hint == $"leave out `{wanted}`" ? null
        : hint.Replace($"leave out `{wanted}` or ", "leave out ", StringComparison.Ordinal).Replace($" or `{wanted}`", "", StringComparison.Ordinal)
            .Replace($"leave out `{wanted}`, or ", "", StringComparison.Ordinal);

    private static string? Refused(DebGround ground, DebChoice choice, string name) =>
        choice.Natives(name).Select(package => choice.Refusal(package) is { } refusal ? $"{ground.Universe.Describe(package)} {refusal}" : null).FirstOrDefault(text => text is not null);

    /// <summary>Why the lock's row comes first although the other version could be had.</summary>
    private static string PreferenceOver(DebGround ground, DebRequest request, DebChoice choice, LockedPackage row, string version)
    {
        var universe = ground.Universe;
        var others = choice.Natives(row.Name).Where(p => DebVersionOrder.Compare(universe.Text(universe.Versions[p.Value]), version) == 0).ToList();
        if (ground.FindAll([row]) is not [var locked])
        {
            return $"the lock was made when there was {row.Version}";
        }

        var mine = choice.PriorityOf(locked);
        return others is [var other, ..] && choice.PriorityOf(other) is var its && mine > its ? $"{row.Source} has priority {mine}, {universe.Sources[universe.SourceNumbers[other.Value]]} {its}"
            : request.Fixed.Contains(locked) ? $"{request.BaseName} has {row.Version}"
            : request.Preferred.Contains(locked) ? $"the lock keeps {row.Version}"
            : $"{row.Version} comes first";
    }

    /// <summary><c>ez update</c> where that, as the recipe updates, brings the version.</summary>
    private static string Hint(DebGround ground, DebRequest update, RecipeFile file, LockedPackage row, string version, CancellationToken cancel)
    {
        var moved = DebSolver.Solve(ground.Universe, update, cancel) is SolveResult.Solution solution
            && solution.Packages.Any(p => ground.Universe.Text(ground.Universe.Names[p.Package.Value]) == row.Name && ground.Universe.Text(ground.Universe.Versions[p.Package.Value]) == version);
        return moved ? $"ez update {file.Recipe.Name}" : $"ask for `{row.Name} = {version}` in `packages:` of {file.FullPath}";
    }
}
