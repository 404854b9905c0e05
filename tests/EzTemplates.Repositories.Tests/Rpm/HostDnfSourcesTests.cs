using System.Runtime.InteropServices;
using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Repositories.Tests.Rpm;

public sealed class HostDnfSourcesTests : IDisposable
{
    private readonly TempFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("VERSION_ID=\"9.4\"\nPLATFORM_ID=\"platform:el9\"\n", "9")]
    [InlineData("VERSION_ID=43\nPLATFORM_ID=\"platform:f43\"\n", "43")]
    [InlineData("VERSION_ID=\"15.6\"\n", "15.6")]
    public void The_release_is_what_repositories_are_named_by(string osRelease, string expected)
    {
        _root.WriteFile("etc/os-release", osRelease);
        _root.WriteFile("etc/yum.repos.d/a.repo", "[base]\nbaseurl=https://a.example/$releasever/$basearch/\n");
        Assert.Equal($"https://a.example/{expected}/x86_64/", Read().Sources[0].Roots[0].ToString());
    }

    [Fact]
    public void Variables_come_from_files_and_have_words_for_when_they_are_empty()
    {
        _root.WriteFile("usr/lib/os-release", "VERSION_ID=9.4\n");
        _root.WriteFile("etc/yum/vars/stream", "old\n");
        _root.WriteFile("etc/dnf/vars/stream", "new\nsecond line\n");
        _root.WriteFile("etc/dnf/vars/empty", "\n");
        _root.WriteFile("etc/yum.repos.d/a.repo", "[base]\nbaseurl=https://a.example/$stream/${empty:-pub}/${stream:+x}/$releasever_major/${releasever_minor}/$unknown/$arch\n");
        Assert.Equal("https://a.example/new/pub/x/9/4/$unknown/i686/", Read("i686").Sources[0].Roots[0].ToString());
        _root.WriteFile("etc/yum.repos.d/a.repo", "[base]\nbaseurl=https://a.example/$basearch\n");
        Assert.Equal("https://a.example/i386/", Read("i686").Sources[0].Roots[0].ToString());
    }

    [Fact]
    public void Lists_keys_and_values_of_several_lines_are_read()
    {
        _root.WriteFile(
            "etc/yum.repos.d/all.repo",
            """
            [main]
            gpgcheck=1
            [one]
            name = The first = one
            ; a comment
            baseurl = https://a.example/os
                https://b.example/os/,ftp://c.example/
            gpgkey=file:///etc/pki/rpm-gpg/ONE
              https://keys.example/TWO
            [two]
            enabled=0
            mirrorlist=https://mirrors.example/metalink?repo=two
            [three]
            MirrorList=https://mirrors.example/list
            metalink=https://mirrors.example/metalink?repo=three

            """);
        _root.WriteFile("etc/yum.repos.d/ignored.txt", "[four]\nbaseurl=https://d.example/\n");
        var read = Read();
        Assert.Equal(["one", "two", "three"], read.Sources.Select(source => source.Id));
        Assert.Equal(["https://a.example/os/", "https://b.example/os/"], read.Sources[0].Roots.Select(root => root.ToString()));
        Assert.Equal([_root.At("etc/pki/rpm-gpg/ONE")], read.Sources[0].Keys.Files);
        Assert.Equal((null, "https://mirrors.example/metalink?repo=two"), (read.Sources[1].MirrorList, read.Sources[1].Metalink?.ToString()));
        Assert.Equal(("https://mirrors.example/list", "https://mirrors.example/metalink?repo=three"), (read.Sources[2].MirrorList?.ToString(), read.Sources[2].Metalink?.ToString()));
        Assert.Equal(2, read.Warnings.Length);
        Assert.Contains("the key `https://keys.example/TWO` of repository `one`", read.Warnings[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Fingerprints_are_looked_up_among_the_hosts_key_files()
    {
        using var key = new SigningKey();
        var file = key.WritePublicKey(_root.At("usr/share/distribution-gpg-keys/some/KEY.asc"));
        _root.WriteFile("etc/pki/rpm-gpg/broken", "-----BEGIN PGP PUBLIC KEY BLOCK-----\nx");
        var sources = new MirrorSources { Host = HostAptConfiguration.Empty, Dnf = Read() };
        RepositorySpec Spec(string fingerprint) => new() { Id = "one", Mirrors = ["https://a.example/"], Suites = [], Components = [], Keys = new KeySource.Fingerprints([fingerprint]) };
        Assert.Equal(new TrustedKeys([file], [], [key.Fingerprint]), RpmRepositoryResolver.Resolve(Spec(key.Fingerprint), sources).Keys);
        var refused = Assert.Throws<EzException>(() => RpmRepositoryResolver.Resolve(Spec(new string('A', 40)), sources));
        Assert.Equal(FailureKind.Untrusted, refused.Kind);
        Assert.Equal(
            $"repository `one`: no key file of this host has the key `{new string('A', 40)}`; looked for in `{_root.At("etc/pki/rpm-gpg")}` (1 file), `{_root.At("usr/lib/rpm/gnupg/keys")}` (not there), "
            + $"`{_root.At("usr/share/distribution-gpg-keys")}` (1 file), `{_root.At("etc/apt/keyrings")}` (not there), `{_root.At("etc/apt/trusted.gpg.d")}` (not there), `{_root.At("usr/share/keyrings")}` (not there)",
            refused.Message);
        Assert.Contains($"`keys: [{{file: keys/NAME.asc, fingerprint: {new string('A', 40)}}}]`", refused.Hint, StringComparison.Ordinal);
    }

    /// <summary>As zypper's files are: of a repository that is not asked for keys, nothing is said.</summary>
    [Fact]
    public void A_repository_whose_keys_are_no_files_is_refused_by_name_where_they_are_wanted()
    {
        var file = _root.WriteFile("etc/zypp/repos.d/suse.repo", "[far]\nbaseurl=https://a.example/os\ngpgkey=https://a.example/os/repodata/repomd.xml.key https://a.example/two\n[none]\nbaseurl=https://a.example/os\ngpgcheck=1\n");
        var sources = new MirrorSources { Host = HostAptConfiguration.Empty, Dnf = Read() };
        Assert.Empty(sources.Dnf.Warnings);
        RepositorySpec Spec(string id) => new() { Id = id, Mirrors = ["host"], Suites = [], Components = [], Keys = new KeySource.Host() };
        var far = Assert.Throws<EzException>(() => RpmRepositoryResolver.Resolve(Spec("far"), sources));
        Assert.Equal(
            (FailureKind.Untrusted, $"repository `far`: of its keys `{file}` says only where to fetch them, `https://a.example/os/repodata/repomd.xml.key`, `https://a.example/two`, and ez fetches no key"),
            (far.Kind, far.Message));
        Assert.EndsWith("fetch it once from `https://a.example/os/repodata/repomd.xml.key`, compare its fingerprint with what the distribution publishes, and name the file: gpgkey=file:///etc/pki/rpm-gpg/far", far.Hint, StringComparison.Ordinal);
        var none = Assert.Throws<EzException>(() => RpmRepositoryResolver.Resolve(Spec("none"), sources));
        Assert.Equal((FailureKind.Untrusted, $"repository `none`: `{file}` names no key (`gpgkey=`)"), (none.Kind, none.Message));
        Assert.Contains("`keys: [FINGERPRINT]`", none.Hint, StringComparison.Ordinal);
        Assert.Equal(TrustedKeys.None, RpmRepositoryResolver.Resolve(Spec("none") with { TrustUnsigned = true }, sources).Keys);
    }

    [Fact]
    public void A_folder_of_keys_that_leads_back_to_itself_is_read_once()
    {
        var key = _root.WriteFile("etc/pki/rpm-gpg/KEY", "x");
        File.CreateSymbolicLink(_root.At("etc/pki/rpm-gpg/LINK"), "KEY");
        Directory.CreateSymbolicLink(_root.At("etc/pki/rpm-gpg/loop"), ".");
        Assert.Equal([key, _root.At("etc/pki/rpm-gpg/LINK")], Read().Keys.Files);
    }

    [Fact]
    public void Folders_that_this_user_may_not_enter_are_passed_over()
    {
        Requires.Root();
        var key = _root.WriteFile("etc/pki/rpm-gpg/KEY", "x");
        foreach (var folder in (string[])["etc/pki/rpm-gpg/private", "etc/yum.repos.d", "etc/dnf/vars", "etc/apt/trusted.gpg.d"])
        {
            _root.WriteFile(folder + "/file", "x");
            File.SetUnixFileMode(_root.At(folder), UnixFileMode.None);
        }

        Assert.Equal([key], AsNobody(() => Read().Keys.Files));
    }

    [Fact]
    public void Mirrors_of_the_command_line_take_the_place_of_lists()
    {
        var spec = new RepositorySpec { Id = "one", Mirrors = ["host"], Metalink = "https://m.example/metalink", Suites = [], Components = [], Keys = new KeySource.Host(), TrustUnsigned = true };
        var sources = new MirrorSources { Host = HostAptConfiguration.Empty, CommandLine = new Dictionary<string, IReadOnlyList<string>> { ["one"] = ["https://c.example/os"] } };
        var resolved = RpmRepositoryResolver.Resolve(spec, sources);
        Assert.Equal(("https://c.example/os/", null, "https://m.example/metalink host"), (Assert.Single(resolved.Roots).ToString(), resolved.Metalink, resolved.Place));
        var configured = RpmRepositoryResolver.Resolve(spec, sources with { CommandLine = new Dictionary<string, IReadOnlyList<string>>(), Configured = new Dictionary<string, IReadOnlyList<string>> { ["one"] = ["https://d.example/os"] } });
        Assert.Equal(("https://d.example/os/", "https://m.example/metalink"), (Assert.Single(configured.Roots).ToString(), configured.Metalink?.ToString()));
    }

    /// <summary>The file system's view of this thread alone; away from root it has no capabilities over files either (setfsuid(2)).</summary>
    private static T AsNobody<T>(Func<T> act)
    {
        _ = SetFileUser(65534);
        try
        {
            return act();
        }
        finally
        {
            _ = SetFileUser(0);
        }
    }

    [DllImport("libc", EntryPoint = "setfsuid")]
    private static extern int SetFileUser(uint user);

    private HostDnfConfiguration Read(string architecture = "x86_64") => HostDnfSources.Read(_root.Root, architecture);
}
