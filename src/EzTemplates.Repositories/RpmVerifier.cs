using EzTemplates.Domain;
using EzTemplates.Formats;

namespace EzTemplates.Repositories;

/// <summary>
/// Verifies an rpm package's own signature with the host's verifier, before anything of the package is believed. It reads the headers, whose
/// digests must hold; the payload's are checked by who unpacks the package, which must be the same bytes.
/// </summary>
/// <remarks>The keys are written out for the verifier once; safe to use from many threads.</remarks>
public sealed class RpmVerifier(ReleaseVerifier verifier) : IDisposable
{
    private readonly Dictionary<TrustedKeys, VerifierFolder> _folders = [];

    /// <param name="package">From its first byte; read to its end only if the signature covers the payload itself.</param>
    /// <param name="subject">What messages call it: its file's name.</param>
    /// <returns>The primary fingerprint of the key that signed it.</returns>
    /// <exception cref="EzException">Untrusted: it is not signed, or by no key that may, or not a sound package; it names the key.</exception>
    public string Verify(Stream package, TrustedKeys keys, string subject)
    {
        var headers = RpmHeaders.Read(package, subject);
        return Verify(headers, RpmSignature.Of(headers, subject)?.Part == RpmSignedPart.Package ? [package] : [], keys, subject);
    }

    /// <summary>Verifies a package whose payload was found to be what its headers promise, as <see cref="Verify(Stream, TrustedKeys, string)"/> does.</summary>
    /// <param name="headers">Their signature must not cover the payload itself.</param>
    public string Verify(RpmHeaders headers, TrustedKeys keys, string subject) => Verify(headers, [], keys, subject);

    public void Dispose()
    {
        foreach (var folder in _folders.Values)
        {
            folder.Dispose();
        }
    }

    private string Verify(RpmHeaders headers, Stream[] payload, TrustedKeys keys, string subject)
    {
        var signature = RpmSignature.Of(headers, subject) ?? throw new EzException(
            FailureKind.Untrusted,
            RpmSignature.HasAny(headers)
                ? $"the signature of `{subject}` is of its header alone, which has no digest of the payload: it leaves the payload out"
                : $"`{subject}` is not signed",
            "if that is meant, say `trust: unsigned` in the recipe's repository");
        using var header = headers.Main.OpenBytes();
        return verifier.VerifyDetached([header, .. payload], signature.Packets.ToArray(), FolderOf(keys, subject), subject);
    }

    private VerifierFolder FolderOf(TrustedKeys keys, string subject)
    {
        lock (_folders)
        {
            return _folders.TryGetValue(keys, out var folder) ? folder : (_folders[keys] = verifier.OpenFolder(keys, subject));
        }
    }
}
