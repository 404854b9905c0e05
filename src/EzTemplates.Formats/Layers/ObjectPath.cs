using EzTemplates.Domain;

namespace EzTemplates.Formats.Layers;

/// <summary>Where an object lies below the layer of objects, as every metadata layer says it: <c>.ez-objects/ab/cdef...</c>.</summary>
public static class ObjectPath
{
    /// <summary>The folder of objects; every metadata layer hides it with a whiteout of that name.</summary>
    public const string Folder = ".ez-objects";

    public static string Of(Sha256Digest content)
    {
        var hex = content.ToString();
        return $"{Folder}/{hex[..2]}/{hex[2..]}";
    }
}
