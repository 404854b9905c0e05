using EzTemplates.Domain;
using EzTemplates.Solver;

namespace EzTemplates.Operations;

/// <summary><c>ez repo check</c> of an RPM recipe: each package that its repositories offer, for itself on an empty system, in its very version.</summary>
internal static class CheckRpmRepository
{
    private sealed record Verdict(BrokenPackage? Broken, bool IsLookedAt);

    public static RepositoryCheckReport Run(Workspace workspace, string what, RpmGround ground, RecipeFile file, CancellationToken cancel)
    {
        var request = RpmLockRequest.Of(ground, new LockQuestion(file, null, null, UpdateScope.All)) with { Install = [] };
        var verdicts = workspace.Steps.Run("check", () => Enumerable.Range(0, ground.Universe.PackageCount)
            .AsParallel().AsOrdered().WithCancellation(cancel)
            .Select(number => Judge(ground, request, new PackageId(number), cancel)).ToList());
        return new RepositoryCheckReport(what, verdicts.Count(v => v.IsLookedAt), [.. verdicts.Select(v => v.Broken).OfType<BrokenPackage>()], [], workspace.Steps.Times());
    }

    /// <summary>What the recipe keeps out itself, or has no architecture for, is not looked at.</summary>
    private static Verdict Judge(RpmGround ground, RpmRequest request, PackageId package, CancellationToken cancel)
    {
        var universe = ground.Universe;
        var (name, version, architecture) = (universe.Text(universe.Names[package.Value]), ground.VersionOf(package), universe.Text(universe.Architectures[package.Value]));
        if (architecture != "noarch" && !request.Architectures.Contains(architecture))
        {
            return new Verdict(null, false);
        }

        var wanted = new PackageRequest(name, VersionRelation.Equal, version, architecture == "noarch" ? "" : architecture);
        var alone = request with { Install = [wanted] };
        if (RpmSolver.IsSolvable(universe, alone, cancel))
        {
            return new Verdict(null, true);
        }

        return RpmSolver.Solve(universe, alone, cancel) is SolveResult.Unsolvable { Conflict: var conflict }
            && conflict.Unknown is not { Cause: UnknownCause.Excluded or UnknownCause.Held or UnknownCause.Forbidden }
                ? new Verdict(new BrokenPackage(name, version, architecture, ground.SourceOf(package), CheckRepository.LinesOf(conflict)), true)
                : new Verdict(null, false);
    }
}
