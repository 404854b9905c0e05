using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Repositories.Tests;

/// <summary>Keys that a recipe names by fingerprint, with the files beside it that have them, or alone.</summary>
public sealed class NamedKeysTests : IDisposable
{
    private readonly TempFolder _root = new();
    private readonly SigningKey _first = new();
    private readonly SigningKey _second = new();

    public void Dispose()
    {
        _second.Dispose();
        _first.Dispose();
        _root.Dispose();
    }

    [Theory]
    [InlineData(PackageFamily.Deb)]
    [InlineData(PackageFamily.Rpm)]
    public void A_key_file_s_key_counts_and_the_others_in_it_do_not(PackageFamily family)
    {
        var file = _root.WriteFile("keys/both.asc", _first.ArmoredPublicKey + _second.ArmoredPublicKey);
        var spec = Spec(new KeySource.Fingerprints([_second.Fingerprint]) { Files = [Named(file, _second)] });

        Assert.False(AsksHost(family, spec));
        Assert.Equal(new TrustedKeys([file], [], [_second.Fingerprint]), Resolve(family, spec, HostKeyFiles.None));
        Assert.Equal([_second.Fingerprint], FingerprintsIn(Assert.IsType<KeySource.Inline>(KeyBlocks.Inline(spec).Keys).Armored));
    }

    [Theory]
    [InlineData(PackageFamily.Deb)]
    [InlineData(PackageFamily.Rpm)]
    public void One_with_a_file_and_one_that_the_host_has_count_also_where_the_recipe_is_not_at_hand(PackageFamily family)
    {
        var (file, ofHost) = (_root.WriteFile("keys/first.asc", _first.ArmoredPublicKey), _root.WriteFile("host/second.asc", _second.ArmoredPublicKey));
        var host = new HostKeyFiles([_root.WriteFile("host/broken.asc", "x"), ofHost], [_root.At("host")]);
        var spec = Spec(new KeySource.Fingerprints([_first.Fingerprint, _second.Fingerprint]) { Files = [Named(file, _first)] });

        Assert.True(AsksHost(family, spec));
        Assert.Equal(new TrustedKeys([file, ofHost], [], [_first.Fingerprint, _second.Fingerprint]), Resolve(family, spec, host));
        var carried = KeyBlocks.Inline(spec);
        File.Delete(file);
        var keys = Resolve(family, carried, host);
        Assert.Equal((ofHost, _first.Fingerprint), (Assert.Single(keys.Files), Assert.Single(FingerprintsIn(Assert.Single(keys.Inline)))));
        Assert.Equal([_first.Fingerprint, _second.Fingerprint], keys.Fingerprints);
    }

    [Theory]
    [InlineData(PackageFamily.Deb)]
    [InlineData(PackageFamily.Rpm)]
    public void A_key_file_that_is_not_there_is_told_before_anything_is_fetched(PackageFamily family)
    {
        var spec = Spec(new KeySource.KeyFile(_root.At("keys/typo.asc")));
        var refused = Assert.Throws<EzException>(() => Resolve(family, spec, HostKeyFiles.None));
        Assert.Equal((FailureKind.Untrusted, $"repository `{spec.Id}`: there is no key file `{_root.At("keys/typo.asc")}`"), (refused.Kind, refused.Message));

        _root.WriteFile("keys/typo.asc", _first.ArmoredPublicKey);
        Assert.Equal([_root.At("keys/typo.asc")], Resolve(family, spec, HostKeyFiles.None).Files);
    }

    [Theory]
    [InlineData(PackageFamily.Deb)]
    [InlineData(PackageFamily.Rpm)]
    public void A_file_without_its_key_is_refused_by_name(PackageFamily family)
    {
        var file = _root.WriteFile("keys/first.asc", _first.ArmoredPublicKey);
        var spec = Spec(new KeySource.Fingerprints([_second.Fingerprint]) { Files = [Named(file, _second)] });

        foreach (var act in (Action[])[() => Resolve(family, spec, HostKeyFiles.None), () => KeyBlocks.Inline(spec)])
        {
            var refused = Assert.Throws<EzException>(act);
            Assert.Equal(FailureKind.Untrusted, refused.Kind);
            Assert.Equal($"repository `one`: the key file `keys/key.asc` does not have the key `{_second.Fingerprint}`; it has `{_first.Fingerprint}`", refused.Message);
            Assert.EndsWith($"gpg --show-keys --with-fingerprint {file}", refused.Hint, StringComparison.Ordinal);
        }

        File.WriteAllText(file, "no key");
        Assert.EndsWith("it has no OpenPGP key that can be read", Assert.Throws<EzException>(() => Resolve(family, spec, HostKeyFiles.None)).Message, StringComparison.Ordinal);
        File.Delete(file);
        Assert.Equal(FailureKind.Usage, Assert.Throws<EzException>(() => Resolve(family, spec, HostKeyFiles.None)).Kind);
    }

    [Theory]
    [InlineData(PackageFamily.Deb)]
    [InlineData(PackageFamily.Rpm)]
    public void Where_no_file_has_one_it_is_told_where_it_was_looked_for(PackageFamily family)
    {
        var host = new HostKeyFiles([_root.WriteFile("host/first.asc", _first.ArmoredPublicKey)], [_root.At("host"), _root.At("other")]);
        var refused = Assert.Throws<EzException>(() => Resolve(family, Spec(new KeySource.Fingerprints([_second.Fingerprint])), host));
        Assert.Equal(FailureKind.Untrusted, refused.Kind);
        Assert.Equal($"repository `one`: no key file of this host has the key `{_second.Fingerprint}`; looked for in `{_root.At("host")}` (1 file), `{_root.At("other")}` (not there)", refused.Message);
        Assert.Contains($"`keys: [{{file: keys/NAME.asc, fingerprint: {_second.Fingerprint}}}]`", refused.Hint, StringComparison.Ordinal);
    }

    private static NamedKeyFile Named(string file, SigningKey key) => new(file, "keys/key.asc", key.Fingerprint);

    private static RepositorySpec Spec(KeySource keys) => new() { Id = "one", Mirrors = ["https://a.example/"], Suites = ["stable"], Components = ["main"], Keys = keys };

    private static MirrorSources Sources(HostKeyFiles host) =>
        new() { Host = HostAptConfiguration.Empty with { Keys = host }, Dnf = HostDnfConfiguration.Empty with { Keys = host } };

    private static TrustedKeys Resolve(PackageFamily family, RepositorySpec spec, HostKeyFiles host) => family == PackageFamily.Deb
        ? RepositoryResolver.Resolve(spec, Sources(host)).Suites[0].Choices[0].Keys
        : RpmRepositoryResolver.Resolve(spec, Sources(host)).Keys;

    private static bool AsksHost(PackageFamily family, RepositorySpec spec) => family == PackageFamily.Deb
        ? RepositoryResolver.AsksHost(spec, Sources(HostKeyFiles.None))
        : RpmRepositoryResolver.AsksHost(spec, Sources(HostKeyFiles.None));

    private IEnumerable<string> FingerprintsIn(string armored) =>
        ToolRun.Run("gpg", "--show-keys", "--with-colons", _root.WriteFile("seen.asc", armored)).Succeed().Lines.Where(line => line.StartsWith("fpr:", StringComparison.Ordinal)).Select(line => line.Split(':')[9]);
}
