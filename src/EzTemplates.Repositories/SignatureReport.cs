using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Repositories;

/// <summary>One signature as gpgv's status lines (GnuPG doc/DETAILS) tell of it.</summary>
/// <param name="Primary">The primary key's fingerprint; empty unless VALIDSIG was said.</param>
/// <param name="Signer">The fingerprint of the key that signed; empty likewise.</param>
/// <param name="IsGood">GOODSIG was said: neither the key nor the signature has expired or was revoked.</param>
internal sealed record SignatureLine(string Primary, string Signer, bool IsGood, bool IsBad, string MissingKey, string Trouble, bool IsWeak);

/// <summary>Judges a verifier's status lines; its exit status is not looked at, as it is not 0 when one of several keys is missing.</summary>
internal static class SignatureReport
{
    // DETAILS, ERRSIG: the reason.
    private const string UnsupportedAlgorithm = "4";

    /// <returns>The primary fingerprint of an allowed key that made a good signature.</returns>
    /// <exception cref="EzException">There is none, or a signature is bad.</exception>
    public static string Judge(IEnumerable<string> statusLines, TrustedKeys keys, string subject)
    {
        var signatures = Read(statusLines);
        if (signatures.Any(s => s.IsBad))
        {
            throw new EzException(
                FailureKind.Untrusted,
                $"the signature of `{subject}` is bad: the text was changed after it was signed",
                "a broken proxy or mirror does this as well as an attack: try another mirror, `--mirror ID=URL`");
        }

        var good = signatures.FirstOrDefault(s => s is { IsGood: true, IsWeak: false, Primary: not "" } && IsAllowed(s, keys));
        return good?.Primary ?? throw Refuse(signatures, keys, subject);
    }

    private static bool IsAllowed(SignatureLine signature, TrustedKeys keys) =>
        keys.Fingerprints.IsEmpty || keys.Fingerprints.Contains(signature.Primary) || keys.Fingerprints.Contains(signature.Signer + "!");

    private static EzException Refuse(ImmutableArray<SignatureLine> signatures, TrustedKeys keys, string subject)
    {
        if (signatures.IsEmpty)
        {
            return new EzException(FailureKind.Untrusted, $"`{subject}` is not signed", "if that is meant, say `trust: unsigned` in the recipe's repository");
        }

        if (signatures.FirstOrDefault(s => s.Trouble != "") is { } troubled)
        {
            return new EzException(FailureKind.Untrusted, $"the signature of `{subject}` does not count: {troubled.Trouble}", "install the archive's current keyring package, or its current key");
        }

        if (keys.Fingerprints.FirstOrDefault(asked => signatures.Any(s => s.MissingKey != "" && asked.TrimEnd('!').EndsWith(s.MissingKey, StringComparison.Ordinal))) is { } absent)
        {
            return new EzException(FailureKind.Untrusted, $"`{subject}` is signed by the key `{absent}`, which may, but no key file that was looked into has it", NamedKeys.Advice(absent));
        }

        var missing = signatures.Where(s => s.MissingKey != "").Select(s => $"`{s.MissingKey}`").Distinct().ToList();
        var valid = signatures.Where(s => s.Primary != "").Select(s => $"`{s.Primary}`").Distinct().ToList();
        var by = string.Join(", ", valid.Count > 0 ? valid : missing);
        return new EzException(
            FailureKind.Untrusted,
            $"no key that may sign `{subject}` is known: it is signed by {by}, and allowed is {keys.Describe()}",
            $"if you trust that key, put it in a file beside the recipe and name it with `keys:`; a distribution's keys come with a package of its own ({NamedKeys.Packages})");
    }

    private static ImmutableArray<SignatureLine> Read(IEnumerable<string> statusLines)
    {
        var signatures = new List<SignatureLine>();
        foreach (var line in statusLines)
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is not ["[GNUPG:]", var word, .. var rest])
            {
                continue;
            }

            // Each signature's lines follow its NEWSIG; old verifiers say none.
            if (word == "NEWSIG" || (signatures.Count == 0 && word is "GOODSIG" or "BADSIG" or "ERRSIG" or "EXPKEYSIG" or "EXPSIG" or "REVKEYSIG"))
            {
                signatures.Add(new SignatureLine("", "", false, false, "", "", false));
            }

            if (signatures.Count > 0)
            {
                signatures[^1] = Apply(signatures[^1], word, rest);
            }
        }

        return [.. signatures];
    }

    private static SignatureLine Apply(SignatureLine signature, string word, string[] rest)
    {
        var key = rest.FirstOrDefault() ?? "";
        return word switch
        {
            "GOODSIG" => signature with { IsGood = true },
            "BADSIG" => signature with { IsBad = true },
            "ERRSIG" when rest.ElementAtOrDefault(5) == UnsupportedAlgorithm => signature with { Trouble = $"this host's verifier does not know the algorithm that the key `{key}` signed with" },
            "ERRSIG" or "NO_PUBKEY" => signature with { MissingKey = key },
            "EXPKEYSIG" => signature with { Trouble = $"the key `{key}` has expired" },
            "EXPSIG" => signature with { Trouble = $"the signature by `{key}` has expired" },
            "REVKEYSIG" => signature with { Trouble = $"the key `{key}` was revoked" },
            "VALIDSIG" when rest.Length >= 10 => signature with
            {
                Signer = key,
                Primary = rest[9],

                // Digest algorithms of RFC 9580 9.5 that can be forged: MD5, SHA-1, RIPEMD-160.
                IsWeak = rest[7] is "1" or "2" or "3",
                Trouble = rest[7] is "1" or "2" or "3" ? $"the key `{rest[9]}` signed with a digest that can be forged" : signature.Trouble,
            },
            _ => signature,
        };
    }
}
