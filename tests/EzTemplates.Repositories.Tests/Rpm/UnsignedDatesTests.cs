using System.Globalization;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Repositories.Tests.Rpm;

/// <summary>Mirrors of a repository whose metadata nobody signs, each with the date that it likes.</summary>
public sealed class UnsignedDatesTests : IDisposable
{
    private readonly RpmSnapshotGround _ground = new();
    private readonly List<string> _warnings = [];

    public void Dispose() => _ground.Dispose();

    [Theory]
    [InlineData(RpmTrust.Packages)]
    [InlineData(RpmTrust.Unsigned)]
    public async Task One_mirror_that_dates_its_metadata_anew_does_not_shut_out_the_others(RpmTrust trust)
    {
        var (first, second) = (Mirror("first", day: 1), Mirror("second", day: 1));
        var dated = Mirror("dated", day: 9);
        Assert.Equal(RpmSnapshotGround.Day(9), (await FetchAsync(trust, [dated])).Date);
        Assert.Empty(_warnings);

        var found = await FetchAsync(trust, [first, second]);
        Assert.Equal((RpmSnapshotGround.Day(1), first), (found.Date, found.MirrorRoots[0]));
        var warning = Assert.Single(_warnings);
        Assert.Contains("repository `demo`: its metadata of 2024-06-02 00:00 UTC", warning, StringComparison.Ordinal);
        Assert.Contains("older than that of 2024-06-10 00:00 UTC which was accepted before", warning, StringComparison.Ordinal);

        // Told once, since that is what was accepted last from now on.
        var again = await FetchAsync(trust, [second]);
        Assert.Equal((true, RpmSnapshotGround.Day(1)), (again.IsUnchanged, again.Date));
        Assert.Equal(RpmSnapshotGround.Day(1), (await _ground.FetchAsync(Repository(trust, [dated]), offline: true)).Date);
        Assert.Single(_warnings);
    }

    [Fact]
    public async Task A_mirror_that_is_behind_gives_way_to_one_that_is_not()
    {
        var (behind, furtherBehind, current) = (Mirror("behind", day: 2), Mirror("further", day: 1), Mirror("current", day: 3));
        await FetchAsync(RpmTrust.Packages, [current]);
        var found = await FetchAsync(RpmTrust.Packages, [furtherBehind, behind, current]);
        Assert.Equal((true, current), (found.IsUnchanged, found.MirrorRoots[0]));
        Assert.Empty(_warnings);

        // Where none is current, the newest is taken.
        var newest = await FetchAsync(RpmTrust.Packages, [furtherBehind, behind]);
        Assert.Equal((RpmSnapshotGround.Day(2), behind), (newest.Date, newest.MirrorRoots[0]));
        Assert.Single(_warnings);
    }

    [Fact]
    public async Task One_mirror_of_many_that_dates_its_metadata_late_is_not_sought_out()
    {
        var genuine = Enumerable.Range(0, 6).Select(number => Mirror(string.Create(CultureInfo.InvariantCulture, $"m{number}"), day: 1)).ToArray();
        var dated = Mirror("dated", day: 9);
        await FetchAsync(RpmTrust.Packages, [dated]);
        _ground.Server.ClearLog();
        Assert.Equal(RpmSnapshotGround.Day(1), (await FetchAsync(RpmTrust.Packages, [.. genuine, dated])).Date);
        Assert.Equal(5, _ground.Asked.Count(path => path.EndsWith("repomd.xml", StringComparison.Ordinal)));
        Assert.Single(_warnings);
    }

    /// <summary>A mirror of the same packages; its metadata is of another day than theirs.</summary>
    private Uri Mirror(string name, int day)
    {
        var unsigned = new RpmPublishOptions { IsSigned = false };
        var repository = _ground.Repository;
        if (!File.Exists(repository.Repomd))
        {
            repository.Publish(unsigned, RpmSnapshotGround.Hello("1.0"));
        }

        var seconds = RpmSnapshotGround.Day(day).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        repository.Change(data => data.Elements().First(e => e.Name.LocalName == "timestamp").Value = seconds, unsigned);
        var folder = Directory.CreateDirectory(repository.At(name + "/repodata")).FullName;
        foreach (var file in Directory.GetFiles(repository.At("repodata")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        return new Uri(_ground.ServerRoot, name + "/");
    }

    private ResolvedRpmRepository Repository(RpmTrust trust, params Uri[] mirrors) => _ground.Resolved with { Trust = trust, Roots = [.. mirrors] };

    private async Task<RpmSnapshot> FetchAsync(RpmTrust trust, params Uri[] mirrors)
    {
        var options = new SnapshotOptions { Cancel = TestContext.Current.CancellationToken, Warn = _warnings.Add };
        return Assert.Single(await new RpmSnapshotFetcher(_ground.Client, _ground.Metadata).FetchAsync([Repository(trust, mirrors)], options));
    }
}
