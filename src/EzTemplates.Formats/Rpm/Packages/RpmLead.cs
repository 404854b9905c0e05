using System.Buffers.Binary;

namespace EzTemplates.Formats;

/// <summary>
/// The first 96 bytes, which say no more than that this is an rpm package (rpm's lib/rpmlead.c); name, architecture and system in it
/// are looked at by nobody.
/// </summary>
internal static class RpmLead
{
    public const int Size = 96;
    private const int HeaderSignature = 5;

    public static ReadOnlySpan<byte> Magic => [0xed, 0xab, 0xee, 0xdb];

    /// <summary>One of a binary package, with a signature header.</summary>
    public static byte[] Make()
    {
        var lead = new byte[Size];
        Magic.CopyTo(lead);
        lead[4] = 3;
        BinaryPrimitives.WriteUInt16BigEndian(lead.AsSpan(78), HeaderSignature);
        return lead;
    }

    public static void Read(Stream source)
    {
        Span<byte> lead = stackalloc byte[Size];
        var read = source.ReadAtLeast(lead, Size, throwOnEndOfStream: false);
        if (!lead.StartsWith(Magic) || read < Magic.Length)
        {
            throw new MalformedArchiveException("it does not begin as an rpm package does (ed ab ee db)");
        }

        if (read < Size)
        {
            throw new MalformedArchiveException($"the package ends inside its lead of {Size} bytes");
        }

        if (lead[4] is not (3 or 4))
        {
            throw new MalformedArchiveException($"its format version is {lead[4]}.{lead[5]}; 3 and 4 are known");
        }

        if (BinaryPrimitives.ReadUInt16BigEndian(lead[78..]) is var type && type != HeaderSignature)
        {
            throw new MalformedArchiveException($"its signature type is {type} and not {HeaderSignature}, a signature header");
        }
    }
}
