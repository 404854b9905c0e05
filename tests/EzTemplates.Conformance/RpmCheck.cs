using EzTemplates.Domain;
using EzTemplates.Solver;

namespace EzTemplates.Conformance;

/// <summary>
/// Asks for every package of the repositories, one at a time and in its very version, and compares with what libsolv's installcheck
/// says of each: rows <c>name-epoch:version-release.arch, repository, installable or broken</c>. It passes over architectures that are
/// not the machine's own, and knows no colours: packages of one name never stand side by side there.
/// </summary>
internal static class RpmCheck
{
    public const string Usage = "--repo DIR... --truth FILE.tsv[.gz]";

    public static void Run(Arguments arguments, Tally tally)
    {
        // Two repositories may have a package: it is installable if either's is.
        var universe = RpmRepository.Read(arguments.All("--repo"), [], tally.Note);
        var truth = DataFiles.Tabbed(arguments.Required("--truth")).GroupBy(r => r[0], r => r[2] == "installable", StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Any(installable => installable), StringComparer.Ordinal);
        var timing = new Timing();
        var broken = 0;
        for (var i = 0; i < universe.PackageCount; i++)
        {
            var package = new PackageId(i);
            var name = NameOf(universe, package);
            if (!name.EndsWith("86", StringComparison.Ordinal) && truth.TryGetValue(name, out var expected))
            {
                var request = On(universe, package);
                var isInstallable = timing.Measure(name, () => RpmSolver.IsSolvable(universe, request, CancellationToken.None), out _);
                broken += isInstallable ? 0 : 1;
                tally.Count(isInstallable == expected ? null : $"{name}: {(expected ? "installable, we say not" : "broken, we say it is not")}");
            }
        }

        tally.Note($"{broken} are broken; {timing}");
    }

    private static string NameOf(RpmUniverse universe, PackageId package) =>
        $"{universe.Text(universe.Names[package.Value])}-{universe.Text(universe.Versions[package.Value])}.{universe.Text(universe.Architectures[package.Value])}";

    private static RpmRequest On(RpmUniverse universe, PackageId package) => new()
    {
        Install = [new PackageRequest(
            universe.Text(universe.Names[package.Value]),
            VersionRelation.Equal,
            universe.Text(universe.Versions[package.Value]),
            universe.Text(universe.Architectures[package.Value]))],
        Architectures = ["x86_64", "i686", "i586", "i486", "i386"],
        Multilib = false,
        Sources = [.. universe.Sources.Select(_ => new RpmSourcePolicy(99, true))],
    };
}
