using System.Net;
using Xunit;

namespace EzTemplates.Testing.Tests;

/// <summary>The judge is APT itself: what it accepts is a repository.</summary>
public sealed class GeneratedRepositoryTests : IDisposable
{
    private readonly GeneratedRepository _repository = new();
    private readonly TempFolder _temp = new();

    public void Dispose()
    {
        _temp.Dispose();
        _repository.Dispose();
    }

    [Theory]
    [InlineData(AptSourceStyle.SourcesWithPath)]
    [InlineData(AptSourceStyle.SourcesInline)]
    [InlineData(AptSourceStyle.OneLine)]
    public void Apt_updates_from_it_in_every_style(AptSourceStyle style)
    {
        using var server = new LocalServer(_repository.Root);
        _repository.Publish(Options(), Hello("1.0"));
        var root = AptRoot.Write(_temp.At("apt"), _repository, style, (server.Address, "stable-one", "main"));
        var update = Apt(root, "update");
        Assert.True(update.ExitCode == 0 && !update.Error.Contains("W:", StringComparison.Ordinal), update.Error + update.Output);
        Assert.Contains("Inst hello (1.0", Apt(root, "install", "-s", "hello").Succeed().Output, StringComparison.Ordinal);
        Assert.Equal(0, Apt(root, "update").ExitCode);
        Assert.Contains(server.Requests, request => request.IsConditional && request.Status == 304);
    }

    [Fact]
    public void Apt_refuses_a_release_that_was_tampered_with_and_one_that_expired()
    {
        Requires.Tool("apt-get");
        using var server = new LocalServer(_repository.Root);
        var root = AptRoot.Write(_temp.At("apt"), _repository, AptSourceStyle.SourcesWithPath, (server.Address, "stable-one", "main"));
        _repository.Publish(Options() with { ValidFor = TimeSpan.FromDays(7) }, Hello("1.0"));
        Assert.Contains("expired", Apt(root, "update").Error, StringComparison.Ordinal);

        _repository.Publish(Options(), Hello("1.0"));
        _repository.TamperRelease("stable-one", "Origin: Generated", "Origin: Elsewhere");
        Assert.Contains("BADSIG", Apt(root, "update").Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none", "data.tar")]
    [InlineData("gzip", "data.tar.gz")]
    [InlineData("xz", "data.tar.xz")]
    [InlineData("zstd", "data.tar.zst")]
    [InlineData("bzip2", "data.tar.bz2")]
    [InlineData("lzma", "data.tar.lzma")]
    public void A_package_unpacks_to_what_was_asked_for(string compressor, string member)
    {
        var package = Hello("1:2.0-1") with { Compressor = compressor };
        var deb = _temp.At(package.FileName);
        DebBuilder.Build(package, deb);
        Assert.Contains($"{member} ", File.ReadAllText(deb, System.Text.Encoding.Latin1).Replace('/', ' '), StringComparison.Ordinal);
        ToolRun.Run("dpkg-deb", "-x", deb, _temp.At("out")).Succeed();
        Assert.Equal("hello 1:2.0-1\n", File.ReadAllText(_temp.At("out/usr/share/hello/text")));
        Assert.Equal("text", new FileInfo(_temp.At("out/usr/share/hello/link")).LinkTarget);
        Assert.Equal((UnixFileMode)0x9ED, File.GetUnixFileMode(_temp.At("out/usr/bin/hello")));
        Assert.Equal(GeneratedPackage.DefaultTime.UtcDateTime, File.GetLastWriteTimeUtc(_temp.At("out/usr/share/hello")));
        var links = ToolRun.Run("stat", "-c", "%h", _temp.At("out/usr/share/hello/text")).Succeed();
        Assert.Equal("2", links.Output.Trim());
    }

    [Fact]
    public void The_same_package_gives_the_same_bytes()
    {
        DebBuilder.Build(Hello("1.0"), _temp.At("a.deb"));
        DebBuilder.Build(Hello("1.0"), _temp.At("b.deb"));
        Assert.Equal(File.ReadAllBytes(_temp.At("a.deb")), File.ReadAllBytes(_temp.At("b.deb")));
    }

    [Fact]
    public void Owners_are_kept()
    {
        Requires.Root();
        var package = new GeneratedPackage("owned", "1").Add(new GeneratedEntry.RegularFile("/var/lib/owned/x", [1, 2]) { Uid = 42, Gid = 43, Mode = 0x9E8 });
        DebBuilder.Build(package, _temp.At("owned.deb"));
        var listing = ToolRun.Run("dpkg-deb", "--contents", _temp.At("owned.deb")).Succeed().Output;
        Assert.Matches("-rwsr-x--- [^ ]*/[^ ]* +2 .*owned/x", listing);
        var archive = ToolRun.Run("dpkg-deb", "--fsys-tarfile", _temp.At("owned.deb")).Succeed().Stdout;
        var numbers = ToolRun.Run(new ToolCommand("tar", "--numeric-owner", "-tv") { Stdin = archive }).Succeed().Output;
        Assert.Contains("42/43", numbers, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_order_and_a_new_date_change_the_release_and_no_package()
    {
        var first = _repository.Publish(Options(), Hello("1.0"), new GeneratedPackage("other", "2"));
        var second = _repository.Publish(first.Options with { StanzaSeed = 1 }, [.. first.Packages.Select(p => p.Package)]);
        var third = _repository.Resign(first, first.Options.Date.AddDays(1));
        Assert.Equal(first.Packages, second.Packages);
        Assert.Equal(first.Packages, third.Packages);
        Assert.NotEqual(first.ReleaseText, third.ReleaseText);
        Assert.Equal(HttpStatusCode.OK, Status(_repository, "dists/stable-one/main/binary-amd64/Packages.xz"));
    }

    private static HttpStatusCode Status(GeneratedRepository repository, string path)
    {
        using var server = new LocalServer(repository.Root);
        using var client = new HttpClient();
        using var response = client.Send(new HttpRequestMessage(HttpMethod.Get, $"{server.Address}/{path}"), TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static PublishOptions Options() => new() { Date = new DateTimeOffset(2024, 6, 1, 12, 0, 0, TimeSpan.Zero) };

    private static GeneratedPackage Hello(string version) => new GeneratedPackage("hello", version)
        .File("/usr/bin/hello", "#!/bin/sh\necho hello\n", 0x9ED)
        .File("/usr/share/hello/text", $"hello {version}\n")
        .Link("/usr/share/hello/link", "text")
        .HardLink("/usr/share/hello/also", "/usr/share/hello/text")
        .Script("postinst", "#!/bin/sh\nexit 0\n");

    /// <summary>APT with a configuration, state and cache of its own, and no sandbox user (who could not read the temp folder's files).</summary>
    private static ToolRun Apt(string root, params IReadOnlyList<string> words)
    {
        Requires.Tool("apt-get");
        foreach (var folder in (string[])["state/lists/partial", "cache/archives/partial"])
        {
            Directory.CreateDirectory(Path.Combine(root, folder));
        }

        File.WriteAllText(Path.Combine(root, "state/status"), "");
        var settings = new Dictionary<string, string>
        {
            ["Dir::Etc"] = Path.Combine(root, "etc/apt"),
            ["Dir::State"] = Path.Combine(root, "state"),
            ["Dir::State::status"] = Path.Combine(root, "state/status"),
            ["Dir::Cache"] = Path.Combine(root, "cache"),
            ["APT::Sandbox::User"] = "",
            ["APT::Architecture"] = "amd64",
            ["Acquire::Languages"] = "none",
            ["Acquire::http::Proxy"] = "DIRECT",
            ["APT::Get::List-Cleanup"] = "0",
        };
        var configuration = Path.Combine(root, "apt.conf");
        File.WriteAllText(configuration, string.Concat(settings.Select(row => $"{row.Key} \"{row.Value}\";\n")));
        return ToolRun.Run(new ToolCommand("apt-get", words)
        {
            Environment = new Dictionary<string, string?> { ["APT_CONFIG"] = configuration, ["LC_ALL"] = "C.UTF-8" },
        });
    }
}
