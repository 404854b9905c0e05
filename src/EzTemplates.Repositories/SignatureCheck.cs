namespace EzTemplates.Repositories;

/// <summary>Verifies texts, each once a day for the same keys; looks for a verifier when the first needs one.</summary>
internal sealed class SignatureCheck(MetadataFolder folder, TimeProvider time, ReleaseVerifier? verifier)
{
    private readonly VerifiedTexts _verified = new(folder, time);
    private readonly Lazy<ReleaseVerifier> _verifier = new(() => verifier ?? ReleaseVerifier.Find(folder.Work));

    /// <exception cref="EzTemplates.Domain.EzException">It is not signed by a key that may.</exception>
    public async ValueTask<SignedText> VerifyAsync(ReleaseMessage message, TrustedKeys keys)
    {
        if (_verified.Find(message, keys) is { } known)
        {
            return known;
        }

        // A process each; those of several suites run at the same time.
        var subject = message.Address.ToString();
        var signed = await Task.Run(() => message.Signature is { } signature
            ? _verifier.Value.VerifyDetached(message.Text, signature, keys, subject)
            : _verifier.Value.Verify(message.Text, keys, subject)).ConfigureAwait(false);
        _verified.Keep(message, keys, signed);
        return signed;
    }
}
