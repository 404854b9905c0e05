using System.Text;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Repositories.Tests.Rpm;

/// <summary>The lists of rpm-md repositories that environments get, and the keys beside them.</summary>
public sealed class RpmSourcesTextTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly SigningKey _first = new("First <first@example.org>");
    private readonly SigningKey _second = new("Second <second@example.org>");

    public RpmSourcesTextTests() => Requires.Tool("gpg");

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void Lists_of_mirrors_are_kept_and_what_no_environment_can_reach_or_may_use_is_left_out()
    {
        var open = Repository("open") with { Trust = RpmTrust.Unsigned, Keys = TrustedKeys.None };
        var text = Text(
            open with { Roots = [new("file:///srv/x/"), new("http://user:secret@a.example/$os/"), new("https://b.example/")], Only = ["a*", "b"] },
            open with { Id = "lists", MirrorList = new("https://m.example/list?a=1&b=2"), Metalink = new("https://m.example/metalink?a=1&b=2") },
            open with { Id = "list", MirrorList = new("https://m.example/list") },
            open with { Id = "local", Roots = [new("file:///srv/x/")] },
            open with { Id = "forbidden", Roots = [new("https://b.example/")], Priority = -1 });
        Assert.Equal(
            """
            [ez-open]
            name=open
            baseurl=http://a.example/%24os/
                    https://b.example/
            enabled=1
            includepkgs=a* b
            gpgcheck=0
            repo_gpgcheck=0

            [ez-lists]
            name=lists
            metalink=https://m.example/metalink?a=1&b=2
            enabled=1
            gpgcheck=0
            repo_gpgcheck=0

            [ez-list]
            name=list
            mirrorlist=https://m.example/list
            enabled=1
            gpgcheck=0
            repo_gpgcheck=0

            """,
            text);
        Assert.Empty(RpmSourcesText.Write([open with { Roots = [new("file:///srv/x/")] }], PackageSources.Dnf, _ => true));
    }

    [Fact]
    public void Keys_lie_beside_the_list_those_that_fingerprints_choose_or_are_named_where_the_tree_has_them()
    {
        var ring = _temp.At("both.gpg");
        File.WriteAllBytes(ring, [.. _first.PublicKey, .. _second.PublicKey]);
        Assert.Equal(new[] { _first.Fingerprint, _second.Fingerprint }.Order(StringComparer.Ordinal), Carried(new TrustedKeys([ring], [], [])));
        Assert.Equal([_second.Fingerprint], Carried(new TrustedKeys([ring], [], [_second.Fingerprint])));
        Assert.Equal([_first.Fingerprint], Carried(new TrustedKeys([], [_first.ArmoredPublicKey], [])));
        var named = Assert.Single(RpmSourcesText.Write([Repository("x", new TrustedKeys([ring], [], []))], PackageSources.Dnf, file => file == ring));
        Assert.EndsWith($"\ngpgkey=file://{ring}\n", Encoding.UTF8.GetString(named.Text), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_repositories_of_one_id_are_told_apart_and_one_that_is_there_twice_stands_once()
    {
        var (one, two) = (Repository("x", new TrustedKeys([], [_first.ArmoredPublicKey], [])), Repository("x", new TrustedKeys([], [_second.ArmoredPublicKey], [])));
        var files = RpmSourcesText.Write([one, two, one, two], PackageSources.Dnf, _ => false);
        Assert.Equal(["/etc/yum.repos.d/ez.repo", "/etc/yum.repos.d/ez-x.asc", "/etc/yum.repos.d/ez-x-2.asc"], files.Select(file => file.Path.ToString()));
        Assert.Equal(["[ez-x]", "[ez-x-2]"], Encoding.UTF8.GetString(files[0].Text).Split('\n').Where(line => line.StartsWith('[')));
        Assert.All(files, file => Assert.True(MarkedText.IsUnedited(file.Text)));
    }

    private static ResolvedRpmRepository Repository(string id, TrustedKeys? keys = null) =>
        new() { Id = id, Roots = keys is null ? [] : [new("https://b.example/")], Keys = keys ?? TrustedKeys.None, Place = id };

    private static string Text(params ResolvedRpmRepository[] repositories)
    {
        var list = Assert.Single(RpmSourcesText.Write(repositories, PackageSources.Dnf, _ => false));
        Assert.True(MarkedText.IsUnedited(list.Text));
        var text = Encoding.UTF8.GetString(list.Text);
        return text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..];
    }

    /// <summary>As gpg reads the file, the line of ez's own before the keys included.</summary>
    private IEnumerable<string> Carried(TrustedKeys keys)
    {
        var file = _temp.At("carried.asc");
        File.WriteAllBytes(file, RpmSourcesText.Write([Repository("x", keys)], PackageSources.Dnf, _ => false)[1].Text);
        var lines = ToolRun.Run("gpg", "--show-keys", "--with-colons", file).Succeed().Lines.ToList();
        return [.. lines.Select((line, at) => (line, at)).Where(l => l.line.StartsWith("fpr:", StringComparison.Ordinal) && lines[l.at - 1].StartsWith("pub:", StringComparison.Ordinal)).Select(l => l.line.Split(':')[9]).Order(StringComparer.Ordinal)];
    }
}
