using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace EzTemplates.Domain;

/// <summary>
/// A digest that a repository states of a file: SHA-256, SHA-384 or SHA-512, told apart by their lengths. The store and locks go by
/// SHA-256; of a file with another one that is known once it was fetched.
/// </summary>
public readonly record struct StatedDigest
{
    private const int Sha256Digits = 64;
    private const int Sha384Digits = 96;
    private const int Sha512Digits = 128;

    // Lower case; null where the first 32 bytes are all of it.
    private readonly string? _long;

    private StatedDigest(Sha256Digest start, string? digits) => (Start, _long) = (start, digits);

    /// <summary>The first 32 bytes: enough to tell files apart, whatever the kind.</summary>
    public Sha256Digest Start { get; }

    /// <summary>Null where it is of another kind.</summary>
    public Sha256Digest? Sha256 => _long is null ? Start : null;

    public HashAlgorithmName Algorithm => _long?.Length switch
    {
        null => HashAlgorithmName.SHA256,
        Sha384Digits => HashAlgorithmName.SHA384,
        _ => HashAlgorithmName.SHA512,
    };

    /// <summary>As people write it: <c>SHA-512</c>.</summary>
    public string KindName => _long?.Length switch
    {
        null => "SHA-256",
        Sha384Digits => "SHA-384",
        _ => "SHA-512",
    };

    /// <summary>As metadata and locks write it: <c>sha512</c>.</summary>
    public string Word => _long?.Length switch
    {
        null => "sha256",
        Sha384Digits => "sha384",
        _ => "sha512",
    };

    public static implicit operator StatedDigest(Sha256Digest digest) => new(digest, null);

    /// <summary>Whether digests of that kind, as metadata calls it, are taken.</summary>
    public static bool IsKnown(string? word) => DigitsOf(word) > 0;

    /// <param name="word">The kind, as metadata calls it.</param>
    /// <param name="text">Hexadecimal digits of either case.</param>
    public static bool TryParse(string? word, string text, out StatedDigest digest)
    {
        ArgumentNullException.ThrowIfNull(text);
        digest = default;
        return text.Length == DigitsOf(word) && TryParse(text, out digest);
    }

    /// <summary>As <see cref="ToString"/> writes it.</summary>
    [SuppressMessage("Globalization", "CA1308", Justification = "Digests are written in lower case everywhere.")]
    public static bool TryParse(string text, out StatedDigest digest)
    {
        ArgumentNullException.ThrowIfNull(text);
        var isKnown = text.Length is Sha256Digits or Sha384Digits or Sha512Digits;
        if (isKnown && Sha256Digest.TryParse(text.AsSpan(0, Sha256Digits), out var start) && text.AsSpan(Sha256Digits).IndexOfAnyExcept(HexDigits) < 0)
        {
            digest = new StatedDigest(start, text.Length == Sha256Digits ? null : text.ToLowerInvariant());
            return true;
        }

        digest = default;
        return false;
    }

    public static StatedDigest Parse(string text) => TryParse(text, out var digest) ? digest : throw new FormatException($"`{text}` is no digest");

    /// <summary>That of bytes which <see cref="Algorithm"/> has summed.</summary>
    public static StatedDigest Of(ReadOnlySpan<byte> hash) => Parse(Convert.ToHexStringLower(hash));

    public override string ToString() => _long ?? Start.ToString();

    private static readonly System.Buffers.SearchValues<char> HexDigits = System.Buffers.SearchValues.Create("0123456789abcdefABCDEF");

    private static int DigitsOf(string? word) => word switch
    {
        "sha256" => Sha256Digits,
        "sha384" => Sha384Digits,
        "sha512" => Sha512Digits,
        _ => 0,
    };
}
