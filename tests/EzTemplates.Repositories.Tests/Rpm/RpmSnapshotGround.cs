using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Repositories.Tests.Rpm;

/// <summary>A generated, signed rpm-md repository on a server, and a metadata directory to fetch it into.</summary>
internal sealed class RpmSnapshotGround : IDisposable
{
    private readonly TempFolder _temp = new();

    public RpmSnapshotGround()
    {
        Requires.Tool("gpgv");
        Repository = new GeneratedRpmRepository();
        Server = new LocalServer(Repository.Root);
        Client = new MirrorClient(new FetchSettings { HedgeDelay = Wait, StallTimeout = Wait * 2, Time = Time });
    }

    private static TimeSpan Wait => TimeSpan.FromSeconds(40);

    public static DateTimeOffset Day(int number) => new DateTimeOffset(2024, 6, 1, 0, 0, 0, TimeSpan.Zero).AddDays(number);

    public GeneratedRpmRepository Repository { get; }

    public LocalServer Server { get; }

    public SkippingTime Time { get; } = new(Wait, Wait * 2);

    public MirrorClient Client { get; }

    public string Metadata => _temp.At("metadata");

    public Uri ServerRoot => new(Server.Address + "/");

    public IEnumerable<string> Asked => Server.Requests.Select(request => request.Path);

    public static GeneratedRpm Hello(string version) => new("hello", version);

    public void Publish(string version, int day = 0) => Repository.Publish(new RpmPublishOptions { Date = Day(day) }, Hello(version));

    /// <summary>The repository at the server, signed with its own key.</summary>
    public ResolvedRpmRepository Resolved => new()
    {
        Id = "demo",
        Roots = [ServerRoot],
        Keys = new TrustedKeys([Repository.KeyFile], [], []),
        Place = "demo's",
    };

    public async Task<RpmSnapshot> FetchAsync(ResolvedRpmRepository? repository = null, bool offline = false)
    {
        var options = new SnapshotOptions { Offline = offline, Cancel = TestContext.Current.CancellationToken };
        return Assert.Single(await new RpmSnapshotFetcher(Client, Metadata).FetchAsync([repository ?? Resolved], options));
    }

    public async Task<EzException> RefusedAsync(ResolvedRpmRepository? repository = null)
    {
        var refused = await Assert.ThrowsAnyAsync<EzException>(() => FetchAsync(repository));
        Assert.NotNull(refused.Hint);
        return refused;
    }

    public RpmUniverse Open(RpmSnapshot snapshot, params string[] paths) =>
        RpmUniverseCache.Open(Metadata, [snapshot], paths, warning => Assert.Fail(warning.ToString()));

    public ImmutableArray<string> Versions(RpmSnapshot snapshot, string name = "hello")
    {
        var universe = Open(snapshot);
        var (first, count) = universe.Find(name) is { } id ? universe.Named(id) : (0, 0);
        return [.. Enumerable.Range(first, count).Select(number => universe.Text(universe.Versions[number]))];
    }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
        Repository.Dispose();
        _temp.Dispose();
    }
}
