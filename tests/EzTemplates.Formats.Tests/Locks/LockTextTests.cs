using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats.Locks;
using FsCheck;
using FsCheck.Fluent;
using NuGet.Versioning;
using Xunit;

namespace EzTemplates.Formats.Tests.Locks;

public sealed class LockTextTests
{
    private const string Zero = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private const string Golden = $$"""
        {
          "format": 1,
          "template": "nginx",
          "version": "1.0.7",
          "family": "deb",
          "architecture": "amd64",
          "recipe": "{{Zero}}",
          "base": {"template": "debian-12", "version": "1.0.3", "lock": "{{Zero}}"},
          "epoch": 1700000000,
          "rules": 0,
          "snapshots": [
            {"repository": "debian", "suite": "bookworm", "name": "{{Zero}}"}
          ],
          "ids": [
            {"kind": "user", "name": "www", "number": 100}
          ],
          "packages": [
            {"name": "nginx", "version": "1.22.1-9+deb12u3", "architecture": "amd64", "source": "debian/bookworm", "path": "pool/main/n/nginx_1.22.1-9+deb12u3_amd64.deb", "size": 527616, "sha256": "{{Zero}}", "reason": "root"},
            {"name": "nginx-common", "version": "1.22.1-9", "architecture": "all", "source": "debian/bookworm", "path": "pool/main/n/c.deb", "size": 1, "sha256": "{{Zero}}", "reason": "nginx"}
          ]
        }

        """;

    /// <summary>Of a repository that sums with SHA-512.</summary>
    private const string GoldenRpmRow = $"{{\"name\": \"nginx\", \"version\": \"1.20-1\", \"architecture\": \"x86_64\", \"source\": \"oss\", \"path\": \"x86_64/nginx.rpm\", \"size\": 7, \"sha256\": \"{Zero}\", \"sha512\": \"{Zero}{Zero}\", \"reason\": \"root\"}}";

    private static readonly Sha256Digest Nothing = Sha256Digest.Of([]);

    private static TemplateLock Small() => new()
    {
        Template = "nginx",
        Version = new NuGetVersion("1.0.7"),
        Family = PackageFamily.Deb,
        Architecture = "amd64",
        Recipe = Nothing,
        Base = new LockedBase("debian-12", new NuGetVersion("1.0.3"), Nothing),
        Epoch = 1_700_000_000,
        Rules = 0,
        Snapshots = [new("debian", "bookworm", Nothing)],
        Ids = [new("user", "www", 100)],
        Packages =
        [
            new("nginx", "1.22.1-9+deb12u3", "amd64", "debian/bookworm", "pool/main/n/nginx_1.22.1-9+deb12u3_amd64.deb", 527_616, Nothing, "root"),
            new("nginx-common", "1.22.1-9", "all", "debian/bookworm", "pool/main/n/c.deb", 1, Nothing, "nginx"),
        ],
    };

    [Fact]
    public void A_lock_of_RPMs_has_a_repository_where_suites_would_be()
    {
        var rpm = Small() with
        {
            Family = PackageFamily.Rpm,
            Architecture = "x86_64",
            Ids = [],
            Snapshots = [new("baseos", "", Nothing)],
            Packages = [new("nginx", "2:1.20.1-14.el9", "x86_64", "baseos", "Packages/n/nginx-1.20.1-14.el9.x86_64.rpm", 1, Nothing, "root")],
        };
        var text = Encoding.UTF8.GetString(LockText.Write(rpm));
        Assert.Equal(
            $$"""
              "snapshots": [
                {"repository": "baseos", "name": "{{Zero}}"}
              ],
              "ids": [],
              "packages": [
                {"name": "nginx", "version": "2:1.20.1-14.el9", "architecture": "x86_64", "source": "baseos", "path": "Packages/n/nginx-1.20.1-14.el9.x86_64.rpm", "size": 1, "sha256": "{{Zero}}", "reason": "root"}
              ]
            }

            """,
            text[text.IndexOf("  \"snapshots\"", StringComparison.Ordinal)..]);
        Assert.Equal(text, Encoding.UTF8.GetString(LockText.Write(LockText.Read(Encoding.UTF8.GetBytes(text), "x"))));
        foreach (var (from, to) in ((string, string)[])[
            ("\"baseos\", \"path\"", "\"baseos/9\", \"path\""), ("\"baseos\", \"name\"", "\"baseos\", \"suite\": \"9\", \"name\""),
            ("\"name\": \"nginx\"", "\"name\": \"..\""), ("1.20.1-14.el9\"", "1/../../x-14.el9\""), ("\"x86_64\", \"source\"", "\"x/64\", \"source\"")])
        {
            Assert.Contains(from, text, StringComparison.Ordinal);
            Assert.ThrowsAny<EzException>(() => LockText.Read(Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal)), "x"));
        }
    }

    [Fact]
    public void The_text_is_exactly_this()
    {
        Assert.Equal(Golden, Encoding.UTF8.GetString(LockText.Write(Small())));
        var read = LockText.Read(Encoding.UTF8.GetBytes(Golden), "x");
        Assert.False(LockChange.IsChanged(Small(), read));
        Assert.Equal(Golden, Encoding.UTF8.GetString(LockText.Write(read)));
        Assert.Equal(Small().Ids.AsEnumerable(), read.Ids);
        Assert.Equal(Small().Snapshots.AsEnumerable(), read.Snapshots);
        Assert.Equal((Small().Version, Small().Epoch), (read.Version, read.Epoch));
    }

    [Fact]
    public void Any_lock_survives_the_round_trip() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var value = Random(new Random(seed));
            var text = LockText.Write(value);
            var read = LockText.Read(text, "x");
            Assert.Equal(text, LockText.Write(read));
            Assert.Equal(value.Packages.AsEnumerable(), read.Packages);
            Assert.Equal(value.Base, read.Base);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_digest_leaves_out_ids_and_snapshots_and_nothing_else()
    {
        var digest = LockText.DigestOf(Small());
        Assert.Equal(digest, LockText.DigestOf(Small() with { Ids = [], Snapshots = [new("debian", "bookworm", Sha256Digest.Of([1]))] }));
        Assert.NotEqual(digest, LockText.DigestOf(Small() with { Epoch = 1 }));
        Assert.NotEqual(digest, LockText.DigestOf(Small() with { Version = new NuGetVersion("1.0.8") }));
        Assert.NotEqual(digest, LockText.DigestOf(Small() with { Base = null }));
        Assert.NotEqual(digest, LockText.DigestOf(Small() with { Packages = [Small().Packages[0]] }));
    }

    [Fact]
    public void A_row_keeps_what_its_repository_states_beside_its_own_digest()
    {
        var rpm = Small() with
        {
            Family = PackageFamily.Rpm,
            Architecture = "x86_64",
            Snapshots = [],
            Packages = [new("nginx", "1.20-1", "x86_64", "oss", "x86_64/nginx.rpm", 7, Nothing, "root") { Stated = StatedDigest.Parse(Zero + Zero) }],
        };
        var text = Encoding.UTF8.GetString(LockText.Write(rpm));
        Assert.Contains(GoldenRpmRow, text, StringComparison.Ordinal);
        Assert.Equal(rpm.Packages, LockText.Read(Encoding.UTF8.GetBytes(text), "n.lock.json").Packages);
        Assert.NotEqual(LockText.DigestOf(rpm), LockText.DigestOf(rpm with { Packages = [rpm.Packages[0] with { Stated = null }] }));
        var refused = Assert.Throws<EzException>(() => LockText.Read(Encoding.UTF8.GetBytes(text.Replace(Zero + Zero, Zero, StringComparison.Ordinal)), "n.lock.json"));
        Assert.Equal("lock `n.lock.json`: `packages[0].sha512` is not a digest of type `sha512`, in lower-case hexadecimal digits", refused.Message);
    }

    [Theory]
    [InlineData("\"format\": 1", "\"format\": 2", "lock `n.lock.json`: `format` is 2; this ez reads format 1")]
    [InlineData("\"rules\": 0,", "", "lock `n.lock.json`: `rules` is missing")]
    [InlineData("\"rules\": 0,", "\"rules\": \"0\",", "lock `n.lock.json`: `rules` is not a number in range")]
    [InlineData("\"rules\": 0,", "\"rules\": 0, \"more\": 1,", "lock `n.lock.json`: `more` is not a key of a lock")]
    [InlineData("\"number\": 100", "\"number\": 100, \"x\": 1", "lock `n.lock.json`: `ids[0].x` is not a key of a lock")]
    [InlineData("\"1.0.7\"", "\"1.07\"", "lock `n.lock.json`: `version` is not a version such as 1.0.7")]
    [InlineData("pool/main/n/c.deb", "pool/../c.deb", "lock `n.lock.json`: `packages[1].path` is not a path below an archive's root: `pool/../c.deb`")]
    [InlineData("pool/main/n/c.deb", "/pool/c.deb", "lock `n.lock.json`: `packages[1].path` is not a path below an archive's root: `/pool/c.deb`")]
    [InlineData("pool/main/n/c.deb", "pool/%2e%2e/c?.deb", "lock `n.lock.json`: `packages[1].path` is not a path below an archive's root: `pool/%2e%2e/c?.deb`")]
    [InlineData("\"name\": \"nginx-common\"", "\"name\": \"aaa\"", "lock `n.lock.json`: `packages[1]` (`aaa`) stands after `nginx`, out of order")]
    [InlineData("\"nginx-common\", \"version\": \"1.22.1-9\", \"architecture\": \"all\"", "\"nginx\", \"version\": \"1\", \"architecture\": \"amd64\"", "lock `n.lock.json`: `packages[1]` (`nginx`) stands twice")]
    [InlineData("\"sha256\": \"e3b0", "\"sha256\": \"E3B0", "lock `n.lock.json`: `packages[0].sha256` is not a SHA-256 digest (64 lower-case hexadecimal digits)")]
    [InlineData("\"debian/bookworm\"", "\"debian\"", "lock `n.lock.json`: `packages[0].source` is not `repository/suite`")]
    [InlineData("\"template\": \"nginx\"", "\"template\": \"../nginx\"", "lock `n.lock.json`: `template` is not a template's name")]
    public void What_the_writer_would_not_write_is_refused(string from, string to, string message)
    {
        var text = Golden.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(Golden, text);
        var e = Assert.Throws<EzException>(() => LockText.Read(Encoding.UTF8.GetBytes(text), "n.lock.json"));
        Assert.Equal(message, e.Message);
        Assert.Equal((FailureKind.Usage, "ez lock"), (e.Kind, e.Hint));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("<<<<<<< HEAD")]
    [InlineData("{\"format\": 1, \"format\": 1}")]
    public void What_is_no_such_json_is_refused(string text)
    {
        var e = Assert.Throws<EzException>(() => LockText.Read(Encoding.UTF8.GetBytes(text), "n.lock.json"));
        Assert.StartsWith("lock `n.lock.json`", e.Message, StringComparison.Ordinal);
        Assert.Equal(FailureKind.Usage, e.Kind);
    }

    private static TemplateLock Random(Random random)
    {
        string Text(string letters) => new([.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => letters[random.Next(letters.Length)])]);
        Sha256Digest Digest() => Sha256Digest.Of(BitConverter.GetBytes(random.Next()));
        const string Name = "abci+-.019";
        var packages = Enumerable.Range(0, random.Next(6))
            .Select(_ => new LockedPackage("a" + Text(Name), Text("019.~+-:\"\\<ıI"), Text("amd64i"), $"r/{Text(Name)}", "p" + Text("abc+~%:"), random.NextInt64(), Digest(), Text("abcä\"")))
            .DistinctBy(p => (p.Name, p.Architecture))
            .OrderBy(p => p.Name, StringComparer.Ordinal).ThenBy(p => p.Architecture, StringComparer.Ordinal);
        return Small() with
        {
            Base = random.Next(2) == 0 ? null : new LockedBase("x" + Text(Name), new NuGetVersion(random.Next(9), random.Next(9), random.Next(9)), Digest()),
            Epoch = random.Next(),
            Packages = [.. packages],
            Ids = random.Next(2) == 0 ? [] : [new("group", Text("abcä"), 7), new("user", Text("abc"), (uint)random.Next())],
        };
    }
}
