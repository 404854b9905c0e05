using System.Security.Cryptography;
using EzTemplates.Domain;
using EzTemplates.Formats;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Repositories.Tests.Rpm;

/// <summary>Signatures of real packages and repositories, and of other projects' tests: good, bad, expired, forgeable, by unknown keys.</summary>
public sealed class SampleSignatureTests : IDisposable
{
    private const string Librepo = "rpm-software-management+librepo/tests/";
    private const string Signed = Librepo + "python/tests/servermock/yum_mock/static/01/repodata/";
    private const string Zypp = "openSUSE+libzypp/zypp/tests/data/";
    private const string Forgeable = "signed with a digest that can be forged";

    /// <summary>For what rpm takes and ez does not; each is stricter than rpm in so many words.</summary>
    private static readonly string[] Stricter = [Forgeable, "has expired"];

    private readonly TempFolder _temp = new();
    private readonly SigningKey _other = new("other <other@example.org>");

    public void Dispose()
    {
        _other.Dispose();
        _temp.Dispose();
    }

    [Theory]
    [InlineData(Signed + "repomd.xml", Signed + "repomd.xml.asc", Signed + "repomd.xml.key", "")]
    [InlineData(Signed + "repomd.xml", Signed + "repomd.xml.asc.bad", Signed + "repomd.xml.key", "it is signed by `46AF958A22F2C4E9`")]
    [InlineData(Signed + "repomd.xml", Signed + "repomd.xml.asc", Librepo + "test_data/repo_yum_01/repodata/repomd.xml_bad.key.asc", "it is signed by `97BDB7906441EDF5`")]
    [InlineData(Zypp + "11.0-update/repodata/repomd.xml", Signed + "repomd.xml.asc", Signed + "repomd.xml.key", "is bad: the text was changed after it was signed")]
    [InlineData(Librepo + "test_data/expired_test/test_data.txt", Librepo + "test_data/expired_test/test_data.txt.asc", Librepo + "test_data/expired_test/expired_key.asc", "the key `5DFF8B9DDC1B3C1F` has expired")]
    [InlineData(Librepo + "test_data/repo_yum_01/repodata/repomd.xml_bad", Librepo + "test_data/repo_yum_01/repodata/repomd.xml_bad.sig", Librepo + "test_data/repo_yum_01/repodata/repomd.xml_bad.key.asc", Forgeable)]
    [InlineData(Zypp + "11.0-update/repodata/repomd.xml", Zypp + "11.0-update/repodata/repomd.xml.asc", Zypp + "11.0-update/repodata/repomd.xml.key", Forgeable)]
    [InlineData(Zypp + "obs_virtualbox_11_1/repodata/repomd.xml", Zypp + "obs_virtualbox_11_1/repodata/repomd.xml.asc", Zypp + "obs_virtualbox_11_1/repodata/repomd.xml.key", Forgeable)]
    [InlineData(Zypp + "openSUSE-11.1/media.1/products", Zypp + "openSUSE-11.1/media.1/products.asc", Zypp + "openSUSE-11.1/gpg-pubkey-3d25d3d9-36e12d04.asc", "it is signed by `1C721C2456B4177A`")]
    [InlineData("rpm-software-management+libdnf/data/tests/gpg-asc/repodata/repomd.xml", "rpm-software-management+libdnf/data/tests/gpg-asc/repodata/repomd.xml.asc", Signed + "repomd.xml.key", "it is signed by `19489D8145A37EDE`")]
    [InlineData("rpm-software-management+libdnf/data/tests/gpg-asc/repodata/repomd.xml", "rpm-software-management+libdnf/data/tests/gpg-wrong-asc/repodata/repomd.xml.asc", Signed + "repomd.xml.key", "is not signed")]
    [InlineData("rpm-software-management+dnf5/test/data/repos-repomd/repomd-repo1-gpg/repodata/repomd.xml", "rpm-software-management+dnf5/test/data/repos-repomd/repomd-repo1-gpg/repodata/repomd.xml.asc", Signed + "repomd.xml.key", "it is signed by `01F76D0A2ECFAFB4`")]
    public void Metadata_is_taken_by_a_good_signature_of_a_known_key_alone(string text, string signature, string key, string reason)
    {
        var folder = Path.Combine(Requires.Shared(), "samples/repodata");
        var keys = new TrustedKeys([Path.Combine(folder, key)], [], []);
        SignedText Verify() => ReleaseVerifier.Find(_temp.Root).VerifyDetached(
            File.ReadAllBytes(Path.Combine(folder, text)), File.ReadAllBytes(Path.Combine(folder, signature)), keys, "http://mirror/repomd.xml");
        if (reason == "")
        {
            Assert.Equal("F4FC5B6AC58696023B9DBFB197BDB7906441EDF5", Verify().SignedBy);
            return;
        }

        var refused = Assert.Throws<EzException>(Verify);
        Assert.Equal(FailureKind.Untrusted, refused.Kind);
        Assert.Contains("`http://mirror/repomd.xml`", refused.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    /// <summary>What ez takes rpm takes; what rpm takes ez takes, or says in what it is stricter; what rpm refuses ez refuses.</summary>
    [Fact]
    public void Packages_are_taken_as_rpm_takes_them_or_with_more_care()
    {
        var samples = Path.Combine(Requires.Shared(), "samples");
        Requires.Tool("rpmkeys");
        var keys = Keys(Path.Combine(samples, "keys"));
        var files = Directory.EnumerateFiles(Path.Combine(samples, "rpm"), "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".rpm" or ".rpm-v3").Order(StringComparer.Ordinal).ToList();
        var rpm = Checked(files, keys);
        using var verifier = new RpmVerifier(ReleaseVerifier.Find(_temp.Root));
        var outcomes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            var refusal = Refusal(verifier, file, new TrustedKeys([.. keys], [], []));
            var outcome = $"rpm: {rpm[file]}, ez: {Kind(refusal)}";
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
            Assert.True(
                refusal is null ? rpm[file] == "digests signatures OK" : rpm[file] != "digests signatures OK" || Stricter.Any(word => refusal.Contains(word, StringComparison.Ordinal)),
                $"{file}: rpm says {rpm[file]}, ez {refusal ?? "takes it"}");
            if (refusal is null)
            {
                Assert.Contains("no key that may sign", Refusal(verifier, file, new TrustedKeys([], [_other.ArmoredPublicKey], [])), StringComparison.Ordinal);
            }
        }

        TestNotes.Write(string.Join("; ", outcomes.Select(outcome => $"{outcome.Value} {outcome.Key}")));
        foreach (var verdict in (string[])["taken", .. Stricter, "no key that may sign", "is not signed", "is not a sound package"])
        {
            Assert.Contains(outcomes.Keys, outcome => outcome.EndsWith("ez: " + verdict, StringComparison.Ordinal));
        }
    }

    /// <summary>Signature and then content, as ingest looks at them: a signature of the header alone says of the payload what its digest is.</summary>
    private static string? Refusal(RpmVerifier verifier, string file, TrustedKeys keys)
    {
        using var package = File.OpenRead(file);
        try
        {
            Assert.Matches("^[0-9A-F]{40}$|^[0-9A-F]{64}$", verifier.Verify(package, keys, Path.GetFileName(file)));
            package.Position = 0;
            _ = RpmReader.Read(package, new RpmReadOptions { FileName = Path.GetFileName(file), AllowDevices = true, AllowSources = true }, Drain);
            return null;
        }
        catch (EzException refused)
        {
            Assert.Equal(FailureKind.Untrusted, refused.Kind);
            Assert.Contains(Path.GetFileName(file), refused.Message, StringComparison.Ordinal);
            return refused.Message;
        }
    }

    private static Sha256Digest Drain(Stream content, long size)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[80 * 1024];
        for (var left = size; left > 0;)
        {
            var read = content.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
            hash.AppendData(buffer, 0, read);
            left -= read;
        }

        return new Sha256Digest(hash.GetHashAndReset());
    }

    private static string Kind(string? refusal) => refusal is null ? "taken"
        : Array.Find([.. Stricter, "no key that may sign", "is not signed", "is not a sound package"], word => refusal.Contains(word, StringComparison.Ordinal)) ?? refusal;

    /// <summary>Those that rpm takes up, too; gpgv reads no version 6 keys.</summary>
    private List<string> Keys(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Where(file => (Path.GetExtension(file) is ".asc" or ".pub" || Path.GetFileName(file).StartsWith("RPM-GPG-KEY", StringComparison.Ordinal)) && !file.Contains("v6", StringComparison.Ordinal))
            .Where(file => Rpmkeys("--import", file).ExitCode == 0),
    ];

    /// <summary>What <c>rpmkeys --checksig</c> says behind each file's name.</summary>
    private Dictionary<string, string> Checked(List<string> files, List<string> keys)
    {
        Assert.True(keys.Count >= 10, $"rpm takes up only {keys.Count} keys");
        var lines = files.Chunk(100).SelectMany(chunk => System.Text.Encoding.Latin1.GetString(Rpmkeys(["--checksig", .. chunk]).Stdout).Split('\n')).ToList();
        return files.ToDictionary(file => file, file => lines.Find(line => line.StartsWith(file + ": ", StringComparison.Ordinal))?[(file.Length + 2)..] ?? "nothing", StringComparer.Ordinal);
    }

    private ToolRun Rpmkeys(params string[] arguments) => ToolRun.Run(
        new ToolCommand("rpmkeys", ["--dbpath", _temp.MakeFolder("rpmdb"), .. arguments]) { Environment = new Dictionary<string, string?> { ["LC_ALL"] = "C.UTF-8" } });
}
