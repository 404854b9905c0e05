namespace EzTemplates.Formats;

/// <summary>A package's file without its payload, made of its two headers: all that rpm reads where nothing is to be unpacked.</summary>
public static class RpmPackageHead
{
    public static byte[] Of(RpmHeader signature, RpmHeader main)
    {
        ArgumentNullException.ThrowIfNull(signature);
        ArgumentNullException.ThrowIfNull(main);
        var padding = (8 - (signature.Bytes.Length % 8)) % 8;
        return [.. RpmLead.Make(), .. signature.Bytes.Span, .. new byte[padding], .. main.Bytes.Span];
    }
}
