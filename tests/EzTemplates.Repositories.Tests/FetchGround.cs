using System.Collections.Immutable;
using System.Security.Cryptography;
using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Repositories.Tests;

/// <summary>Some mirrors with the same files, a place to fetch to, and a client whose pauses take no time.</summary>
internal sealed class FetchGround : IDisposable
{
    private readonly TempFolder _temp = new();

    public FetchGround(int mirrors = 1, TimeSpan? stall = null)
    {
        Files = _temp.MakeFolder("files");
        Destination = _temp.MakeFolder("destination");
        Mirrors = [.. Enumerable.Range(0, mirrors).Select(_ => new LocalServer(Files))];
        var (limit, hedge) = (stall ?? TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(41));
        Time = new SkippingTime(limit, hedge);
        Client = new MirrorClient(new FetchSettings { StallTimeout = limit, HedgeDelay = hedge, Time = Time, UserAgent = "ez/test" });
    }

    public string Files { get; }

    public string Destination { get; }

    public ImmutableArray<LocalServer> Mirrors { get; }

    public SkippingTime Time { get; }

    public MirrorClient Client { get; }

    /// <summary>A file of seeded bytes on every mirror.</summary>
    public FetchItem Publish(string name, int size = 300_000)
    {
        var content = new byte[size];
        new Random(size).NextBytes(content);
        File.WriteAllBytes(Path.Combine(Files, name), content);
        return new FetchItem(
            name, [.. Mirrors.Select(m => new Uri($"{m.Address}/{name}"))], size, new Sha256Digest(SHA256.HashData(content)), Path.Combine(Destination, name));
    }

    public Task<FetchReport> FetchAsync(params FetchItem[] items) =>
        new PackageFetcher(Client).FetchAsync(items, new FetchOptions { Cancel = TestContext.Current.CancellationToken });

    public static void AssertWhole(FetchItem item)
    {
        Assert.Equal(item.Digest.Start, Sha256Digest.Of(File.ReadAllBytes(item.DestinationPath)));
        Assert.False(File.Exists(item.DestinationPath + ".part"));
    }

    public void Dispose()
    {
        Client.Dispose();
        foreach (var mirror in Mirrors)
        {
            mirror.Dispose();
        }

        _temp.Dispose();
    }
}
