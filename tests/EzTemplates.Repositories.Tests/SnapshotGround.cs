using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Repositories.Tests;

/// <summary>A generated, signed repository on a server, and a metadata directory to fetch it into.</summary>
internal sealed class SnapshotGround : IDisposable
{
    private readonly TempFolder _temp = new();

    public SnapshotGround()
    {
        Requires.Tool("gpgv");
        Repository = new GeneratedRepository();
        Server = new LocalServer(Repository.Root);
        Client = new MirrorClient(new FetchSettings { HedgeDelay = Wait, StallTimeout = Wait * 2, Time = Time });
    }

    private static TimeSpan Wait => TimeSpan.FromSeconds(40);

    public GeneratedRepository Repository { get; }

    public LocalServer Server { get; }

    public SkippingTime Time { get; } = new(Wait, Wait * 2);

    public MirrorClient Client { get; }

    public string Metadata => _temp.At("metadata");

    public TrustedKeys Keys { get; set; } = TrustedKeys.None;

    /// <summary>Null: the host's.</summary>
    public ReleaseVerifier? Verifier { get; set; }

    public bool TrustUnsigned { get; set; }

    /// <summary>Empty: the server alone, with <see cref="Keys"/> or the repository's own.</summary>
    public ImmutableArray<MirrorChoice> Choices { get; set; } = [];

    public TrustedKeys OwnKeys => new([Repository.KeyFile], [], []);

    public Uri ServerRoot => new(Server.Address + "/");

    public static Uri RootOf(GeneratedRepository repository) => new($"file://{repository.Root}/");

    public IEnumerable<string> Asked => Server.Requests.Select(r => r.Path);

    public static GeneratedPackage Package(string version) => new GeneratedPackage("hello", version).File("/usr/share/hello", version);

    public PublishedSnapshot Publish(string version, PublishOptions? options = null) => Repository.Publish(options ?? new PublishOptions(), Package(version));

    public async Task<AptSnapshot> FetchAsync(bool offline = false, string suite = "stable-one")
    {
        ImmutableArray<MirrorChoice> choices = Choices.IsEmpty ? [new MirrorChoice([ServerRoot], Keys.IsEmpty ? OwnKeys : Keys)] : Choices;
        var repository = new ResolvedRepository
        {
            Id = "demo",
            Suites = [new ResolvedSuite(suite, choices)],
            Components = ["main"],
            TrustUnsigned = TrustUnsigned,
        };
        var options = new SnapshotOptions { Offline = offline, Cancel = TestContext.Current.CancellationToken };
        return Assert.Single(await new SnapshotFetcher(Client, Metadata, Verifier).FetchAsync([repository], ["amd64"], options));
    }

    public async Task<EzException> RefusedAsync(string suite = "stable-one")
    {
        var refused = await Assert.ThrowsAnyAsync<EzException>(() => FetchAsync(suite: suite));
        Assert.NotNull(refused.Hint);
        return refused;
    }

    public ImmutableArray<string> Versions(params AptSnapshot[] snapshots)
    {
        var universe = UniverseCache.Open(Metadata, snapshots);
        return [.. universe.Named(universe.Find("hello")!.Value).ToArray().Select(p => universe.Text(universe.Versions[p.Value]))];
    }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
        Repository.Dispose();
        _temp.Dispose();
    }
}
