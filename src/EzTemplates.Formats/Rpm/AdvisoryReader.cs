namespace EzTemplates.Formats;

/// <summary>A package that an advisory of updateinfo.xml names.</summary>
internal readonly record struct AdvisedPackage(string Name, string Evr, string Architecture);

internal static class AdvisoryReader
{
    /// <summary>The packages of all security advisories.</summary>
    /// <exception cref="MalformedMetadataException">The XML is broken.</exception>
    public static IEnumerable<AdvisedPackage> ReadSecurity(Stream xml, string file)
    {
        using var reader = new MetadataXml(xml, file, "updates");
        for (var number = 1; reader.NextChild(0); number++)
        {
            reader.Record = $"update {number}";
            var isSecurity = reader.Name == "update" && reader.Attribute("type") == "security";
            foreach (var package in ReadPackages(reader))
            {
                if (isSecurity)
                {
                    yield return package;
                }
            }
        }
    }

    /// <summary>update / pkglist / collection / package.</summary>
    private static IEnumerable<AdvisedPackage> ReadPackages(MetadataXml reader)
    {
        var update = reader.Depth;
        while (reader.NextChild(update))
        {
            var list = reader.Name == "pkglist";
            while (list && reader.NextChild(update + 1))
            {
                while (reader.NextChild(update + 2))
                {
                    if (reader.Name == "package" && reader.Attribute("name") is { } name)
                    {
                        yield return new AdvisedPackage(
                            name,
                            RpmRecord.Evr(reader.Attribute("epoch") ?? "", reader.Attribute("version") ?? "", reader.Attribute("release")),
                            reader.Attribute("arch") ?? "");
                    }
                }
            }
        }
    }
}
