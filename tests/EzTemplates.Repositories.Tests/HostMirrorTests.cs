using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Repositories.Tests;

public sealed class HostMirrorTests
{
    [Fact]
    public async Task This_machines_own_mirror_serves_its_suites_and_the_next_release()
    {
        Requires.HostMirror();
        var host = HostAptSources.Read();
        Assert.SkipUnless(host.Sources.Any(s => s.Suite == "bookworm" && s.Components.Contains("main")), "this host's APT does not name bookworm");
        using var temp = new TempFolder();
        using var client = new MirrorClient();
        var sources = new MirrorSources { Host = host };
        ImmutableArray<ResolvedRepository> repositories =
        [
            RepositoryResolver.Resolve(Spec("debian", "bookworm"), sources),
            RepositoryResolver.Resolve(Spec("debian", "trixie"), sources),
        ];
        var options = new SnapshotOptions { Cancel = TestContext.Current.CancellationToken };
        var fetcher = new SnapshotFetcher(client, temp.Root);
        var first = await fetcher.FetchAsync(repositories[..1], ["amd64"], options);
        Assert.Equal("bookworm", first[0].Release.Codename);
        Assert.Single(first[0].Indexes);
        var universe = UniverseCache.Open(temp.Root, first);
        Assert.NotEqual(0, universe.Named(universe.Find("nginx")!.Value).Length);

        // Nothing but the Release comes the second time: the index is there by its digest.
        var bytes = client.Statistics.Sum(m => m.Bytes);
        var second = await fetcher.FetchAsync(repositories[..1], ["amd64"], options);
        Assert.True(second[0].IsUnchanged);
        Assert.Equal(bytes, client.Statistics.Sum(m => m.Bytes));
        Assert.Equal("trixie", repositories[1].Suites[0].Suite);
        Assert.Equal(first[0].MirrorRoots[0], repositories[1].Suites[0].Choices[0].Roots[0]);
    }

    private static RepositorySpec Spec(string id, string suite) => new()
    {
        Id = id,
        Mirrors = ["host"],
        Suites = [suite],
        Components = ["main"],
        Keys = new KeySource.Host(),
    };
}
