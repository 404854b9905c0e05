using System.Text;
using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Formats.Tests.Deb;

public sealed class ReleaseFileTests
{
    private const string Digest = "3a2118df47bf3f04285649f0455c2fc6fe2dc7f0b237073038aa00af41f0d5f2";
    private const string Other = "53745ae74d05bccf6783400fa98f3932b21729ab9d2e86151aa2c331c3455178";

    [Fact]
    public void Reads_all_that_is_asked_of_it()
    {
        var release = Parse(
            "Origin: Debian\nLabel: Debian Backports\nSuite: stable-backports\nCodename: bookworm-backports\nVersion: 12\n"
            + "Date: Sat, 11 Jul 2026 10:16:37 UTC\nValid-Until: Sat, 18 Jul 2026 9:06:07 +0200\nAcquire-By-Hash: yes\nNotAutomatic: yes\n"
            + $"ButAutomaticUpgrades: yes\nArchitectures: all amd64\nComponents: main contrib\nMD5Sum:\n 0 1 x\nSHA256:\n {Digest}   12 main/a\n {Other} 0 main/b.xz\n");
        Assert.Equal(("Debian", "Debian Backports", "stable-backports", "bookworm-backports", "12"), (release.Origin, release.Label, release.Suite, release.Codename, release.Version));
        Assert.Equal(new DateTimeOffset(2026, 7, 11, 10, 16, 37, TimeSpan.Zero), release.Date);
        Assert.Equal(new DateTimeOffset(2026, 7, 18, 7, 6, 7, TimeSpan.Zero), release.ValidUntil);
        Assert.True(release.AcquireByHash && release.NotAutomatic && release.ButAutomaticUpgrades);
        Assert.Equal(["all", "amd64"], release.Architectures);
        Assert.Equal(["main", "contrib"], release.Components);
        Assert.Equal(2, release.Files.Count);
        Assert.Equal(new ReleaseEntry(12, Sha256Digest.Parse(Digest)), release.Files["main/a"]);
    }

    [Fact]
    public void Absent_fields_are_empty()
    {
        var release = Parse("SHA256:\n");
        Assert.Equal(("", "", null, false), (release.Origin, release.Suite, release.Date, release.AcquireByHash));
        Assert.Empty(release.Architectures);
        Assert.Empty(release.Files);
    }

    [Theory]
    [InlineData("", 0, "", "one paragraph")]
    [InlineData("Suite: a\n\nSHA256:\n", 3, "", "one paragraph")]
    [InlineData("Suite: a\n", 1, "SHA256", "is missing")]
    [InlineData("Suite: a\nValid-Until: tomorrow\nSHA256:\n", 2, "Valid-Until", "is not a date")]
    [InlineData("SHA256:\n " + Digest + " 1 a\n " + Digest + " a\n", 3, "SHA256", "is not `digest size path`")]
    [InlineData("SHA256:\n " + Digest + " -1 a\n", 2, "SHA256", "is not `digest size path`")]
    [InlineData("SHA256:\n 12 1 a\n", 2, "SHA256", "is not `digest size path`")]
    [InlineData("SHA256:\n " + Digest + " 1 ../a\n", 2, "SHA256", "leads out")]
    [InlineData("SHA256:\n " + Digest + " 1 a/../../b\n", 2, "SHA256", "leads out")]
    [InlineData("SHA256:\n " + Digest + " 1 /a\n", 2, "SHA256", "leads out")]
    [InlineData("SHA256:\n " + Digest + " 1 a\n " + Other + " 1 a\n", 3, "SHA256", "stands twice")]
    public void Refuses(string text, int line, string field, string reason)
    {
        var refused = Assert.Throws<MalformedMetadataException>(() => Parse(text));
        Assert.Equal((line, field), (refused.Line, refused.Field));
        Assert.Contains(reason, refused.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Sat, 11 Jul 2026 10:16:37 UTC", "2026-07-11T10:16:37Z")]
    [InlineData("Sun, 1 Feb 2026 00:00:00 GMT", "2026-02-01T00:00:00Z")]
    [InlineData("Thu, 01 Jan 1970 9:59:59 +0000", "1970-01-01T09:59:59Z")]
    [InlineData("11 Jul 2026 10:16:37 Z", "2026-07-11T10:16:37Z")]
    [InlineData("Sat, 11 Jul 2026 10:16:37 -0530", "2026-07-11T15:46:37Z")]
    public void Reads_dates(string text, string expected)
    {
        Assert.True(ReleaseDate.TryParse(text, out var date));
        Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), date);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Sat, 11 Jul 2026 10:16:37")]
    [InlineData("Sat, 11 Jul 2026 10:16:37 PST")]
    [InlineData("Sat, 31 Feb 2026 10:16:37 UTC")]
    [InlineData("Sat, 11 Tem 2026 10:16:37 UTC")]
    [InlineData("Sat, 11 Jul 26 10:16:37 UTC")]
    [InlineData("Sat, 11 Jul 2026 25:16:37 UTC")]
    [InlineData("Sat, 11 Jul 2026 10:16:37 +1500")]
    [InlineData("Mon, 01 Jan 0001 00:00:00 +0100")]
    [InlineData("2026-07-11T10:16:37Z")]
    public void Refuses_other_dates(string text) => Assert.False(ReleaseDate.TryParse(text, out _));

    [Fact]
    public void Reads_a_real_suite()
    {
        var signed = File.ReadAllText(Path.Combine(Requires.Shared(), "conformance", "debian", "InRelease"));
        var start = signed.IndexOf("\n\n", StringComparison.Ordinal) + 2;
        var text = signed[start..(signed.IndexOf("-----BEGIN PGP SIGNATURE", StringComparison.Ordinal))];
        var release = Parse(text);
        Assert.Equal(("Debian", "bookworm"), (release.Origin, release.Codename));
        Assert.True(release.AcquireByHash);
        Assert.NotNull(release.Date);
        Assert.Contains("main", release.Components);

        // The lines are counted in the text itself: 64 digits, a size, a path.
        var lines = text.Split('\n').Where(line => line.Length > 66 && line[0] == ' ' && line[1..65].All(char.IsAsciiHexDigitLower) && line[65] == ' ').ToList();
        Assert.Equal(lines.Count, release.Files.Count);
        foreach (var words in lines.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            Assert.Equal(new ReleaseEntry(long.Parse(words[1], null), Sha256Digest.Parse(words[0])), release.Files[words[2]]);
        }
    }

    private static ReleaseInfo Parse(string text) => ReleaseFile.Parse(Encoding.UTF8.GetBytes(text), "Release");
}
