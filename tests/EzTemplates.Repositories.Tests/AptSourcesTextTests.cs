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
    private IEnumerable<string> Carried(TrustedKeys keys)
    {
        var block = Text(Repository("x", keys, ("one", ["http://a.example/"]))).Split("Signed-By:\n")[1];
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
