using EzTemplates.Domain;
using EzTemplates.Repositories;
using EzTemplates.Testing;

namespace EzTemplates.Operations.Tests.Rpm;

/// <summary>Packages' own signatures, before anything of them is kept.</summary>
public sealed class RpmTrustTests : IDisposable
{
    private const string WithKey = "keys: key.asc";
    private const string Unconfigured = "configure: none";

    private readonly RpmGround _ground = new();
    private readonly SigningKey _key = new("packager <packager@example.org>");

    public void Dispose()
    {
        _key.Dispose();
        _ground.Dispose();
    }

    [Fact]
    public async Task A_package_that_its_repositorys_key_signed_comes_in()
    {
        _ground.Write("key.asc", System.Text.Encoding.ASCII.GetBytes(_key.ArmoredPublicKey));
        await _ground.Make("system", [Package(_key.DetachSignBinary)], Unconfigured, trust: WithKey);

        Assert.NotNull(_ground.TreeOf("system").Find(TreePath.Parse("/opt/odd")));
    }

    [Fact]
    public async Task An_unsigned_or_wrongly_signed_package_leaves_nothing_behind()
    {
        using var stranger = new SigningKey("stranger <stranger@example.org>");
        _ground.Write("key.asc", System.Text.Encoding.ASCII.GetBytes(_key.ArmoredPublicKey));

        var unsigned = await Refused(Package(null));
        Assert.Contains("is not signed", unsigned.Message, StringComparison.Ordinal);
        var strange = await Refused(Package(stranger.DetachSignBinary));
        Assert.Contains(stranger.Fingerprint[^16..], strange.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_ground.Work.Store.Layout.Contents));
    }

    /// <summary>Whether a recipe may take a package is its own matter, whoever brought it into the store.</summary>
    [Fact]
    public async Task What_came_in_for_a_recipe_that_asks_for_no_signature_is_verified_for_one_that_does()
    {
        using var stranger = new SigningKey("stranger <stranger@example.org>");
        _ground.Write("key.asc", System.Text.Encoding.ASCII.GetBytes(_key.ArmoredPublicKey));
        var (unsigned, strange, signed) = (Package(null), Package(stranger.DetachSignBinary), Package(_key.DetachSignBinary));
        foreach (var (number, package) in ((string[])[unsigned, strange, signed]).Index())
        {
            await _ground.Make("loose" + number, [package], Unconfigured);
        }

        Assert.Contains("is not signed", (await Refused(unsigned)).Message, StringComparison.Ordinal);
        Assert.Contains(stranger.Fingerprint[^16..], (await Refused(strange)).Message, StringComparison.Ordinal);
        await _ground.Make("system", [signed], Unconfigured, trust: WithKey);
    }

    /// <summary>A signature over the payload needs the archive, which is fetched for it where it is gone.</summary>
    [Fact]
    public async Task A_known_package_that_is_signed_the_old_way_is_verified_from_its_archive()
    {
        using var stranger = new SigningKey("stranger <stranger@example.org>");
        _ground.Write("key.asc", System.Text.Encoding.ASCII.GetBytes(_key.ArmoredPublicKey));
        var (strange, signed) = (Old(stranger.DetachSignBinary), Old(_key.DetachSignBinary));
        await _ground.Make("loose0", [strange], Unconfigured);
        await _ground.Make("loose1", [signed], Unconfigured);

        Assert.Contains(stranger.Fingerprint[^16..], (await Refused(strange)).Message, StringComparison.Ordinal);
        await _ground.Make("system", [signed], Unconfigured, trust: WithKey);

        var bytes = File.ReadAllBytes(signed);
        LockedPackage[] rows = [new LockedPackage("odd", "1-1", "x86_64", "r", "odd.rpm", bytes.Length, Sha256Digest.Of(bytes), "root")];
        using var trust = new PackageTrust(_ => new TrustedKeys([], [_key.ArmoredPublicKey], []), () => _ground.At("work"));
        Assert.Empty(FetchPackages.Missing(_ground.Work, rows, trust));
        File.Delete(_ground.Work.Store.ArchivePath(rows[0].Sha256));
        Assert.Empty(FetchPackages.Missing(_ground.Work, rows));
        Assert.Equal(rows, FetchPackages.Missing(_ground.Work, rows, trust));
    }

    private string Old(Func<byte[], byte[]> sign) => _ground.Write(
        $"odd-{Guid.NewGuid():N}.rpm",
        new RawRpm { Change = header => header.Remove(5092), SignPackage = sign, ChangeSignature = header => header.Remove(1004) }.Folder("/opt").File("/opt/odd", "1").ToArray());

    private async Task<EzException> Refused(string package)
    {
        var failure = await Assert.ThrowsAsync<EzException>(() => _ground.Make("system", [package], Unconfigured, trust: WithKey));
        Assert.Equal(FailureKind.Untrusted, failure.Kind);
        return failure;
    }

    private string Package(Func<byte[], byte[]>? sign) => _ground.Write($"odd-{Guid.NewGuid():N}.rpm", new RawRpm { SignHeader = sign }.Folder("/opt").File("/opt/odd", "1").ToArray());
}
