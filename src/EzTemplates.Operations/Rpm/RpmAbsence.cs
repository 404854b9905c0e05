using EzTemplates.Domain;
using EzTemplates.Solver;

namespace EzTemplates.Operations;

/// <summary>Why a package, or a version of it, is not in an RPM recipe's lock.</summary>
internal sealed class RpmAbsence(RpmGround ground, RecipeFile file, (TemplateLock? Own, TemplateLock? Os) locks)
{
    private RpmRequest RequestOf(UpdateScope scope) => RpmLockRequest.Of(ground, new LockQuestion(file, locks.Own, locks.Os, scope));

    /// <returns>No answer but names that are near, where no repository has the package.</returns>
    public (WhyNotAnswer? Answer, string? Near) Answer(string name, string? asked, CancellationToken cancel)
    {
        var row = ExplainAbsence.Row(locks.Own, name) ?? ExplainAbsence.Row(locks.Os, name);
        var version = asked ?? (row is null ? null : Newer(row));
        WhyNotAnswer Of(string? about, string outcome, string? hint, params IReadOnlyList<string> why) =>
            new(outcome == ExplainAbsence.Locked && ExplainAbsence.Row(locks.Own, name) is null ? locks.Os!.Template : file.Recipe.Name, name, about, outcome, why, hint);
        if (row is not null && (version is null || version == row.Version))
        {
            return (Of(row.Version, ExplainAbsence.Locked, $"ez why {name}", $"{row} is locked{(asked is null ? ", and no repository has a newer one" : "")}"), null);
        }

        var request = RequestOf(UpdateScope.None);
        var wanted = version is null ? new PackageRequest(name) : new PackageRequest(name, VersionRelation.Equal, version);
        if (RpmSolver.Solve(ground.Universe, request with { Install = request.Install.Insert(0, wanted) }, cancel) is SolveResult.Unsolvable { Conflict: var conflict })
        {
            return conflict.Unknown is { Cause: UnknownCause.NoSuchName }
                ? (null, RpmLockRequest.NearHint(ground, name))
                : (Of(version, ExplainAbsence.Impossible, ExplainAbsence.WithoutQuestion(conflict.Hint, wanted), conflict.Lines), null);
        }

        return (row is null
            ? Of(version, ExplainAbsence.Possible, $"add `{wanted}` to `packages:` in {file.FullPath}", "nothing that the recipe asks for needs it")
            : Of(version, ExplainAbsence.Possible, Hint(row, version!, cancel), PreferenceOver(request, row, version!)), null);
    }

    /// <summary>The newest version above the row's that a repository has in its architecture.</summary>
    private string? Newer(LockedPackage row) => ground.Named(row.Name)
        .Where(package => ground.Universe.Text(ground.Universe.Architectures[package.Value]) == row.Architecture)
        .Select(ground.VersionOf)
        .Where(version => RpmVersionOrder.Compare(version, row.Version) > 0)
        .Aggregate((string?)null, (newest, version) => newest is null || RpmVersionOrder.Compare(version, newest) > 0 ? version : newest);

    /// <summary>Why the lock's row comes first although the other version could be had.</summary>
    private string PreferenceOver(RpmRequest request, LockedPackage row, string version)
    {
        if (ground.FindAll([row]) is not [var locked])
        {
            return $"the lock was made when there was {row.Version}";
        }

        int PriorityOf(PackageId package) => request.Sources[ground.Universe.SourceNumbers[package.Value]].Priority;
        var pins = new RpmPins(ground.Universe, request);
        var others = ground.Named(row.Name).Where(package => ground.VersionOf(package) == version).ToList();
        return others is [var pinned, ..] && pins.RankOf(locked) is var high && pins.RankOf(pinned) is var low && low < high ? $"by pins {row.Version} has priority {high}, {version} {low}"
            : others is [var other, ..] && PriorityOf(locked) is var mine && PriorityOf(other) is var its && mine < its ? $"{row.Source} has priority {mine}, {ground.SourceOf(other)} {its}"
            : request.Fixed.Contains(locked) ? $"{request.BaseName} has {row.Version}"
            : request.Preferred.Contains(locked) ? $"the lock keeps {row.Version}"
            : $"{row.Version} comes first";
    }

    /// <summary><c>ez update</c> where that, as the recipe updates, brings the version.</summary>
    private string Hint(LockedPackage row, string version, CancellationToken cancel)
    {
        var moved = RpmSolver.Solve(ground.Universe, RequestOf(UpdateTemplates.ScopeOf(file, [])), cancel) is SolveResult.Solution solution
            && solution.Packages.Any(p => ground.Universe.Text(ground.Universe.Names[p.Package.Value]) == row.Name && ground.VersionOf(p.Package) == version);
        return moved ? $"ez update {file.Recipe.Name}" : $"ask for `{row.Name} = {version}` in `packages:` of {file.FullPath}";
    }
}
