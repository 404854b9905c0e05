using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Repositories.Tests.Rpm;

/// <summary>What of an rpm-md repository is not taken, and what is said of it.</summary>
public sealed class RpmSnapshotRefusalTests
{
    [Fact]
    public async Task What_is_changed_after_signing_is_refused()
    {
        using var ground = new RpmSnapshotGround();
        ground.Publish("1.0");
        File.WriteAllText(ground.Repository.Repomd, File.ReadAllText(ground.Repository.Repomd).Replace("primary", "Primary", StringComparison.Ordinal));
        var refused = await ground.RefusedAsync();
        Assert.Equal(FailureKind.Untrusted, refused.Kind);
        Assert.Contains("is bad: the text was changed after it was signed", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_the_recipe_does_not_name_is_named()
    {
        using var ground = new RpmSnapshotGround();
        using var other = new SigningKey();
        ground.Repository.Publish(new RpmPublishOptions { Key = other }, RpmSnapshotGround.Hello("1.0"));
        var refused = await ground.RefusedAsync();
        Assert.Equal(FailureKind.Untrusted, refused.Kind);
        Assert.Contains($"it is signed by `{other.Fingerprint[^16..]}`", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_key_is_named()
    {
        using var ground = new RpmSnapshotGround();
        using var expired = SigningKey.Expired();
        ground.Repository.Publish(new RpmPublishOptions { Key = expired }, RpmSnapshotGround.Hello("1.0"));
        var key = expired.WritePublicKey(Path.Combine(ground.Repository.Root, "expired.asc"));
        var refused = await ground.RefusedAsync(ground.Resolved with { Keys = new TrustedKeys([key], [], []) });
        Assert.Equal(FailureKind.Untrusted, refused.Kind);
        Assert.Contains($"the key `{expired.Fingerprint[^16..]}` has expired", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metadata_without_a_signature_needs_a_word_of_the_recipe()
    {
        using var ground = new RpmSnapshotGround();
        ground.Repository.Publish(new RpmPublishOptions { IsSigned = false }, RpmSnapshotGround.Hello("1.0"));
        var refused = await ground.RefusedAsync();
        Assert.Equal(FailureKind.Untrusted, refused.Kind);
        Assert.Contains("is not signed: there is no `repomd.xml.asc` beside it", refused.Message, StringComparison.Ordinal);
        foreach (var trust in (RpmTrust[])[RpmTrust.Packages, RpmTrust.Unsigned])
        {
            Assert.Equal(["1.0-1"], ground.Versions(await ground.FetchAsync(ground.Resolved with { Trust = trust })));
        }
    }

    [Fact]
    public async Task What_was_accepted_unsigned_does_not_keep_out_what_is_signed()
    {
        using var ground = new RpmSnapshotGround();
        ground.Publish("1.0", day: 1);
        await ground.FetchAsync();
        ground.Repository.Publish(new RpmPublishOptions { IsSigned = false, Date = RpmSnapshotGround.Day(9) }, RpmSnapshotGround.Hello("9.0"));
        var loose = ground.Resolved with { Trust = RpmTrust.Unsigned };
        Assert.Equal(["9.0-1"], ground.Versions(await ground.FetchAsync(loose)));

        Assert.Equal(["1.0-1"], ground.Versions(await ground.FetchAsync(offline: true)));
        ground.Publish("1.1", day: 2);
        Assert.Equal(["1.1-1"], ground.Versions(await ground.FetchAsync()));
    }

    [Fact]
    public async Task What_every_mirror_is_refused_for_is_told_and_a_key_first()
    {
        using var ground = new RpmSnapshotGround();
        using var wrong = new SigningKey();
        ground.Publish("1.0", day: 1);
        var repomd = File.ReadAllBytes(ground.Repository.Repomd);
        using var stale = new GeneratedRpmRepository();
        stale.Publish(new RpmPublishOptions { Key = ground.Repository.Key }, RpmSnapshotGround.Hello("0.9"));
        using var mirrors = new LocalServer(stale.Root);
        CopyTo("m1");
        CopyTo("m2");
        File.WriteAllText(ground.Repository.At("metalink"), RpmSnapshotFetcherTests.Metalink(SHA256.HashData(repomd), ground.Server.Address, $"{mirrors.Address}/m2", $"{mirrors.Address}/m1"));
        var refused = await ground.RefusedAsync(ground.Resolved with
        {
            Roots = [],
            Metalink = new Uri(ground.ServerRoot, "metalink"),
            Keys = new TrustedKeys([], [wrong.ArmoredPublicKey], []),
        });
        Assert.Equal(FailureKind.Untrusted, refused.Kind);
        Assert.Equal(
            $"no key that may sign `{ground.Server.Address}/repodata/repomd.xml` is known: it is signed by `{ground.Repository.Key.Fingerprint[^16..]}`, and allowed is the key inside the sources file; "
            + $"`{mirrors.Address}/m1/repodata/repomd.xml` is none of those that the metalink promises: the mirror is out of date, or was changed (and 1 more likewise)",
            refused.Message);
        Assert.Contains("name it with `keys:`", refused.Hint, StringComparison.Ordinal);

        void CopyTo(string name)
        {
            var folder = Directory.CreateDirectory(stale.At(name + "/repodata")).FullName;
            File.Copy(stale.Repomd, Path.Combine(folder, "repomd.xml"));
        }
    }

    [Theory]
    [InlineData("checksum", "expected SHA-256")]
    [InlineData("open-checksum", "is not what its repomd.xml promises once decompressed")]
    [InlineData("open-size", "is larger once decompressed than the 9 bytes that its repomd.xml promises")]
    public async Task A_file_that_is_not_what_was_signed_is_refused_and_fetched_again(string lie, string message)
    {
        using var ground = new RpmSnapshotGround();
        ground.Publish("1.0");
        ground.Repository.Change(data => data.Elements().First(e => e.Name.LocalName == lie).Value = lie == "open-size" ? "9" : new string('0', 64));
        var refused = await Assert.ThrowsAnyAsync<EzException>(async () => ground.Versions(await ground.FetchAsync()));
        Assert.Equal(FailureKind.Untrusted, refused.Kind);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);

        ground.Publish("1.0", day: 1);
        Assert.Equal(["1.0-1"], ground.Versions(await ground.FetchAsync()));
    }

    [Fact]
    public async Task A_bomb_is_cut_off_where_nothing_promises_its_size()
    {
        using var ground = new RpmSnapshotGround();
        ground.Publish("1.0");
        var bomb = Encoding.ASCII.GetBytes($"<metadata><x>{new string(' ', 64 << 20)}</x></metadata>");
        ground.Repository.Replace("primary", bomb, data => data.Elements().Where(e => e.Name.LocalName.StartsWith("open-", StringComparison.Ordinal)).Remove());
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var refused = await Assert.ThrowsAnyAsync<EzException>(async () => ground.Versions(await ground.FetchAsync()));
        Assert.Equal(FailureKind.Untrusted, refused.Kind);
        Assert.Contains("longer than four mebibytes", refused.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 64 << 20);
    }

    [Theory]
    [InlineData("zck", FailureKind.Usage, "in zchunk form only")]
    [InlineData("sha", FailureKind.Untrusted, "a checksum of type `sha256`, `sha384` or `sha512`")]
    [InlineData("sha512", FailureKind.Untrusted, "not a digest of type `sha512`")]
    [InlineData("other", FailureKind.Untrusted, "names no list of packages")]
    [InlineData("size", FailureKind.Untrusted, "promises 1073741825 bytes of `repodata/")]
    [InlineData("open-size", FailureKind.Untrusted, "more than the 1073741824 that are read")]
    public async Task A_repository_that_cannot_be_read_says_why(string what, FailureKind kind, string message)
    {
        using var ground = new RpmSnapshotGround();
        ground.Publish("1.0");
        ground.Repository.Change(data =>
        {
            var isPrimary = data.Attribute("type")!.Value == "primary";
            if (isPrimary && what.StartsWith("sha", StringComparison.Ordinal))
            {
                data.Elements().First(e => e.Name.LocalName == "checksum").SetAttributeValue("type", what);
            }
            else if (isPrimary && what.EndsWith("size", StringComparison.Ordinal))
            {
                data.Elements().First(e => e.Name.LocalName == what).Value = "1073741825";
            }
            else if (isPrimary)
            {
                data.SetAttributeValue("type", what == "zck" ? "primary_zck" : "other");
            }
        });
        var refused = await ground.RefusedAsync();
        Assert.Equal(kind, refused.Kind);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }
}
