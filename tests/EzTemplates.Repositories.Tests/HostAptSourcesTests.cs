using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Repositories.Tests;

public sealed class HostAptSourcesTests
{
    /// <summary>File name, content, and the sources it makes: root suite components | key files or fingerprints.</summary>
    public static TheoryData<string, string, string> Cases => new()
    {
        { "a.list", "deb http://a.example/debian bookworm main contrib # why\n#deb http://b.example x y\ndeb-src http://a.example/debian bookworm main\n", "http://a.example/debian/ bookworm main,contrib | default.gpg" },
        { "a.list", "deb [arch=amd64,i386 signed-by=/k/a.gpg,/k/b.asc] https://a.example/d/ s m\n", "https://a.example/d/ s m | a.gpg,b.asc" },
        { "a.list", "deb\t[ signed-by=/k/a.gpg ]  file:/srv/mirror s  m\n", "file:///srv/mirror/ s m | a.gpg" },
        { "a.list", "deb cdrom:[Debian]/ s m\ndeb http://flat.example/x ./\n", "" },
        { "a.sources", "# c\nTypes: deb deb-src\nURIs: http://a.example http://b.example/x\nSuites: s s-updates\n# in between\nComponents: main\nSigned-By: /k/a.gpg\n", "http://a.example/ s main | a.gpg; http://a.example/ s-updates main | a.gpg; http://b.example/x/ s main | a.gpg; http://b.example/x/ s-updates main | a.gpg" },
        { "a.sources", "Types: deb\nEnabled: no\nURIs: http://a.example\nSuites: s\nComponents: m\n\nTypes: deb-src\nURIs: http://b.example\nSuites: s\nComponents: m\n", "" },
        { "a.sources", "Types: deb\nURIs: http://a.example\nSuites: s\nComponents: m\nSigned-By: 0123456789abcdef0123456789abcdef01234567!\n", "http://a.example/ s m | default.gpg,0123456789ABCDEF0123456789ABCDEF01234567!" },
        { "a.list.disabled", "deb http://a.example s m\n", "" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Sources_are_read(string file, string content, string expected)
    {
        using var temp = new TempFolder();
        temp.WriteFile("etc/apt/trusted.gpg.d/default.gpg", "");
        temp.WriteFile("etc/apt/sources.list.d/" + file, content);
        var sources = HostAptSources.Read(temp.Root).Sources.Select(s =>
            $"{s.Root} {s.Suite} {string.Join(',', s.Components)} | {string.Join(',', s.Keys.Files.Select(Path.GetFileName).Concat(s.Keys.Fingerprints))}");
        Assert.Equal(expected, string.Join("; ", sources));
    }

    [Fact]
    public void An_inline_key_is_unfolded()
    {
        using var temp = new TempFolder();
        temp.WriteFile("etc/apt/sources.list.d/a.sources", "Types: deb\nURIs: http://a.example\nSuites: s\nComponents: m\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n AAAA\n -----END PGP PUBLIC KEY BLOCK-----\n");
        var key = Assert.Single(HostAptSources.Read(temp.Root).Sources).Keys.Inline.Single();
        Assert.Equal("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----", key.Trim());
    }

    [Theory]
    [InlineData("Acquire::Check-Valid-Until \"false\";", true)]
    [InlineData("Acquire { Check-Valid-Until false; /* x */ };", true)]
    [InlineData("// Acquire::Check-Valid-Until \"false\";\nAPT { X { \"a;b\"; }; };", false)]
    [InlineData("acquire::check-valid-until \"0\"; Acquire::Check-Valid-Until \"true\";", false)]
    public void Switched_off_checks_are_taken_over_with_a_warning(string text, bool expected)
    {
        using var temp = new TempFolder();
        temp.WriteFile("etc/apt/apt.conf.d/99x", text);
        var read = HostAptSources.Read(temp.Root);
        Assert.Equal(expected, read.IgnoreValidUntil);
        Assert.Equal(expected ? 1 : 0, read.Warnings.Length);
    }

    [Fact]
    public void A_source_that_switches_a_check_off_is_warned_of()
    {
        using var temp = new TempFolder();
        temp.WriteFile("etc/apt/sources.list.d/a.list", "deb [check-valid-until=no] http://a.example s m\ndeb http://b.example s m\n");
        Assert.Contains("a.list:1` is taken over", Assert.Single(HostAptSources.Read(temp.Root).Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("deb [signed-by=/k/d.gpg] http://m.example/debian bookworm main\n")]
    [InlineData("deb [signed-by=/k/d.gpg] http://m.example/debian trixie main\n")]
    public void Another_vendors_suite_of_the_same_name_is_not_asked(string debian)
    {
        var choice = Assert.Single(Choices("deb [signed-by=/k/v.gpg] http://vendor.example/php bookworm main\n" + debian));
        Assert.Equal("http://m.example/debian/", Assert.Single(choice.Roots).AbsoluteUri);
    }

    [Fact]
    public void A_source_for_other_architectures_is_not_asked()
    {
        var choice = Assert.Single(Choices(
            "deb [arch=i386 signed-by=/k/d.gpg] http://old.example/debian bookworm main\ndeb [arch=i386,amd64 signed-by=/k/d.gpg] http://m.example/debian bookworm main\n"));
        Assert.Equal("http://m.example/debian/", Assert.Single(choice.Roots).AbsoluteUri);
    }

    private static ImmutableArray<MirrorChoice> Choices(string list)
    {
        using var temp = new TempFolder();
        temp.WriteFile("etc/apt/sources.list.d/a.list", list);
        var spec = new RepositorySpec { Id = "debian", Mirrors = ["host"], Suites = ["bookworm"], Components = ["main"], Keys = new KeySource.Host() };
        return RepositoryResolver.Resolve(spec, new MirrorSources { Host = HostAptSources.Read(temp.Root), Architecture = "amd64" }).Suites[0].Choices;
    }

    [Fact]
    public void Trusted_is_never_taken_over()
    {
        using var temp = new TempFolder();
        temp.WriteFile("etc/apt/sources.list", "");
        temp.WriteFile("etc/apt/sources.list.d/a.list", "deb [trusted=yes] http://a.example s m\n");
        Assert.Contains("trusted=yes", Assert.Single(HostAptSources.Read(temp.Root).Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("debian", "bookworm", "http://m.example/debian/")]
    [InlineData("debian", "trixie", "http://m.example/debian/")]
    [InlineData("debian", "trixie-updates", "http://m.example/debian/")]
    [InlineData("debian", "trixie-backports", "http://m.example/debian/")]
    [InlineData("debian-security", "trixie-security", "http://m.example/debian-security/")]
    public void Only_roots_that_may_serve_a_suite_are_asked(string id, string suite, string expected)
    {
        using var temp = new TempFolder();
        temp.WriteFile(
            "etc/apt/sources.list.d/a.list",
            "deb [signed-by=/k/v.gpg] http://vendor.example/node nodistro main\n"
            + "deb [signed-by=/k/d.gpg] http://m.example/debian bookworm main\ndeb [signed-by=/k/d.gpg] http://m.example/debian bookworm-updates main\n"
            + "deb [signed-by=/k/d.gpg] http://m.example/debian-security bookworm-security main\n");
        var spec = new RepositorySpec { Id = id, Mirrors = ["host"], Suites = [suite], Components = ["main"], Keys = new KeySource.Host() };
        var resolved = RepositoryResolver.Resolve(spec, new MirrorSources { Host = HostAptSources.Read(temp.Root) });
        var choice = Assert.Single(resolved.Suites[0].Choices);
        Assert.Equal(expected, Assert.Single(choice.Roots).AbsoluteUri);
        Assert.EndsWith("k/d.gpg", Assert.Single(choice.Keys.Files), StringComparison.Ordinal);
    }

    [Fact]
    public void No_likely_root_is_a_usage_error_with_a_hint()
    {
        var spec = new RepositorySpec { Id = "debian", Mirrors = ["host"], Suites = ["bookworm"], Components = ["main"], Keys = new KeySource.Host() };
        var refused = Assert.Throws<EzException>(() => RepositoryResolver.Resolve(spec, new MirrorSources { Host = HostAptConfiguration.Empty }));
        Assert.Equal(FailureKind.Usage, refused.Kind);
        Assert.Contains("--mirror debian=", refused.Hint, StringComparison.Ordinal);
    }
}
