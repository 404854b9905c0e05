using System.Text;

namespace EzTemplates.Formats;

/// <summary>What a package's signature was made over.</summary>
public enum RpmSignedPart
{
    /// <summary>The main header, whose digests bind the payload.</summary>
    Header,

    /// <summary>The main header and the payload as it stands in the file: how packages were signed before headers had such digests.</summary>
    Package,
}

/// <summary>OpenPGP signatures of a package, parsed no further than to their bytes: judging them is for who has keys.</summary>
/// <param name="Packets">One signature or several, binary.</param>
public sealed record RpmSignature(ReadOnlyMemory<byte> Packets, RpmSignedPart Part)
{
    private static readonly RpmField[] OfHeader = [RpmField.SignedRsa, RpmField.SignedDsa];
    private static readonly RpmField[] OfPackage = [RpmField.SignedPgp, RpmField.SignedGpg];

    /// <summary>
    /// The signatures that bind all of a package; null if there are none. One of the header alone counts where the header has a digest
    /// of the payload, so that nothing of the package is left that nobody signed.
    /// </summary>
    /// <param name="fileName">For errors.</param>
    /// <exception cref="MalformedArchiveException">A field is none that holds signatures.</exception>
    public static RpmSignature? Of(RpmHeaders headers, string fileName)
    {
        ArgumentNullException.ThrowIfNull(headers);
        try
        {
            return Of(headers);
        }
        catch (MalformedArchiveException failure)
        {
            throw failure.At(fileName, RpmHeaderKind.Signature.Name);
        }
    }

    /// <summary>Whether there are signatures, whatever they bind.</summary>
    public static bool HasAny(RpmHeaders headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        return Array.Exists([.. OfHeader, .. OfPackage, RpmField.SignedOpenPgp], headers.Signature.Has);
    }

    private static RpmSignature? Of(RpmHeaders headers)
    {
        if (BindsPayload(headers.Main) && Join([.. Binaries(headers.Signature, OfHeader), .. Texts(headers.Signature)]) is { } header)
        {
            return new RpmSignature(header, RpmSignedPart.Header);
        }

        return Join([.. Binaries(headers.Signature, OfPackage)]) is { } package ? new RpmSignature(package, RpmSignedPart.Package) : null;
    }

    private static bool BindsPayload(RpmHeader main) =>
        main.Has(RpmField.PayloadDigest) || main.Has(RpmField.PayloadSha512) || main.Has(RpmField.PayloadSha3);

    private static IEnumerable<byte[]> Binaries(RpmHeader signature, RpmField[] fields) =>
        fields.Select(field => signature.Binary(field).ToArray()).Where(bytes => bytes.Length > 0);

    /// <summary>Since rpm 6 any number of them, as base64.</summary>
    private static List<byte[]> Texts(RpmHeader signature)
    {
        var texts = signature.Texts(RpmField.SignedOpenPgp);
        var packets = new List<byte[]>();
        for (var left = texts.Count; left > 0; left--)
        {
            try
            {
                packets.Add(Convert.FromBase64String(Encoding.Latin1.GetString(texts.Next().Span)));
            }
            catch (FormatException broken)
            {
                throw new MalformedArchiveException($"its field {RpmField.SignedOpenPgp.Name} is no base64", broken);
            }
        }

        return packets;
    }

    private static byte[]? Join(List<byte[]> packets) => packets.Count == 0 ? null : [.. packets.SelectMany(bytes => bytes)];
}
