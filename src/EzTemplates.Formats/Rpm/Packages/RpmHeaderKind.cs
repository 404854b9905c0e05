namespace EzTemplates.Formats;

/// <summary>Which of a package's two headers: they differ in the region tag and in their bounds.</summary>
/// <param name="Name">What errors call it.</param>
/// <param name="RegionTag">The first field of a header that rpm 4 or newer wrote; its trailer says what is signed.</param>
/// <param name="MostData">Bytes of field data; what is declared beyond that is refused before memory is taken for it.</param>
public sealed record RpmHeaderKind(string Name, int RegionTag, int MostData)
{
    /// <summary>Signatures and digests of the main header.</summary>
    public static readonly RpmHeaderKind Signature = new("signature header", 62, 32 << 20);

    /// <summary>The package itself. rpm takes 256 MB; 200,000 files need less than 40.</summary>
    public static readonly RpmHeaderKind Main = new("header", 63, 48 << 20);
}
