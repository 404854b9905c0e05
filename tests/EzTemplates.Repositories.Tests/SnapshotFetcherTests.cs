using System.Text;
using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Repositories.Tests;

public sealed class SnapshotFetcherTests
{
    private static readonly DateTimeOffset Later = new(2024, 7, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(Validators.Both, 304)]
    [InlineData(Validators.ETag, 304)]
    [InlineData(Validators.None, 200)]
    public async Task The_second_run_asks_for_InRelease_only_and_parses_nothing(Validators validators, int status)
    {
        using var ground = new SnapshotGround();
        ground.Server.Validators = validators;
        var published = ground.Publish("1.0");
        var first = await ground.FetchAsync();
        Assert.False(first.IsUnchanged);
        Assert.Equal(Sha256Digest.Of(Encoding.UTF8.GetBytes(published.ReleaseText)), first.Name);
        Assert.Equal(["1.0"], ground.Versions(first));
        var parsed = Directory.GetFiles(Path.Combine(ground.Metadata, "universes")).Single();
        ground.Server.ClearLog();
        var second = await ground.FetchAsync();
        Assert.True(second.IsUnchanged);
        Assert.Equal((first.Name, first.Source), (second.Name, second.Source));
        var request = Assert.Single(ground.Server.Requests);
        Assert.Equal(("/dists/stable-one/InRelease", status), (request.Path, request.Status));

        // With the index gone the universe can only come from its parsed form.
        File.Delete(second.Indexes[0].FilePath);
        Assert.Equal(["1.0"], ground.Versions(second));
        Assert.Equal([parsed], Directory.GetFiles(Path.Combine(ground.Metadata, "universes")));
    }

    [Fact]
    public async Task Of_several_suites_only_those_that_changed_are_parsed()
    {
        using var ground = new SnapshotGround();
        ground.Publish("1.0");
        ground.Publish("1.1", new PublishOptions { Suite = "stable-updates" });
        var (main, updates) = (await ground.FetchAsync(), await ground.FetchAsync(suite: "stable-updates"));
        Assert.Equal(["1.0", "1.1"], ground.Versions(main, updates));
        ground.Publish("1.2", new PublishOptions { Suite = "stable-updates", Date = Later });
        updates = await ground.FetchAsync(suite: "stable-updates");

        // With its index gone the packages of the suite that is as before can only come from the parsed form.
        File.Delete(main.Indexes[0].FilePath);
        Assert.Equal(["1.0", "1.2"], ground.Versions(main, updates));
    }

    [Theory]
    [InlineData(".xz", true, true)]
    [InlineData(".zst", true, false)]
    [InlineData(".gz", false, true)]
    [InlineData("", true, false)]
    public async Task Indexes_are_read_in_every_form_by_hash_and_by_name(string form, bool byHash, bool byName)
    {
        using var ground = new SnapshotGround();
        ground.Publish("2.0", new PublishOptions { Compressions = [form], ByHash = byHash, ByName = byName });
        var snapshot = await ground.FetchAsync();
        Assert.Equal(["2.0"], ground.Versions(snapshot));
        Assert.EndsWith("Packages" + form, snapshot.Indexes[0].Name, StringComparison.Ordinal);
        Assert.Equal(byHash, ground.Asked.Any(p => p.Contains("/by-hash/SHA256/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_form_that_the_mirror_lacks_gives_way_to_another()
    {
        using var ground = new SnapshotGround();
        ground.Publish("1.0", new PublishOptions { ByHash = false });
        File.Delete(ground.Repository.At("dists/stable-one/main/binary-amd64/Packages.xz"));
        Assert.Equal(["1.0"], ground.Versions(await ground.FetchAsync()));
    }

    [Fact]
    public async Task A_new_snapshot_is_seen_and_offline_uses_the_last()
    {
        using var ground = new SnapshotGround();
        ground.Publish("1.0");
        await ground.FetchAsync();
        ground.Publish("1.1", new PublishOptions { Date = Later });
        var newer = await ground.FetchAsync();
        Assert.False(newer.IsUnchanged);
        Assert.Equal(["1.1"], ground.Versions(newer));
        ground.Server.ClearLog();
        var offline = await ground.FetchAsync(offline: true);
        Assert.Equal(newer.Name, offline.Name);
        Assert.Empty(ground.Server.Requests);
    }

    [Fact]
    public async Task Offline_without_a_snapshot_says_so()
    {
        using var ground = new SnapshotGround();
        ground.Publish("1.0");
        var refused = await Assert.ThrowsAnyAsync<EzException>(() => ground.FetchAsync(offline: true));
        Assert.Equal(FailureKind.Fetch, refused.Kind);
        Assert.Empty(ground.Server.Requests);
    }

    [Fact]
    public async Task A_mirror_in_the_middle_of_an_update_is_followed()
    {
        using var ground = new SnapshotGround();
        ground.Publish("1.0", new PublishOptions { ByHash = false });
        var old = await File.ReadAllBytesAsync(ground.Repository.At("dists/stable-one/InRelease"), TestContext.Current.CancellationToken);
        ground.Publish("1.1", new PublishOptions { Date = Later, ByHash = false });
        ground.Server.Add(new ServerFault { Path = "InRelease", Instead = old });
        Assert.Equal(["1.1"], ground.Versions(await ground.FetchAsync()));
    }

    [Fact]
    public async Task An_index_with_other_bytes_than_promised_is_refused()
    {
        using var ground = new SnapshotGround();
        ground.Publish("1.0", new PublishOptions { Compressions = [".gz"], ByHash = false });
        ground.Repository.Tamper("dists/stable-one/main/binary-amd64/Packages.gz");
        Assert.Equal(FailureKind.Untrusted, (await ground.RefusedAsync()).Kind);
        Assert.Empty(Directory.GetFiles(Path.Combine(ground.Metadata, "accepted")));
    }

    [Fact]
    public async Task A_detached_signature_will_do_and_an_armored_or_inline_key()
    {
        using var ground = new SnapshotGround();
        ground.Publish("1.0", new PublishOptions { Signature = ReleaseSignature.Detached });
        ground.Keys = new TrustedKeys([ground.Repository.ArmoredKeyFile], [], []);
        Assert.Equal(ground.Repository.Key.Fingerprint, (await ground.FetchAsync()).SignedBy);
        ground.Keys = new TrustedKeys([], [ground.Repository.Key.ArmoredPublicKey], [ground.Repository.Key.Fingerprint]);
        Assert.Equal(ground.Repository.Key.Fingerprint, (await ground.FetchAsync()).SignedBy);
        Assert.NotNull((await ground.FetchAsync(offline: true)).Name.ToString());
    }

    [Fact]
    public async Task A_mirror_with_a_broken_detached_signature_gives_way_to_the_next()
    {
        using var ground = new SnapshotGround();
        ground.Publish("1.0", new PublishOptions { Signature = ReleaseSignature.Detached });
        using var second = new LocalServer(ground.Repository.Root);
        ground.Choices = [new MirrorChoice([ground.ServerRoot, new Uri(second.Address + "/")], ground.OwnKeys)];
        ground.Server.Add(new ServerFault { Path = "Release.gpg", Instead = "-----BEGIN PGP SIGNATURE-----\n\n*\n"u8.ToArray(), Times = 100 });
        Assert.Equal(["1.0"], ground.Versions(await ground.FetchAsync()));
        ground.Choices = [];
        Assert.Equal(FailureKind.Untrusted, (await ground.RefusedAsync()).Kind);
    }

    [Fact]
    public async Task A_changed_text_is_a_bad_signature()
    {
        using var ground = new SnapshotGround();
        ground.Publish("1.0");
        ground.Repository.TamperRelease("stable-one", "Origin: Generated", "Origin: Forged123");
        var refused = await ground.RefusedAsync();
        Assert.Equal(FailureKind.Untrusted, refused.Kind);
        Assert.Contains("is bad", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_key_is_named_and_not_taken()
    {
        using var ground = new SnapshotGround();
        using var other = new SigningKey("Somebody else <else@example.org>");
        ground.Publish("1.0", new PublishOptions { Key = other });
        var refused = await ground.RefusedAsync();
        Assert.Equal(FailureKind.Untrusted, refused.Kind);
        Assert.Contains(other.Fingerprint[^16..], refused.Message, StringComparison.Ordinal);

        // A key of the keyring that is not among the fingerprints allowed is no better.
        ground.Publish("1.0");
        ground.Keys = new TrustedKeys([ground.Repository.KeyFile], [], [other.Fingerprint]);
        Assert.Contains(ground.Repository.Key.Fingerprint, (await ground.RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unsigned_is_refused_unless_the_recipe_says_so()
    {
        using var ground = new SnapshotGround();
        ground.Publish("1.0", new PublishOptions { Signature = ReleaseSignature.None });
        await ground.RefusedAsync();
        ground.TrustUnsigned = true;
        Assert.Equal("", (await ground.FetchAsync()).SignedBy);
    }

    [Fact]
    public async Task An_expired_one_a_future_one_and_an_older_one_are_refused_each_in_its_words()
    {
        using var ground = new SnapshotGround();
        ground.Publish("1.0", new PublishOptions { ValidFor = TimeSpan.FromDays(7) });
        Assert.Contains("expired at 2024-06-08", (await ground.RefusedAsync()).Message, StringComparison.Ordinal);
        ground.Publish("1.0", new PublishOptions { Date = DateTimeOffset.UtcNow.AddDays(400) });
        Assert.Contains("in the future", (await ground.RefusedAsync()).Message, StringComparison.Ordinal);
        ground.Publish("1.1", new PublishOptions { Date = Later });
        await ground.FetchAsync();
        ground.Publish("1.0");
        Assert.Contains("older than the one of 2024-07-01", (await ground.RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suite_of_another_name_and_one_that_is_not_there_are_refused()
    {
        using var ground = new SnapshotGround();
        ground.Publish("1.0", new PublishOptions { SuiteName = "other", Codename = "another" });
        Assert.Contains("`other`", (await ground.RefusedAsync()).Message, StringComparison.Ordinal);
        var missing = await ground.RefusedAsync("nowhere");
        Assert.Equal(FailureKind.Fetch, missing.Kind);
        Assert.Contains("`nowhere`", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_message_behind_the_signed_one_is_refused()
    {
        using var ground = new SnapshotGround();
        using var other = new SigningKey("Somebody else <else@example.org>");
        ground.Publish("1.0");
        var file = ground.Repository.At("dists/stable-one/InRelease");
        await File.AppendAllTextAsync(file, Encoding.UTF8.GetString(other.ClearSign(Encoding.UTF8.GetBytes("Suite: stable-one\n"))), TestContext.Current.CancellationToken);
        Assert.Contains("more than one signed message", (await ground.RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_Release_is_verified_once_under_the_same_keys_and_again_under_others(bool offline)
    {
        using var ground = new SnapshotGround();
        using var temp = new TempFolder();
        ground.Publish("1.0");
        var first = await ground.FetchAsync();

        // From here on no verifier says yes.
        var program = temp.At("gpgv");
        await File.WriteAllTextAsync(program, "#!/bin/sh\nexit 1\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(program, (UnixFileMode)0x1C0);
        ground.Verifier = ReleaseVerifier.Find(temp.Root, temp.Root);
        var second = await ground.FetchAsync(offline);
        Assert.Equal((first.Name, first.SignedBy), (second.Name, second.SignedBy));

        ground.Keys = new TrustedKeys([ground.Repository.ArmoredKeyFile], [], []);
        Assert.Equal(FailureKind.Untrusted, (await Assert.ThrowsAnyAsync<EzException>(() => ground.FetchAsync(offline))).Kind);
    }

    [Fact]
    public async Task A_key_that_has_expired_does_not_count()
    {
        using var ground = new SnapshotGround();
        using var temp = new TempFolder();
        ground.Publish("1.0", new PublishOptions { Signature = ReleaseSignature.None });
        var home = temp.MakeFolder("gpg");
        File.SetUnixFileMode(home, (UnixFileMode)0x1C0);
        string[] common = ["--homedir", home, "--batch", "--yes", "--passphrase", "", "--pinentry-mode", "loopback", "--faked-system-time", "20240601T000000"];
        try
        {
            ToolRun.Run("gpg", [.. common, "--quick-gen-key", "Old <old@example.org>", "ed25519", "sign", "2d"]).Succeed();
            var folder = ground.Repository.At("dists/stable-one/");
            ToolRun.Run("gpg", [.. common, "--output", folder + "InRelease", "--clearsign", folder + "Release"]).Succeed();
            ToolRun.Run("gpg", [.. common, "--output", temp.At("old.gpg"), "--export"]).Succeed();
        }
        finally
        {
            ToolRun.Run("gpgconf", "--homedir", home, "--kill", "all");
        }

        ground.Keys = new TrustedKeys([temp.At("old.gpg")], [], []);
        var refused = await ground.RefusedAsync();
        Assert.Equal(FailureKind.Untrusted, refused.Kind);
        Assert.Contains("has expired", refused.Message, StringComparison.Ordinal);
    }
}
