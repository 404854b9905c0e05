using EzTemplates.Cli.Tests.Real;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Rpm;

/// <summary>Systems of drawn packages, and applications on them, equal path by path and header by header what dnf installs of the same packages.</summary>
[Collection(OtherNamespaces.Name)]
public sealed class DnfComparisonTests
{
    private const int MostAllowed = 20;
    internal const string Allowed = "dnf-differences.txt";

    [Fact]
    public void The_list_of_allowed_differences_names_few_single_paths_and_spares_programs()
    {
        var allowed = PeerDifferences.Read(Allowed).Lines;
        Assert.InRange(allowed.Count, 1, MostAllowed);
        Assert.DoesNotContain(allowed, line => line.Path.Contains('*', StringComparison.Ordinal) || line.Path.StartsWith("/usr/bin", StringComparison.Ordinal)
            || line.Path.StartsWith("/usr/sbin", StringComparison.Ordinal) || line.Path.StartsWith("/usr/lib", StringComparison.Ordinal));
        Assert.All(allowed, line => Assert.True(line.Why.Length > 5, line.Path));
    }

    [Fact]
    public void Drawn_systems_and_applications_equal_what_dnf_installs()
    {
        Requires.Overlay();
        foreach (var tool in (string[])["dnf", "rpm", "rpmbuild", "rpmsign", "busybox", "python3"])
        {
            Requires.Tool(tool);
        }

        var random = TestSeed.Random(nameof(DnfComparisonTests));
        for (var round = 0; round < TestScale.Of(1, 25); round++)
        {
            Compare(new DrawnRpms(random, TestScale.Of(8, 10 + random.Next(20))), $"round {round}, {TestSeed.Hint}");
        }
    }

    private static void Compare(DrawnRpms drawn, string about)
    {
        using var repository = new GeneratedRpmRepository();
        using var server = new LocalServer(repository.Root);
        repository.Publish(new RpmPublishOptions { Date = Ground.Day(0) }, repository.Sign(drawn.Build()));
        using var compared = new ComparedRecipes(server.Address, repository.KeyFile, string.Join(", ", drawn.Os), string.Join(", ", drawn.App));
        var told = compared.Compare(PeerDifferences.Read(Allowed)).Told;
        Assert.True(told.Count == 0, $"{about}:\n{string.Join('\n', told.Take(60))}");
    }
}
