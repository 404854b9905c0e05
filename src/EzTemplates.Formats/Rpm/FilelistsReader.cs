using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>Reads filelists.xml for the few paths that somebody asks for.</summary>
internal static class FilelistsReader
{
    /// <param name="found">Gets each package that has one of the paths, by its digest, and the path.</param>
    /// <exception cref="MalformedMetadataException">The XML is broken.</exception>
    public static void Read(Stream xml, string file, IReadOnlySet<string> paths, Action<StatedDigest, string> found)
    {
        using var reader = new MetadataXml(xml, file, "filelists");
        for (var number = 1; reader.NextChild(0); number++)
        {
            reader.Record = $"package {number}";
            var known = StatedDigest.TryParse(reader.Attribute("pkgid") ?? "", out var digest);
            var depth = reader.Depth;
            while (reader.NextChild(depth))
            {
                if (reader.Name == "file" && reader.Text() is var path && known && paths.Contains(path))
                {
                    found(digest, path);
                }
            }
        }
    }
}
