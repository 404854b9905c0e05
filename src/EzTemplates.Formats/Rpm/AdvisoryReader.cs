namespace EzTemplates.Formats;

/// <summary>A package that an advisory of updateinfo.xml names.</summary>
internal readonly record struct AdvisedPackage(string Name, string Evr, string Architecture);

internal static class AdvisoryReader
{
    /// <summary>The packages of all security advisories.</summary>
    /// <param name="warn">Is told of those that name no package.</param>
    /// <exception cref="MalformedMetadataException">The XML is broken.</exception>
    public static IEnumerable<AdvisedPackage> ReadSecurity(Stream xml, string file, Action<MetadataWarning> warn)
    {
        using var reader = new MetadataXml(xml, file, "updates");
        for (var number = 1; reader.NextChild(0); number++)
        {
            reader.Record = $"update {number}";
            var isSecurity = reader.Name == "update" && reader.Attribute("type") == "security";
            foreach (var package in ReadPackages(reader))
            {
                if (isSecurity && package.Name != "")
                {
                    yield return package;
                }
                else if (isSecurity)
                {
                    warn(new MetadataWarning(file, reader.Record, "a package of it has no `name`"));
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
                    if (reader.Name == "package")
                    {
                        yield return new AdvisedPackage(
                            reader.Attribute("name") ?? "",
                            RpmRecord.Evr(reader.Attribute("epoch") ?? "", reader.Attribute("version") ?? "", reader.Attribute("release")),
                            reader.Attribute("arch") ?? "");
                    }
                }
            }
        }
    }
}
