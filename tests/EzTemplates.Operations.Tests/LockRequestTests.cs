using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats;
using EzTemplates.Repositories;
using EzTemplates.Solver;
using EzTemplates.Testing;

namespace EzTemplates.Operations.Tests;

/// <summary>What of a recipe and of its archives decides between sources.</summary>
public sealed class LockRequestTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("", "", "3 of second/main")]
    [InlineData("", "NotAutomatic", "2 of first/main")]
    [InlineData("priority: 600", "NotAutomatic ButAutomaticUpgrades", "3 of second/main")]
    [InlineData("priority: 400", "", "2 of first/main")]
    [InlineData("priority: 501", "", "3 of second/main")]
    public void The_author_s_priority_comes_before_what_an_archive_says_of_itself(string priority, string release, string expected) =>
        Assert.Equal(expected, Chosen(priority, release, ""));

    [Fact]
    public void Pins_come_before_priorities()
    {
        Assert.Equal("2 of first/main", Chosen("priority: 600", "", "pins: [{package: tool, source: first/*, priority: 700}]"));
        Assert.Equal("1 of first/main", Chosen("priority: 600", "", "pins: [{package: to*, version: \"1*\", priority: 700}]"));
        Assert.Equal("2 of first/main", Chosen("", "", "pins: [{package: \"*\", source: second/*, priority: -1}]"));
    }

    private string Chosen(string priority, string release, string more)
    {
        var file = RecipeFile.Load(_temp.WriteFile(
            "os.yaml",
            $$"""
            format: 1
            name: os
            kind: os
            version: "1.0"
            family: deb
            architecture: amd64
            repositories:
              - {id: first, mirrors: [host], suites: [main], components: [main], keys: host}
              - {id: second, mirrors: [host], suites: [main], components: [main], keys: host{{(priority == "" ? "" : ", " + priority)}}}
            packages: [tool]
            {{more}}

            """));
        var builder = new UniverseBuilder();
        builder.AddIndex(new PackagesIndex("first/main", Encoding.UTF8.GetBytes(Stanza("1") + Stanza("2")), "first"));
        builder.AddIndex(new PackagesIndex("second/main", Encoding.UTF8.GetBytes(Stanza("3")), "second"));
        var ground = new DebGround([Snapshot("first", ""), Snapshot("second", release)], builder.ToUniverse());
        var chosen = new DebChoice(ground.Universe, LockRequest.Of(ground, file, null, null, UpdateScope.All)).Candidate("tool")!.Value;
        return $"{ground.Universe.Text(ground.Universe.Versions[chosen.Value])} of {ground.Universe.Sources[ground.Universe.SourceNumbers[chosen.Value]]}";
    }

    private static AptSnapshot Snapshot(string repository, string release) => new()
    {
        Repository = repository,
        Suite = "main",
        Name = Sha256Digest.Of(Encoding.UTF8.GetBytes(repository)),
        Release = new ReleaseInfo
        {
            Files = new Dictionary<string, ReleaseEntry>(),
            Date = DateTimeOffset.UnixEpoch,
            NotAutomatic = release.Contains("NotAutomatic", StringComparison.Ordinal),
            ButAutomaticUpgrades = release.Contains("ButAutomaticUpgrades", StringComparison.Ordinal),
        },
        Priority = 500,
        MirrorRoots = [],
        SignedBy = "",
        Indexes = [],
        IsUnchanged = false,
    };

    private static string Stanza(string version) =>
        $"Package: tool\nVersion: {version}\nArchitecture: amd64\nFilename: pool/tool_{version}.deb\nSize: 1\nSHA256: {Sha256Digest.Of(Encoding.UTF8.GetBytes(version))}\n\n";
}
