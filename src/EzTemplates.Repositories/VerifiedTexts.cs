using System.Security.Cryptography;
using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Repositories;

/// <summary>
/// What a verifier gave out, so that the same bytes are not verified again under the same keys by every command. Remembered for a day:
/// by then a key may have expired. A key file that changed, a revocation in it included, is another key.
/// </summary>
internal sealed class VerifiedTexts(MetadataFolder folder, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    /// <returns>Null where these bytes have not been verified with these keys lately.</returns>
    public SignedText? Find(ReleaseMessage message, TrustedKeys keys)
    {
        if (KeyOf(message, keys) is not { } key || folder.VerifiedPath(key) is var path && !File.Exists(path))
        {
            return null;
        }

        var age = time.GetUtcNow() - File.GetLastWriteTimeUtc(path);
        var kept = File.ReadAllBytes(path);
        var line = kept.AsSpan().IndexOf((byte)'\n');
        if (age.Duration() > Lifetime || line < 0 || Encoding.ASCII.GetString(kept, 0, line).Split(' ') is not [var signer, var digest])
        {
            return null;
        }

        // A crash may have left it short.
        var signed = new SignedText(kept.AsMemory(line + 1), signer);
        return signed.Name.ToString() == digest ? signed : null;
    }

    public void Keep(ReleaseMessage message, TrustedKeys keys, SignedText signed)
    {
        if (KeyOf(message, keys) is { } key)
        {
            folder.Write(folder.VerifiedPath(key), [.. Encoding.ASCII.GetBytes($"{signed.SignedBy} {signed.Name}\n"), .. signed.Text.Span]);
        }
    }

    /// <summary>Over everything that a verifier looks at; null where a key file cannot be read, which the verifier then tells.</summary>
    private static Sha256Digest? KeyOf(ReleaseMessage message, TrustedKeys keys)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Part(string kind, ReadOnlySpan<byte> bytes) => hash.AppendData(Encoding.ASCII.GetBytes($"{kind} {Sha256Digest.Of(bytes)}\n"));
        try
        {
            Part("message", message.Text);
            Part(message.Signature is null ? "inline" : "detached", message.Signature);
            foreach (var file in keys.Files)
            {
                Part("key", File.ReadAllBytes(file));
            }

            foreach (var text in keys.Inline)
            {
                Part("key", Encoding.UTF8.GetBytes(text));
            }

            foreach (var fingerprint in keys.Fingerprints)
            {
                Part("only", Encoding.UTF8.GetBytes(fingerprint));
            }

            return new Sha256Digest(hash.GetHashAndReset());
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
