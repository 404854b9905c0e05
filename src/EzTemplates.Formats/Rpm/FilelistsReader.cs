using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>Reads filelists.xml for the few paths that somebody asks for.</summary>
internal static class FilelistsReader
{
    /// <param name="found">Gets each package that has one of the paths, by its digest, and the path.</param>
    /// <returns>Packages that do not say which they are: their files are nobody's.</returns>
    /// <exception cref="MalformedMetadataException">The XML is broken.</exception>
    public static List<MetadataWarning> Read(Stream xml, string file, IReadOnlySet<string> paths, Action<StatedDigest, string> found)
    {
        using var reader = new MetadataXml(xml, file, "filelists");
        var warnings = new List<MetadataWarning>();
        for (var number = 1; reader.NextChild(0); number++)
        {
            reader.Record = $"package {number}";
            var id = reader.Attribute("pkgid") ?? "";
            if (id == "")
            {
                warnings.Add(new MetadataWarning(file, $"{reader.Record} (`{TreePath.Display(reader.Attribute("name") ?? "")}`)", "it has no `pkgid`"));
            }

            var known = StatedDigest.TryParse(id, out var digest);
            var depth = reader.Depth;
            while (reader.NextChild(depth))
            {
                if (reader.Name == "file" && reader.Text() is var path && known && paths.Contains(path))
                {
                    found(digest, path);
                }
            }
        }

        return warnings;
    }
}
