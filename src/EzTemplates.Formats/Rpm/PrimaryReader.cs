using System.Globalization;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>
/// Reads primary.xml, a package at a time (createrepo_c's format). What a package lacks or misstates is noted in the record; only XML
/// that cannot be read on from is an error.
/// </summary>
internal static class PrimaryReader
{
    /// <param name="take">Gets each package and its number, counted from 1; the record is used again.</param>
    /// <exception cref="MalformedMetadataException">The XML is broken; it names the file, the line and the package.</exception>
    public static void Read(Stream xml, string file, Action<RpmRecord, int> take)
    {
        using var reader = new MetadataXml(xml, file, "metadata");
        var record = new RpmRecord();
        for (var number = 1; reader.NextChild(0); number++)
        {
            reader.Record = $"package {number}";
            record.Clear();
            if (reader.Name == "package" && reader.Attribute("type") is null or "rpm")
            {
                ReadPackage(reader, record, number);
                take(record, number);
            }
        }
    }

    private static void ReadPackage(MetadataXml reader, RpmRecord record, int number)
    {
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            switch (reader.Name)
            {
                case "name":
                    record.Name = reader.Text();
                    reader.Record = $"package {number} (`{TreePath.Display(record.Name)}`)";
                    break;
                case "arch":
                    record.Architecture = reader.Text();
                    break;
                case "version":
                    record.Epoch = reader.Attribute("epoch") ?? "";
                    record.Version = reader.Attribute("ver") ?? "";
                    record.Release = reader.Attribute("rel") ?? "";
                    break;
                case "checksum":
                    ReadChecksum(reader, record);
                    break;
                case "size":
                    record.Size = Bytes(reader, record, "package");
                    record.InstalledSize = Bytes(reader, record, "installed");
                    break;
                case "location":
                    record.Path = reader.Attribute("href") ?? "";
                    record.Problem ??= reader.Attribute("xml:base") is null ? null : "it lies outside its repository (`xml:base`)";
                    break;
                case "format":
                    ReadFormat(reader, record);
                    break;
                default:
                    break;
            }
        }
    }

    private static void ReadChecksum(MetadataXml reader, RpmRecord record)
    {
        var type = reader.Attribute("type");
        var text = reader.Text();
        if (!StatedDigest.IsKnown(type))
        {
            record.Problem ??= $"its checksum is of type `{type}`, not `sha256`, `sha384` or `sha512`";
        }
        else if (StatedDigest.TryParse(type, text, out var digest))
        {
            record.Digest = digest;
        }
        else
        {
            record.Problem ??= $"`{text}` is not a digest of type `{type}`";
        }
    }

    private static long Bytes(MetadataXml reader, RpmRecord record, string attribute)
    {
        var text = reader.Attribute(attribute);
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size))
        {
            return size;
        }

        record.Problem ??= $"its size `{attribute}` is not a number of bytes: `{text}`";
        return 0;
    }

    private static void ReadFormat(MetadataXml reader, RpmRecord record)
    {
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            if (reader.Name == "file")
            {
                record.Files.Add(reader.Text());
            }
            else if (reader.Name == "provides")
            {
                ReadEntries(reader, record, null);
            }
            else if (KindOf(reader.Name) is { } kind)
            {
                ReadEntries(reader, record, kind);
            }
        }
    }

    private static RpmDependencyKind? KindOf(string element) => element switch
    {
        "requires" => RpmDependencyKind.Requires,
        "recommends" => RpmDependencyKind.Recommends,
        "suggests" => RpmDependencyKind.Suggests,
        "supplements" => RpmDependencyKind.Supplements,
        "enhances" => RpmDependencyKind.Enhances,
        "conflicts" => RpmDependencyKind.Conflicts,
        "obsoletes" => RpmDependencyKind.Obsoletes,
        _ => null,
    };

    private static void ReadEntries(MetadataXml reader, RpmRecord record, RpmDependencyKind? kind)
    {
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            if (reader.Name != "entry")
            {
                continue;
            }

            var name = reader.Attribute("name") ?? "";
            var entry = new RpmEntry(name);
            if (reader.Attribute("flags") is { Length: > 0 } flags)
            {
                var relation = RelationOf(flags);
                record.Problem ??= relation == VersionRelation.Any ? $"the flags `{flags}` of `{name}` are unknown" : null;
                entry = new RpmEntry(name, relation, RpmRecord.Evr(
                    reader.Attribute("epoch") ?? "", reader.Attribute("ver") ?? "", reader.Attribute("rel")));
            }

            record.Problem ??= name == "" ? "a dependency has no name" : null;
            if (kind is { } known)
            {
                var first = known == RpmDependencyKind.Requires && reader.Attribute("pre") is "1";
                record.Dependencies.Add((first ? RpmDependencyKind.PreRequires : known, entry));
            }
            else
            {
                record.Provides.Add(entry);
            }
        }
    }

    private static VersionRelation RelationOf(string flags) => flags switch
    {
        "LT" => VersionRelation.Less,
        "LE" => VersionRelation.LessOrEqual,
        "EQ" => VersionRelation.Equal,
        "GE" => VersionRelation.GreaterOrEqual,
        "GT" => VersionRelation.Greater,
        _ => VersionRelation.Any,
    };
}
