using System.Security.Cryptography;
using System.Text;

namespace EzTemplates.Formats;

/// <summary>
/// Which digests a package has of itself (rpm's lib/rpmvs.c), all of which must hold: of the main header, of the payload as it stands in the file,
/// of the payload once decompressed, and of header and payload together.
/// </summary>
internal static class RpmDigests
{
    private const int Sha256 = 8;

    /// <exception cref="MalformedArchiveException">Names the field.</exception>
    public static void CheckHeader(RpmHeader signature, RpmHeader main)
    {
        using var digests = new DigestSet();
        Expect(digests, signature, RpmField.HeaderSha1, HashAlgorithmName.SHA1);
        Expect(digests, signature, RpmField.HeaderSha256, HashAlgorithmName.SHA256);
        Expect(digests, signature, RpmField.HeaderSha3, HashAlgorithmName.SHA3_256);
        digests.Append(main.Bytes.Span);
        digests.Check();
    }

    /// <summary>Of the payload as it stands in the file.</summary>
    public static DigestSet OfPayload(RpmHeader main)
    {
        var digests = new DigestSet();
        Expect(digests, main, RpmField.PayloadDigest, PayloadAlgorithm(main));
        Expect(digests, main, RpmField.PayloadSha512, HashAlgorithmName.SHA512);
        Expect(digests, main, RpmField.PayloadSha3, HashAlgorithmName.SHA3_256);
        return digests;
    }

    /// <summary>Of the payload once decompressed.</summary>
    public static DigestSet OfArchive(RpmHeader main)
    {
        var digests = new DigestSet();
        Expect(digests, main, RpmField.PayloadDigestAlt, PayloadAlgorithm(main));
        Expect(digests, main, RpmField.PayloadSha512Alt, HashAlgorithmName.SHA512);
        Expect(digests, main, RpmField.PayloadSha3Alt, HashAlgorithmName.SHA3_256);
        return digests;
    }

    /// <summary>Of the main header and the payload together; the header is taken in here.</summary>
    public static DigestSet OfPackage(RpmHeaders headers)
    {
        var digests = new DigestSet();
        var md5 = headers.Signature.Binary(RpmField.PackageMd5);
        if (!md5.IsEmpty)
        {
            digests.Expect(RpmField.PackageMd5.Name, HashAlgorithmName.MD5, Convert.ToHexStringLower(md5.Span));
            digests.Append(headers.Main.Bytes.Span);
        }

        return digests;
    }

    /// <summary>The algorithm with OpenPGP's number (RFC 9580 section 9.5), as headers have it; null for those that nobody uses.</summary>
    public static HashAlgorithmName? ByNumber(ulong number) => number switch
    {
        1 => HashAlgorithmName.MD5,
        2 => HashAlgorithmName.SHA1,
        Sha256 => HashAlgorithmName.SHA256,
        9 => HashAlgorithmName.SHA384,
        10 => HashAlgorithmName.SHA512,
        12 => HashAlgorithmName.SHA3_256,
        14 => HashAlgorithmName.SHA3_512,
        _ => null,
    };

    private static HashAlgorithmName PayloadAlgorithm(RpmHeader main)
    {
        var numbers = main.Numbers(RpmField.PayloadDigestAlgorithm);
        var number = numbers.Count == 0 ? Sha256 : numbers[0];
        return ByNumber(number) ?? throw new MalformedArchiveException($"its field {RpmField.PayloadDigestAlgorithm.Name} is {number}, which is no known digest");
    }

    private static void Expect(DigestSet digests, RpmHeader header, RpmField field, HashAlgorithmName algorithm)
    {
        if (header.Has(field) && IsSupported(algorithm))
        {
            digests.Expect(field.Name, algorithm, Encoding.Latin1.GetString(header.Texts(field).Next().Span));
        }
    }

    /// <summary>SHA-3 needs OpenSSL 1.1.1; a header that has it has SHA-256 as well.</summary>
    private static bool IsSupported(HashAlgorithmName algorithm) =>
        algorithm != HashAlgorithmName.SHA3_256 || SHA3_256.IsSupported;
}
