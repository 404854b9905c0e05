using System.Security.Cryptography;
using System.Xml.Linq;
using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Repositories.Tests.Rpm;

public sealed class RpmSnapshotFetcherTests
{
    [Fact]
    public async Task The_second_run_asks_for_repomd_only_and_parses_nothing()
    {
        using var ground = new RpmSnapshotGround();
        ground.Publish("1.0");
        var first = await ground.FetchAsync();
        Assert.Equal((false, Sha256Digest.Of(File.ReadAllBytes(ground.Repository.Repomd)), "demo"), (first.IsUnchanged, first.Name, first.Source));
        Assert.Equal((RpmSnapshotGround.Day(0), ground.Repository.Key.Fingerprint), (first.Date, first.SignedBy));
        Assert.Equal(["1.0-1"], ground.Versions(first));
        ground.Server.ClearLog();

        var second = await ground.FetchAsync();
        Assert.Equal((true, first.Name), (second.IsUnchanged, second.Name));
        var request = Assert.Single(ground.Server.Requests);
        Assert.Equal(("/repodata/repomd.xml", 304), (request.Path, request.Status));

        // With the files gone the universe can only come from its parsed form.
        Assert.All(second.Indexes, index => File.Delete(index.FilePath));
        Assert.Equal(["1.0-1"], ground.Versions(second));
    }

    [Fact]
    public async Task A_damaged_parsed_form_is_made_anew_from_the_files()
    {
        using var ground = new RpmSnapshotGround();
        ground.Publish("1.0");
        var snapshot = await ground.FetchAsync();
        Assert.Equal(["1.0-1"], ground.Versions(snapshot));
        var parsed = Directory.GetFiles(Path.Combine(ground.Metadata, "universes")).Single();
        var whole = File.ReadAllBytes(parsed);
        var random = TestSeed.Random("damaged rpm universe");
        for (var round = 0; round < 60; round++)
        {
            // A new file each time: the one before may still be mapped.
            File.Delete(parsed);
            File.WriteAllBytes(parsed, Damaged(whole, round, random));
            Assert.Equal(["1.0-1"], ground.Versions(snapshot));
            Assert.True(whole.AsSpan().SequenceEqual(File.ReadAllBytes(parsed)), $"round {round}, {TestSeed.Hint}");
        }
    }

    private static byte[] Damaged(byte[] whole, int round, Random random)
    {
        var damaged = (byte[])whole.Clone();
        damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
        return (round % 4) switch
        {
            0 => damaged[..random.Next(damaged.Length)],
            1 => [.. whole, .. new byte[8 * random.Next(1, 600)]],
            2 when round == 2 => [],
            _ => damaged,
        };
    }

    [Fact]
    public async Task An_unchanged_repomd_that_was_signed_anew_is_taken_with_its_new_signature()
    {
        using var ground = new RpmSnapshotGround();
        using var next = new SigningKey();
        ground.Publish("1.0");
        var first = await ground.FetchAsync();
        File.WriteAllBytes(ground.Repository.Repomd + ".asc", next.DetachSign(File.ReadAllBytes(ground.Repository.Repomd)));
        var rekeyed = ground.Resolved with { Keys = new TrustedKeys([], [next.ArmoredPublicKey], []) };
        ground.Server.ClearLog();

        var second = await ground.FetchAsync(rekeyed);
        Assert.Equal((true, first.Name, next.Fingerprint), (second.IsUnchanged, second.Name, second.SignedBy));
        Assert.Equal(["/repodata/repomd.xml", "/repodata/repomd.xml.asc"], ground.Asked);
        Assert.Equal(next.Fingerprint, (await ground.FetchAsync(rekeyed, offline: true)).SignedBy);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".gz")]
    [InlineData(".xz")]
    [InlineData(".zst")]
    [InlineData(".bz2")]
    public async Task Metadata_is_read_in_every_form(string compression)
    {
        using var ground = new RpmSnapshotGround();
        var tool = new GeneratedRpm("tool", "2") { Requires = ["/usr/lib/hello/helper"] };
        var hello = RpmSnapshotGround.Hello("1.0") with { Files = [("/usr/lib/hello/helper", "x")] };
        var options = new RpmPublishOptions
        {
            Compression = compression,
            Groups = [("core", ["hello", "tool"])],
            Security = [tool],
            Modules = "document: modulemd\nversion: 2\ndata:\n  name: greeting\n  stream: \"1\"\n  artifacts:\n    rpms: [hello-0:1.0-1.x86_64]\n",
        };
        ground.Repository.Publish(options, hello, tool);

        var snapshot = await ground.FetchAsync();
        Assert.All(snapshot.Indexes, index => Assert.EndsWith("xml" + compression, index.File.Path, StringComparison.Ordinal));
        var universe = ground.Open(snapshot);
        Assert.Equal(["core"], universe.Groups.ToArray().Select(universe.Text));
        Assert.Equal("greeting", universe.Text(Assert.Single(universe.Streams.ToArray()).Module));
        var (first, _) = universe.Named(universe.Find("tool")!.Value);
        Assert.Equal(RpmPackageFlags.Security, universe.Flags[first]);

        // Only filelists has this path.
        Assert.Equal("hello", universe.Text(universe.Names[Assert.Single(universe.Providers(universe.Find("/usr/lib/hello/helper")!.Value).ToArray()).Package.Value]));
    }

    [Theory]
    [InlineData("sha384")]
    [InlineData("sha512")]
    public async Task Longer_sums_are_verified_as_they_are_stated(string checksum)
    {
        using var ground = new RpmSnapshotGround();
        var (tool, hello) = (new GeneratedRpm("tool", "2") { Requires = ["/usr/lib/hello/helper"] }, RpmSnapshotGround.Hello("1.0") with { Files = [("/usr/lib/hello/helper", "x")] });
        ground.Repository.Publish(new RpmPublishOptions { Checksum = checksum }, hello, tool);
        var snapshot = await ground.FetchAsync();
        var universe = ground.Open(snapshot);
        var package = Assert.Single(universe.Providers(universe.Find("/usr/lib/hello/helper")!.Value).ToArray()).Package;
        var bytes = File.ReadAllBytes(ground.Repository.At(universe.Path(package)));
        Assert.Equal(Convert.ToHexStringLower(CryptographicOperations.HashData(new HashAlgorithmName(checksum.ToUpperInvariant()), bytes)), universe.Digest(package).ToString());
        ground.Server.ClearLog();
        Assert.True((await ground.FetchAsync()).IsUnchanged);
        Assert.Equal(["/repodata/repomd.xml"], ground.Asked);

        ground.Repository.Publish(new RpmPublishOptions { Checksum = checksum, Date = RpmSnapshotGround.Day(1) }, hello);
        var path = ground.Repository.At(ground.Repository.PathOf("primary"));
        var changed = File.ReadAllBytes(path);
        changed[^1] ^= 1;
        File.WriteAllBytes(path, changed);
        Assert.Contains($"expected {checksum.Replace("sha", "SHA-", StringComparison.Ordinal)} ", (await ground.RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_snapshot_is_seen_and_offline_uses_the_last()
    {
        using var ground = new RpmSnapshotGround();
        ground.Publish("1.0");
        await ground.FetchAsync();
        ground.Publish("1.1", day: 1);
        var newer = await ground.FetchAsync();
        Assert.Equal((false, "1.1-1"), (newer.IsUnchanged, Assert.Single(ground.Versions(newer))));
        ground.Server.ClearLog();
        Assert.Equal(newer.Name, (await ground.FetchAsync(offline: true)).Name);
        Assert.Empty(ground.Server.Requests);
    }

    [Fact]
    public async Task Offline_without_a_snapshot_says_so()
    {
        using var ground = new RpmSnapshotGround();
        ground.Publish("1.0");
        var refused = await Assert.ThrowsAnyAsync<EzException>(() => ground.FetchAsync(offline: true));
        Assert.Equal((FailureKind.Fetch, "run once without --offline"), (refused.Kind, refused.Hint));
        Assert.Empty(ground.Server.Requests);
    }

    [Fact]
    public async Task Never_older_than_what_was_accepted_whichever_mirror_serves_it()
    {
        using var ground = new RpmSnapshotGround();
        ground.Publish("1.1", day: 1);
        await ground.FetchAsync();
        using var stale = new GeneratedRpmRepository();
        stale.Publish(new RpmPublishOptions { Date = RpmSnapshotGround.Day(0), Key = ground.Repository.Key }, RpmSnapshotGround.Hello("1.0"));
        using var mirror = new LocalServer(stale.Root);

        var refused = await ground.RefusedAsync(ground.Resolved with { Roots = [new Uri(mirror.Address + "/")] });
        Assert.Equal(FailureKind.Untrusted, refused.Kind);
        Assert.Contains("is of 2024-06-01 00:00 UTC, older than the one of 2024-06-02 00:00 UTC", refused.Message, StringComparison.Ordinal);

        // Beside a mirror that is up to date the stale one is passed over, and what one mirror served is not kept for the next.
        using var second = new LocalServer(ground.Repository.Root);
        Assert.True((await ground.FetchAsync(ground.Resolved with { Roots = [new Uri(second.Address + "/")] })).IsUnchanged);
        Assert.Contains(second.Address, File.ReadAllText(Assert.Single(Directory.GetFiles(Path.Combine(ground.Metadata, "accepted")))), StringComparison.Ordinal);
        var found = await ground.FetchAsync(ground.Resolved with { Roots = [new Uri(mirror.Address + "/"), ground.ServerRoot] });
        Assert.Equal(["1.1-1"], ground.Versions(found));
    }

    [Fact]
    public async Task A_mirror_that_fails_gives_way_to_another()
    {
        using var ground = new RpmSnapshotGround();
        ground.Publish("1.0");
        using var broken = new LocalServer(ground.Repository.Root);
        broken.Add(new ServerFault { Path = "repomd.xml", TruncateAfter = 100, Times = 100 });
        Assert.Equal(["1.0-1"], ground.Versions(await ground.FetchAsync(ground.Resolved with { Roots = [new Uri(broken.Address + "/"), ground.ServerRoot] })));
    }

    [Fact]
    public async Task A_file_that_two_repositories_share_comes_from_the_mirrors_of_either()
    {
        using var ground = new RpmSnapshotGround();
        ground.Publish("1.0");
        using var broken = new LocalServer(ground.Repository.Root);
        broken.Add(new ServerFault { Path = "primary", Status = 403, Times = 100 });
        var first = ground.Resolved with { Id = "first", Place = "first's", Roots = [new Uri(broken.Address + "/")] };
        var options = new SnapshotOptions { Cancel = TestContext.Current.CancellationToken };
        Assert.Equal(2, (await new RpmSnapshotFetcher(ground.Client, ground.Metadata).FetchAsync([first, ground.Resolved], options)).Length);
    }

    [Fact]
    public async Task A_mirror_in_the_middle_of_an_update_is_followed()
    {
        using var ground = new RpmSnapshotGround();
        ground.Publish("1.0");
        var (repomd, signature) = (File.ReadAllBytes(ground.Repository.Repomd), File.ReadAllBytes(ground.Repository.Repomd + ".asc"));
        ground.Publish("1.1", day: 1);
        ground.Server.Add(new ServerFault { Path = "repomd.xml.asc", Instead = signature });
        ground.Server.Add(new ServerFault { Path = "repomd.xml", Instead = repomd });
        Assert.Equal(["1.1-1"], ground.Versions(await ground.FetchAsync()));
    }

    [Fact]
    public async Task A_form_that_the_mirror_lacks_gives_way_to_another()
    {
        using var ground = new RpmSnapshotGround();
        ground.Repository.Publish(new RpmPublishOptions { Groups = [("core", ["hello"])] }, RpmSnapshotGround.Hello("1.0"));
        File.Delete(ground.Repository.At(ground.Repository.PathOf("group_gz")));
        var universe = ground.Open(await ground.FetchAsync());
        Assert.Equal(["core"], universe.Groups.ToArray().Select(universe.Text));

        File.Delete(ground.Repository.At(ground.Repository.PathOf("primary")));
        Directory.Delete(Path.Combine(ground.Metadata, "indexes"), recursive: true);
        var refused = await ground.RefusedAsync();
        Assert.Equal(FailureKind.Fetch, refused.Kind);
        Assert.Contains("is on no mirror any more", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_revision_tells_the_time_where_files_do_not()
    {
        using var ground = new RpmSnapshotGround();
        ground.Publish("1.0", day: 2);
        ground.Repository.Change(data => data.Elements().Where(e => e.Name.LocalName == "timestamp").Remove());
        Assert.Equal(RpmSnapshotGround.Day(2), (await ground.FetchAsync()).Date);
    }

    [Fact]
    public async Task Mirrors_come_from_a_plain_list_and_from_a_metalink_that_says_what_repomd_must_be()
    {
        using var ground = new RpmSnapshotGround();
        ground.Publish("1.0");
        ground.Repository.Publish(new RpmPublishOptions { IsSigned = false }, RpmSnapshotGround.Hello("1.0"));
        using var stale = new GeneratedRpmRepository();
        stale.Publish(new RpmPublishOptions { Date = RpmSnapshotGround.Day(3), IsSigned = false }, RpmSnapshotGround.Hello("0.9"));
        using var mirror = new LocalServer(stale.Root);
        File.WriteAllText(ground.Repository.At("mirrors"), $"# mirrors\nftp://nowhere.example/\n{ground.Server.Address}\n");
        File.WriteAllText(ground.Repository.At("metalink"), Metalink(SHA256.HashData(File.ReadAllBytes(ground.Repository.Repomd)), mirror.Address, ground.Server.Address));
        var without = ground.Resolved with { Roots = [], Trust = RpmTrust.Packages };

        Assert.Equal(["1.0-1"], ground.Versions(await ground.FetchAsync(without with { MirrorList = new Uri(ground.ServerRoot, "mirrors") })));
        var linked = await ground.FetchAsync(without with { Metalink = new Uri(ground.ServerRoot, "metalink") });
        Assert.Equal(["1.0-1"], ground.Versions(linked));
        Assert.Equal(ground.ServerRoot, linked.MirrorRoots[0]);

        File.WriteAllText(ground.Repository.At("metalink"), Metalink(new byte[32], ground.Server.Address));
        Assert.Contains("none of those that the metalink promises", (await ground.RefusedAsync(without with { Metalink = new Uri(ground.ServerRoot, "metalink") })).Message, StringComparison.Ordinal);
        var empty = await ground.RefusedAsync(without with { MirrorList = new Uri(ground.ServerRoot, "repodata/nothing") });
        Assert.Equal(FailureKind.Fetch, empty.Kind);
        Assert.Contains("cannot fetch the list of mirrors of repository `demo`", empty.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_and_except_choose_among_packages_by_name()
    {
        using var ground = new RpmSnapshotGround();
        ground.Repository.Publish(new RpmPublishOptions(), RpmSnapshotGround.Hello("1.0"), new GeneratedRpm("hello-libs", "1"), new GeneratedRpm("other", "1"));
        var names = async (ResolvedRpmRepository repository) =>
        {
            var universe = ground.Open(await ground.FetchAsync(repository));
            return string.Join(' ', universe.Names.ToArray().Select(universe.Text));
        };
        Assert.Equal("hello hello-libs", await names(ground.Resolved with { Only = ["hello*"] }));
        Assert.Equal("hello-libs other", await names(ground.Resolved with { Except = ["hello"] }));
        Assert.Equal("hello hello-libs other", await names(ground.Resolved));
    }

    [Fact]
    public async Task A_plain_list_that_does_not_come_is_told_where_there_are_mirrors_beside_it()
    {
        using var ground = new RpmSnapshotGround();
        ground.Publish("1.0");
        var warnings = new List<string>();
        var options = new SnapshotOptions { Cancel = TestContext.Current.CancellationToken, Warn = warnings.Add };
        var fetcher = new RpmSnapshotFetcher(ground.Client, ground.Metadata);
        await fetcher.FetchAsync([ground.Resolved with { MirrorList = new Uri(ground.ServerRoot, "nothing") }], options);
        Assert.Contains("cannot fetch the list of mirrors of repository `demo`", Assert.Single(warnings), StringComparison.Ordinal);
        await Assert.ThrowsAsync<EzException>(() => fetcher.FetchAsync([ground.Resolved with { Metalink = new Uri(ground.ServerRoot, "nothing") }], options));
    }

    /// <summary>As MirrorManager writes it: the wanted digest among the alternates, the preferred mirror last.</summary>
    internal static string Metalink(byte[] digest, params string[] mirrors)
    {
        XNamespace ns = "http://www.metalinker.org/", mm0 = "http://fedorahosted.org/mirrormanager";
        XElement Verification(XNamespace of, byte[] sum) => new(of + "verification", new XElement(of + "hash", new XAttribute("type", "md5"), "0"), new XElement(of + "hash", new XAttribute("type", "sha256"), Convert.ToHexStringLower(sum)));
        return new XElement(ns + "metalink", new XElement(ns + "files", new XElement(
            ns + "file",
            new XAttribute("name", "repomd.xml"),
            new XElement(mm0 + "timestamp", 1),
            Verification(ns, new byte[32]),
            new XElement(mm0 + "alternates", new XElement(mm0 + "alternate", new XElement(mm0 + "timestamp", 0), Verification(mm0, digest))),
            new XElement(ns + "resources", mirrors.Select((mirror, number) => new XElement(ns + "url", new XAttribute("protocol", "http"), new XAttribute("preference", number), $"{mirror}/repodata/repomd.xml")))))).ToString();
    }
}
