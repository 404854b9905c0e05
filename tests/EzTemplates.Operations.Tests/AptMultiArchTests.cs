using System.Collections.Immutable;
using System.Text.RegularExpressions;
using EzTemplates.Domain;
using EzTemplates.Repositories;
using EzTemplates.Solver;
using EzTemplates.Testing;

namespace EzTemplates.Operations.Tests;

/// <summary>
/// Three architectures of this machine's mirror in one universe. APT is given each of our sets whole: it must take it as it is, adding
/// and leaving out nothing; and what we cannot solve, it must refuse.
/// </summary>
public sealed partial class AptMultiArchTests : IDisposable
{
    private static readonly string[] Architectures = ["amd64", "i386", "arm64"];

    private static readonly string[] Classics =
    [
        "wine32:i386 wine64", "gcc-multilib libc6:i386", "gcc:arm64", "libc6:i386 libc6:arm64 libc6", "python3:i386", "python3-minimal:arm64 python3", "make:i386 gcc", "bash:i386 bash",
        "perl:i386 libdbi-perl", "nginx:arm64",
    ];

    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Sets_of_several_architectures_are_those_that_apt_takes()
    {
        Requires.HostMirror();
        Requires.Tool("gpgv");
        var snapshots = await FetchAsync();
        var universe = UniverseCache.Open(_temp.At("metadata"), snapshots);
        var apt = new AptGround(_temp, _temp.At("metadata"));
        apt.Make(snapshots, "", Architectures);
        var (solved, refused) = (0, 0);
        foreach (var roots in Classics.Take(TestScale.Of(4, Classics.Length)).Concat(Draw(universe, TestScale.Of(2, 200))).Select(line => line.Split(' ')))
        {
            var request = new DebRequest { Install = [.. roots.Select(Root)], NativeArchitecture = Architectures[0] };
            if (DebSolver.Solve(universe, request, TestContext.Current.CancellationToken) is SolveResult.Solution solution)
            {
                solved++;
                string[] ours = [.. solution.Packages.Select(p => Name(universe, p.Package)).Order(StringComparer.Ordinal)];
                var taken = apt.Run("apt-get", ["install", "-s", "--no-install-recommends", .. ours]);
                Assert.True(taken.ExitCode == 0, $"{string.Join(' ', roots)}: APT does not take our set:\n{taken.Output}{taken.Error}\n{TestSeed.Hint}");
                Assert.Equal(ours, Installed(taken));
            }
            else
            {
                refused++;
                var tried = apt.Run("apt-get", ["install", "-s", "--no-install-recommends", .. roots]);
                Assert.True(tried.ExitCode != 0, $"{string.Join(' ', roots)}: APT finds a set, we none\n{TestSeed.Hint}");
            }
        }

        TestNotes.Write($"{solved} solved, {refused} refused");
        Assert.True(solved > refused);
    }

    private async Task<ImmutableArray<AptSnapshot>> FetchAsync()
    {
        var host = HostAptSources.Read();
        using var client = new MirrorClient();
        var spec = new RepositorySpec { Id = "debian", Mirrors = ["host"], Suites = ["bookworm"], Components = ["main"], Keys = new KeySource.Host() };
        var snapshots = ImmutableArray.CreateBuilder<AptSnapshot>();
        foreach (var architecture in Architectures)
        {
            ImmutableArray<ResolvedRepository> repositories = [RepositoryResolver.Resolve(spec, new MirrorSources { Host = host, Architecture = architecture })];
            snapshots.AddRange(await new SnapshotFetcher(client, _temp.At("metadata")).FetchAsync(repositories, [architecture], new SnapshotOptions { Cancel = TestContext.Current.CancellationToken }));
        }

        return snapshots.ToImmutable();
    }

    /// <summary>Foreign packages, some of them beside a native one.</summary>
    private static IEnumerable<string> Draw(PackageUniverse universe, int count)
    {
        var random = TestSeed.Random("foreign packages");
        string Any(Func<string, bool> isWanted)
        {
            while (true)
            {
                var package = random.Next(universe.PackageCount);
                if (isWanted(universe.Text(universe.Architectures[package])))
                {
                    return $"{universe.Text(universe.Names[package])}:{universe.Text(universe.Architectures[package])}";
                }
            }
        }

        for (var i = 0; i < count; i++)
        {
            yield return Any(a => a is "i386" or "arm64") + (i % 2 == 0 ? "" : " " + Any(a => a == "amd64"));
        }
    }

    private static PackageRequest Root(string text) =>
        text.Split(':') is [var name, var architecture] ? new PackageRequest(name, Architecture: architecture) : new PackageRequest(text);

    private static string Name(PackageUniverse universe, PackageId package)
    {
        var architecture = universe.Text(universe.Architectures[package.Value]);
        return $"{universe.Text(universe.Names[package.Value])}:{(architecture == "all" ? Architectures[0] : architecture)}={universe.Text(universe.Versions[package.Value])}";
    }

    /// <summary><c>Inst name[:arch] (version source [arch])</c>.</summary>
    private static string[] Installed(ToolRun run) =>
    [
        .. run.Lines.Select(line => InstLine().Match(line)).Where(m => m.Success)
            .Select(m => $"{m.Groups[1].Value}:{(m.Groups[3].Value == "all" ? Architectures[0] : m.Groups[3].Value)}={m.Groups[2].Value}")
            .Order(StringComparer.Ordinal),
    ];

    [GeneratedRegex(@"^Inst ([^ :]+)(?::[a-z0-9]+)? \((\S+) [^\[]*\[([a-z0-9]+)\]")]
    private static partial Regex InstLine();
}
