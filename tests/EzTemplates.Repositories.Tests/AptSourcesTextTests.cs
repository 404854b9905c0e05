using System.Text;
using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Repositories.Tests;

/// <summary>The APT sources that environments get, and the keys in them.</summary>
public sealed class AptSourcesTextTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly SigningKey _first = new("First <first@example.org>");
    private readonly SigningKey _second = new("Second <second@example.org>");

    public AptSourcesTextTests() => Requires.Tool("gpg");

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void Suites_of_one_root_and_key_stand_together_and_what_no_environment_can_reach_is_left_out()
    {
        var keys = new TrustedKeys([_first.WritePublicKey(_temp.At("first.gpg"))], [], []);
        var text = Text(
            Repository("debian", keys, ("one", ["file:///srv/x/", "http://user:secret@a.example/debian/"]), ("one-updates", ["http://user:secret@a.example/debian/"])),
            Repository("local", keys, ("one", ["file:///srv/x/"])),
            Repository("open", TrustedKeys.None, ("two", ["https://b.example/"])) with { TrustUnsigned = true });
        var stanzas = text.Split("\n\n");
        Assert.Equal(2, stanzas.Length);
        Assert.StartsWith("Types: deb\nURIs: http://a.example/debian/\nSuites: one one-updates\nComponents: main contrib\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n", stanzas[0], StringComparison.Ordinal);
        Assert.Equal("Types: deb\nURIs: https://b.example/\nSuites: two\nComponents: main contrib\nTrusted: yes\n", stanzas[1]);
        Assert.Null(AptSourcesText.Write([Repository("local", keys, ("one", ["file:///srv/x/"]))], _ => false));
    }

    [Fact]
    public void Of_a_keyring_all_keys_are_carried_along_or_those_that_fingerprints_choose()
    {
        var ring = _temp.At("both.gpg");
        File.WriteAllBytes(ring, [.. _first.PublicKey, .. _second.PublicKey]);
        Assert.Equal(new[] { _first.Fingerprint, _second.Fingerprint }.Order(StringComparer.Ordinal), Carried(new TrustedKeys([ring], [], [])));
        Assert.Equal([_second.Fingerprint], Carried(new TrustedKeys([ring], [], [_second.Fingerprint])));
        Assert.Equal([_first.Fingerprint], Carried(new TrustedKeys([], [_first.ArmoredPublicKey], [])));

        var absent = new string('A', 40);
        Assert.Contains($"\nSigned-By: {absent}\n", Text(Repository("x", new TrustedKeys([ring], [], [absent]), ("one", ["http://a.example/"]))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_keyring_that_the_environment_has_itself_is_named()
    {
        var file = _first.WritePublicKey(_temp.At("first.gpg"));
        var written = AptSourcesText.Write([Repository("x", new TrustedKeys([file], [], []), ("one", ["http://a.example/"]))], asked => asked == file)!;
        Assert.EndsWith($"\nComponents: main contrib\nSigned-By: {file}\n", Encoding.UTF8.GetString(written), StringComparison.Ordinal);
    }

    [Fact]
    public void A_suite_of_two_repositories_stands_there_once_with_the_components_and_keys_of_both_and_apt_takes_it()
    {
        Requires.Tool("apt-get");
        var (one, two) = (new TrustedKeys([_first.WritePublicKey(_temp.At("first.gpg"))], [], []), new TrustedKeys([], [_second.ArmoredPublicKey], []));
        var (shared, other) = ((Suite: "one", Roots: (string[])["http://a.example/"]), (Suite: "two", Roots: (string[])["http://a.example/"]));
        var text = Text(
            Repository("first", one, shared),
            Repository("second", two, shared, other) with { Components = ["contrib", "extra"] },
            Repository("open", TrustedKeys.None, shared) with { TrustUnsigned = true });
        var stanzas = text.Split("\n\n");
        Assert.Equal(2, stanzas.Length);
        Assert.StartsWith("Types: deb\nURIs: http://a.example/\nSuites: one\nComponents: main contrib extra\nSigned-By:\n -----BEGIN", stanzas[0], StringComparison.Ordinal);
        Assert.StartsWith("Types: deb\nURIs: http://a.example/\nSuites: two\nComponents: contrib extra\nSigned-By:\n -----BEGIN", stanzas[1], StringComparison.Ordinal);
        Assert.Equal(new[] { _first.Fingerprint, _second.Fingerprint }.Order(StringComparer.Ordinal), KeysOf(stanzas[0]));
        Assert.Equal(["contrib", "extra", "main"], Apt(text).Distinct().Order(StringComparer.Ordinal));

        var files = new TrustedKeys([_second.WritePublicKey(_temp.At("second.gpg"))], [], []);
        var named = Encoding.UTF8.GetString(AptSourcesText.Write([Repository("first", one, shared), Repository("second", files, shared)], _ => true)!);
        Assert.EndsWith($"\nSigned-By: {_temp.At("first.gpg")}, {_temp.At("second.gpg")}\n", named, StringComparison.Ordinal);
        Assert.Contains("main", Apt(named));

        var absent = new string('A', 40);
        Assert.Contains($"\nSigned-By: {_first.Fingerprint}, {absent}\n", Text(Repository("x", one, shared), Repository("y", two with { Fingerprints = [absent] }, shared)), StringComparison.Ordinal);
    }

    /// <summary>The components that APT would fetch indexes of.</summary>
    private List<string> Apt(string sources)
    {
        var file = _temp.WriteFile("ez.sources", sources);
        var run = ToolRun.Run(
            "apt-get", "indextargets", "--no-release-info", "--format", "$(COMPONENT)", "Created-By: Packages", "-o", $"Dir::Etc::sourcelist={file}", "-o", "Dir::Etc::sourceparts=-", "-o", $"Dir::State={_temp.At("state")}");
        return [.. run.Succeed().Lines.Where(line => line.Length > 0)];
    }

    [Fact]
    public void A_keyring_that_is_none_is_told()
    {
        var broken = _temp.WriteFile("broken.gpg", "no key at all");
        var refused = Assert.Throws<EzException>(() => Text(Repository("x", new TrustedKeys([broken], [], []), ("one", ["http://a.example/"]))));
        Assert.Equal(FailureKind.Untrusted, refused.Kind);
        var cut = _temp.At("cut.gpg");
        File.WriteAllBytes(cut, [.. _first.PublicKey.Take(100)]);
        Assert.Throws<EzException>(() => Text(Repository("x", new TrustedKeys([cut], [], []), ("one", ["http://a.example/"]))));
    }

    /// <summary>Fingerprints of the primary keys that gpg finds in the text.</summary>
    private IEnumerable<string> Carried(TrustedKeys keys) => KeysOf(Text(Repository("x", keys, ("one", ["http://a.example/"]))));

    private IEnumerable<string> KeysOf(string stanza)
    {
        var block = stanza.Split("Signed-By:\n")[1];
        var file = _temp.WriteFile("carried.asc", string.Join('\n', block.Split('\n').Select(line => line.TrimStart() is "." ? "" : line.TrimStart())));
        var lines = ToolRun.Run("gpg", "--show-keys", "--with-colons", file).Succeed().Lines;
        return lines.Index().Where(line => line.Item.StartsWith("pub:", StringComparison.Ordinal)).Select(line => lines[line.Index + 1].Split(':')[9]).Order(StringComparer.Ordinal);
    }

    private static string Text(params IEnumerable<ResolvedRepository> repositories)
    {
        var file = AptSourcesText.Write(repositories, _ => false)!;
        Assert.True(MarkedText.IsUnedited(file));
        var text = Encoding.UTF8.GetString(file);
        return text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..];
    }

    private static ResolvedRepository Repository(string id, TrustedKeys keys, params IEnumerable<(string Suite, string[] Roots)> suites) => new()
    {
        Id = id,
        Components = ["main", "contrib"],
        Suites = [.. suites.Select(suite => new ResolvedSuite(suite.Suite, [new MirrorChoice([.. suite.Roots.Select(root => new Uri(root))], keys)]))],
    };
}
