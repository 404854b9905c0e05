using EzTemplates.Domain;
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

    private async Task<EzException> Refused(string package)
    {
        var failure = await Assert.ThrowsAsync<EzException>(() => _ground.Make("system", [package], Unconfigured, trust: WithKey));
        Assert.Equal(FailureKind.Untrusted, failure.Kind);
        return failure;
    }

    private string Package(Func<byte[], byte[]>? sign) => _ground.Write($"odd-{Guid.NewGuid():N}.rpm", new RawRpm { SignHeader = sign }.Folder("/opt").File("/opt/odd", "1").ToArray());
}
