using EzTemplates.Domain;
using EzTemplates.Formats;
using EzTemplates.Solver;

namespace EzTemplates.Operations;

/// <summary><c>ez repo check</c> of RPMs: each package that is offered, for itself on an empty system, in its very version.</summary>
internal static class CheckRpmRepository
{
    private sealed record Verdict(BrokenPackage? Broken, bool IsLookedAt);

    /// <summary>What a recipe's repositories offer.</summary>
    public static RepositoryCheckReport Run(Workspace workspace, string what, RpmGround ground, RecipeFile file, CancellationToken cancel) =>
        Run(workspace, what, ground, RpmLockRequest.Of(ground, new LockQuestion(file, null, null, UpdateScope.All)) with { Install = [] }, cancel);

    /// <summary>What a primary.xml offers, for the architecture of most of its packages.</summary>
    public static RepositoryCheckReport RunAlone(Workspace workspace, string path, CancellationToken cancel)
    {
        var ground = new RpmGround([], workspace.Steps.Run("read", () => Read(path)));
        var native = Enumerable.Range(0, ground.Universe.PackageCount)
            .Select(number => ground.Universe.Text(ground.Universe.Architectures[number])).Where(name => name != "noarch")
            .CountBy(name => name).OrderByDescending(count => count.Value).ThenBy(count => count.Key, StringComparer.Ordinal).Select(count => count.Key).FirstOrDefault("noarch");
        return Run(workspace, path, ground, new RpmRequest { Install = [], Architectures = RpmLockRequest.ArchitecturesOf(native), InstallOnly = false }, cancel);
    }

    private static RpmUniverse Read(string path)
    {
        using var file = File.OpenRead(path);
        using var decoded = Decompression.Open(file, CompressionNames.OfName(path), new DecompressionOptions { Threads = 2 });
        var builder = new RpmUniverseBuilder();
        builder.AddPrimary(Path.GetFileName(path), decoded, path);
        return builder.ToUniverse();
    }

    private static RepositoryCheckReport Run(Workspace workspace, string what, RpmGround ground, RpmRequest request, CancellationToken cancel)
    {
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
