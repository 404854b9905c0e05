using EzTemplates.Domain;

namespace EzTemplates.Formats.Layers;

/// <summary>Where an object lies below the layer of objects, as every metadata layer says it: <c>.ez-objects/ab/cdef...</c>.</summary>
public static class ObjectPath
{
    /// <summary>The folder of objects; every metadata layer hides it with a whiteout of that name.</summary>
    public const string Folder = ".ez-objects";

    /// <summary>Of what <see cref="WriteFromRoot"/> writes.</summary>
    internal const int LengthFromRoot = 78;

    public static string Of(Sha256Digest content)
    {
        var hex = content.ToString();
        return $"{Folder}/{hex[..2]}/{hex[2..]}";
    }

    /// <summary>The same with a slash before it, as a redirect has it.</summary>
    internal static void WriteFromRoot(Sha256Digest content, Span<byte> place)
    {
        const int first = 2;
        Span<byte> digest = stackalloc byte[Sha256Digest.ByteCount];
        content.CopyTo(digest);
        "/.ez-objects/"u8.CopyTo(place);
        var hex = place["/.ez-objects/".Length..];
        Convert.TryToHexStringLower(digest[..1], hex, out _);
        hex[first] = (byte)'/';
        Convert.TryToHexStringLower(digest[1..], hex[(first + 1)..], out _);
    }
}
