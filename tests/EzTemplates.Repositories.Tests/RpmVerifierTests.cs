using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Repositories.Tests;

/// <summary>Packages signed with real keys, judged by the host's verifier.</summary>
public sealed class RpmVerifierTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly SigningKey _key = new("packager <packager@example.org>");

    public void Dispose()
    {
        _key.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void A_signed_header_or_package_names_its_signer()
    {
        Assert.Equal(_key.Fingerprint, Verify(new RawRpm { SignHeader = _key.DetachSignBinary }.File("/a").ToArray()));
        Assert.Equal(_key.Fingerprint, Verify(Old(r => r.Remove(5092), _key.DetachSignBinary)));
        Assert.Contains("not signed", Refused(new RawRpm().File("/a").ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void Signatures_as_text_are_read_too()
    {
        byte[] main = [];
        _ = new RawRpm { SignHeader = bytes => main = bytes }.File("/a").ToArray();
        var rpm = new RawRpm { ChangeSignature = header => header.Texts(278, Convert.ToBase64String(_key.DetachSignBinary(main))) }.File("/a");
        Assert.Equal(_key.Fingerprint, Verify(rpm.ToArray()));
        var broken = new RawRpm { ChangeSignature = header => header.Texts(278, "no base64!") }.File("/a");
        Assert.Equal("`odd.rpm` is not a sound package: `signature header`: its field OPENPGP is no base64", Refused(broken.ToArray()));
    }

    [Fact]
    public void A_field_that_holds_no_signature_is_told_with_its_package()
    {
        var numbers = new RawRpm { ChangeSignature = header => header.Raw(268, 2, 4, [1, 2, 3, 4]) }.File("/a");
        Assert.Equal("`odd.rpm` is not a sound package: `signature header`: its field RSAHEADER is of type 2, which is not bytes", Refused(numbers.ToArray()));
    }

    [Fact]
    public void What_leaves_the_payload_out_is_not_signed() => Assert.Contains(
        "leaves the payload out",
        Refused(new RawRpm { Change = header => header.Remove(5092), SignHeader = _key.DetachSignBinary }.File("/a").ToArray()),
        StringComparison.Ordinal);

    [Fact]
    public void A_signature_of_other_bytes_is_bad()
    {
        Assert.Contains("is bad", Refused(new RawRpm { SignHeader = bytes => _key.DetachSignBinary([.. bytes, 0]) }.File("/a").ToArray()), StringComparison.Ordinal);
        var rpm = Old(r => r.Remove(5092), _key.DetachSignBinary);
        rpm[^1] ^= 1;
        Assert.Contains("is bad", Refused(rpm), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_key_is_named()
    {
        using var other = new SigningKey("other <other@example.org>");
        var failure = Assert.ThrowsAny<EzException>(() => Verify(new RawRpm { SignHeader = other.DetachSignBinary }.File("/a").ToArray()));
        Assert.Contains(other.Fingerprint[^16..], failure.Message, StringComparison.Ordinal);
        Assert.Contains("no key that may sign `odd.rpm`", failure.Message, StringComparison.Ordinal);

        // Either family's, as the verifier does not know whose text it has.
        Assert.Contains("`distribution-gpg-keys`", failure.Hint, StringComparison.Ordinal);
        Assert.Contains("`debian-archive-keyring`", failure.Hint, StringComparison.Ordinal);
    }

    /// <summary>A recipe may name several keys, and this machine have some of them.</summary>
    [Fact]
    public void One_that_may_sign_and_is_in_no_key_file_is_told_with_what_to_do()
    {
        using var absent = new SigningKey("absent <absent@example.org>");
        var rpm = new RawRpm { SignHeader = absent.DetachSignBinary }.File("/a").ToArray();
        var keys = new TrustedKeys([], [_key.ArmoredPublicKey], [_key.Fingerprint, absent.Fingerprint]);
        using var verifier = new RpmVerifier(ReleaseVerifier.Find(_temp.Root));
        var failure = Assert.ThrowsAny<EzException>(() => verifier.Verify(new MemoryStream(rpm), keys, "odd.rpm"));
        Assert.Equal((FailureKind.Untrusted, $"`odd.rpm` is signed by the key `{absent.Fingerprint}`, which may, but no key file that was looked into has it"), (failure.Kind, failure.Message));
        Assert.Contains($"`keys: [{{file: keys/NAME.asc, fingerprint: {absent.Fingerprint}}}]`", failure.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_has_expired_does_not_count()
    {
        using var expired = SigningKey.Expired();
        var rpm = new RawRpm { SignHeader = expired.DetachSignBinary }.File("/a").ToArray();
        var keys = new TrustedKeys([], [expired.ArmoredPublicKey], []);
        using var verifier = new RpmVerifier(ReleaseVerifier.Find(_temp.Root));
        var failure = Assert.ThrowsAny<EzException>(() => verifier.Verify(new MemoryStream(rpm), keys, "odd.rpm"));
        Assert.Equal(FailureKind.Untrusted, failure.Kind);
        Assert.Contains($"the key `{expired.Fingerprint[^16..]}` has expired", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Keys are written out once for all packages; whose signature counts stays each repository's own matter.</summary>
    [Fact]
    public void One_verifier_serves_many_packages_at_once_and_leaves_nothing_behind()
    {
        using var other = new SigningKey("other <other@example.org>");
        TrustedKeys[] repositories = [Keys, new TrustedKeys([], [other.ArmoredPublicKey], [])];
        var packages = new[] { _key, other }.Select(key => new RawRpm { SignHeader = key.DetachSignBinary }.File("/a").ToArray()).ToArray();
        using (var verifier = new RpmVerifier(ReleaseVerifier.Find(_temp.Root)))
        {
            Parallel.For(0, 16, i =>
            {
                var (package, keys) = (packages[i % 2], repositories[i / 2 % 2]);
                var failure = Record.Exception(() => verifier.Verify(new MemoryStream(package), keys, "odd.rpm"));
                Assert.Equal(i % 2 == i / 2 % 2, failure is null);
                Assert.True(failure is null or EzException { Kind: FailureKind.Untrusted });
            });
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(_temp.Root));
    }

    /// <summary>rpm's own test package and key, and a distribution's of years ago whose signature is over header and payload.</summary>
    [Theory]
    [InlineData("rpm-software-management+rpm/tests/data/RPMS/hello-2.0-1.x86_64-signed.rpm", "rpm-software-management+rpm/tests/data/keys/rpm.org-rsa-2048-test.pub")]
    [InlineData("cavaliergopher+rpm/testdata/centos-release-7-2.1511.el7.centos.2.10.x86_64.rpm", "cavaliergopher+rpm/testdata/RPM-GPG-KEY-CentOS-7")]
    [InlineData("rpm-rs+rpm/tests/assets/RPMS/v4/signed/rpm-basic-with-ecdsa-2.3.4-5.el9.noarch.rpm", "rpm-rs+rpm/tests/assets/signing_keys/v4/rpm-testkey-v4-ecdsa-nistp256.asc")]
    public void Real_packages_are_verified_with_their_keys(string package, string key)
    {
        var samples = Path.Combine(Requires.Shared(), "samples");
        using var archive = File.OpenRead(Path.Combine(samples, "rpm", package));
        var keys = new TrustedKeys([Path.Combine(samples, "keys", key)], [], []);
        using var verifier = new RpmVerifier(ReleaseVerifier.Find(_temp.Root));
        Assert.Equal(40, verifier.Verify(archive, keys, package).Length);
        archive.Position = 0;
        var failure = Assert.Throws<EzException>(() => verifier.Verify(archive, Keys, package));
        Assert.Equal(FailureKind.Untrusted, failure.Kind);
    }

    private TrustedKeys Keys => new([], [_key.ArmoredPublicKey], []);

    private static byte[] Old(Action<RawRpmHeader> change, Func<byte[], byte[]> sign) =>
        new RawRpm { Change = change, SignPackage = sign, ChangeSignature = header => header.Remove(1004) }.File("/a").ToArray();

    private string Verify(byte[] rpm)
    {
        using var verifier = new RpmVerifier(ReleaseVerifier.Find(_temp.Root));
        return verifier.Verify(new MemoryStream(rpm), Keys, "odd.rpm");
    }

    private string Refused(byte[] rpm)
    {
        var failure = Assert.ThrowsAny<EzException>(() => Verify(rpm));
        Assert.Equal(FailureKind.Untrusted, failure.Kind);
        return failure.Message;
    }
}
