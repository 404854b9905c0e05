using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Repositories.Tests;

public sealed class MetadataFolderTests
{
    [Fact]
    public async Task What_a_killed_command_left_is_removed_and_what_another_works_in_is_not()
    {
        using var ground = new SnapshotGround();
        ground.Publish("1.0");
        var temporary = Path.Combine(ground.Metadata, "work");
        foreach (var name in new[] { "left", "held" })
        {
            Directory.CreateDirectory(Path.Combine(temporary, name));
            await File.WriteAllTextAsync(Path.Combine(temporary, name, "file"), "x", TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(temporary, name + ".lock"), "", TestContext.Current.CancellationToken);
        }

        await File.WriteAllTextAsync(Path.Combine(temporary, "lone.lock"), "", TestContext.Current.CancellationToken);
        using var held = new FileStream(Path.Combine(temporary, "held.lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        ground.Versions(await ground.FetchAsync());
        Assert.Equal(["held", "held.lock"], Directory.EnumerateFileSystemEntries(temporary).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_the_stores_failure()
    {
        using var temp = new TempFolder();
        temp.WriteFile("file", "");
        using var client = new MirrorClient();
        var refused = Assert.ThrowsAny<EzException>(() => new SnapshotFetcher(client, temp.At("file/metadata")));
        Assert.Equal(FailureKind.Store, refused.Kind);
        Assert.NotNull(refused.Hint);
    }

    [Fact]
    public void A_verifier_that_does_not_start_is_named()
    {
        using var temp = new TempFolder();
        temp.WriteFile("bin/gpgv", "no program");
        var verifier = ReleaseVerifier.Find(temp.Root, temp.At("bin"));
        var keys = new TrustedKeys([], ["binary"], []);
        var refused = Assert.ThrowsAny<EzException>(() => verifier.Verify("-----BEGIN PGP SIGNED MESSAGE-----\n"u8.ToArray(), keys, "InRelease"));
        Assert.Equal(FailureKind.Environment, refused.Kind);
        Assert.Contains("bin/gpgv", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_index_is_named()
    {
        using var ground = new SnapshotGround();
        ground.Publish("1.0", new PublishOptions { Compressions = [".xz"] });
        var snapshot = await ground.FetchAsync();
        using (var index = new FileStream(snapshot.Indexes[0].FilePath, FileMode.Open))
        {
            index.SetLength(index.Length / 2);
        }

        var refused = Assert.ThrowsAny<EzException>(() => UniverseCache.Open(ground.Metadata, [snapshot]));
        Assert.Equal(FailureKind.Untrusted, refused.Kind);
        Assert.Contains("`demo/stable-one main/binary-amd64/Packages.xz`", refused.Message, StringComparison.Ordinal);
    }
}
