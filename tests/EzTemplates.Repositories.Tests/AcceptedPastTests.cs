using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Repositories.Tests;

public sealed class AcceptedPastTests
{
    private static readonly DateTimeOffset Later = new(2024, 7, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Another_root_of_the_archive_does_not_take_a_repository_back()
    {
        using var ground = new SnapshotGround();
        using var lagging = new GeneratedRepository();
        ground.Publish("1.1", new PublishOptions { Date = Later });
        lagging.Publish(new PublishOptions { Key = ground.Repository.Key }, SnapshotGround.Package("1.0"));
        await ground.FetchAsync();
        ground.Choices = [new MirrorChoice([SnapshotGround.RootOf(lagging)], ground.OwnKeys)];
        Assert.Contains("older than the one of 2024-07-01", (await ground.RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_that_cannot_be_reached_is_not_replaced_by_one_with_other_keys()
    {
        using var ground = new SnapshotGround();
        using var vendor = new GeneratedRepository();
        ground.Publish("1.0");
        vendor.Publish(new PublishOptions { Date = Later }, SnapshotGround.Package("6.6"));
        ground.Choices = [new MirrorChoice([ground.ServerRoot], ground.OwnKeys), new MirrorChoice([SnapshotGround.RootOf(vendor)], new TrustedKeys([vendor.KeyFile], [], []))];
        ground.Server.Add(new ServerFault { Status = 404, Times = 1000 });
        Assert.Equal(FailureKind.Fetch, (await ground.RefusedAsync()).Kind);
        Assert.Empty(Directory.GetFiles(Path.Combine(ground.Metadata, "accepted")));
    }

    [Fact]
    public async Task Another_vendor_does_not_take_an_archives_place()
    {
        using var ground = new SnapshotGround();
        using var vendor = new GeneratedRepository();
        ground.Publish("1.0");
        await ground.FetchAsync();
        ground.Publish("6.6", new PublishOptions { Date = Later, Origin = "Vendor" });
        var refused = await ground.RefusedAsync();
        Assert.Equal(FailureKind.Untrusted, refused.Kind);
        Assert.Contains("is of Origin `Vendor`, and what repository `demo` had before was of `Generated`", refused.Message, StringComparison.Ordinal);

        // Nor from another root, while the archive's own stands beside it and is damaged.
        ground.Repository.TamperRelease("stable-one", "Origin: Vendor", "Origin: Forged");
        vendor.Publish(new PublishOptions { Date = Later, Origin = "Vendor" }, SnapshotGround.Package("6.6"));
        ground.Choices = [new MirrorChoice([ground.ServerRoot], ground.OwnKeys), new MirrorChoice([SnapshotGround.RootOf(vendor)], new TrustedKeys([vendor.KeyFile], [], []))];
        Assert.Equal(FailureKind.Untrusted, (await ground.RefusedAsync()).Kind);
    }

    [Fact]
    public async Task Another_archive_may_be_meant_by_the_same_id()
    {
        using var ground = new SnapshotGround();
        using var other = new GeneratedRepository();
        ground.Publish("1.1", new PublishOptions { Date = Later });
        await ground.FetchAsync();
        other.Publish(new PublishOptions { Origin = "Other" }, SnapshotGround.Package("1.0"));
        ground.Choices = [new MirrorChoice([SnapshotGround.RootOf(other)], new TrustedKeys([other.KeyFile], [], []))];
        Assert.Equal(["1.0"], ground.Versions(await ground.FetchAsync()));
    }

    [Fact]
    public async Task Offline_uses_the_newest_of_all_roots()
    {
        using var ground = new SnapshotGround();
        using var first = new GeneratedRepository();
        var options = new PublishOptions { Key = ground.Repository.Key };
        first.Publish(options, SnapshotGround.Package("1.0"));
        ground.Publish("1.1", new PublishOptions { Date = Later });
        ground.Choices = [new MirrorChoice([SnapshotGround.RootOf(first)], ground.OwnKeys)];
        await ground.FetchAsync();
        ground.Choices = [];
        var newest = await ground.FetchAsync();
        ground.Choices = [new MirrorChoice([SnapshotGround.RootOf(first), ground.ServerRoot], ground.OwnKeys)];
        Assert.Equal(newest.Name, (await ground.FetchAsync(offline: true)).Name);
    }
}
