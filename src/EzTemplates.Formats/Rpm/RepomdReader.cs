using System.Globalization;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>One file that repomd.xml names.</summary>
/// <param name="Type"><c>primary</c>, <c>filelists</c>, <c>group</c>, <c>modules</c>, <c>updateinfo</c>...</param>
/// <param name="Path">Below the repository's root.</param>
/// <param name="Size">In bytes; null where it does not say.</param>
/// <param name="OpenSize">Decompressed; null where it does not say.</param>
/// <param name="Digest">Null where it is checked by another kind of sum: then it is not to be had.</param>
/// <param name="OpenDigest">Of the decompressed bytes; null where it does not say.</param>
public sealed record RepomdFile(string Type, string Path, long? Size, long? OpenSize, StatedDigest? Digest, StatedDigest? OpenDigest);

/// <summary>A repository's repomd.xml.</summary>
/// <param name="Timestamp">The newest of its files, in seconds since 1970; 0 where none has one.</param>
public sealed record Repomd(string Revision, long Timestamp, IReadOnlyList<RepomdFile> Files)
{
    /// <summary>The file of that type, or null.</summary>
    public RepomdFile? Find(string type) => Files.FirstOrDefault(f => f.Type == type);
}

public static class RepomdReader
{
    /// <exception cref="MalformedMetadataException">It is broken, or a file lacks its type or place; names the record.</exception>
    public static Repomd Read(Stream xml, string file)
    {
        ArgumentNullException.ThrowIfNull(xml);
        using var reader = new MetadataXml(xml, file, "repomd");
        var (revision, newest, files) = ("", 0L, new List<RepomdFile>());
        while (reader.NextChild(0))
        {
            if (reader.Name == "revision")
            {
                revision = reader.Text();
            }
            else if (reader.Name == "data")
            {
                var type = reader.Attribute("type") ?? throw reader.Malformed("type", "a `data` element has none");
                reader.Record = $"data `{type}`";
                files.Add(ReadData(reader, type, ref newest));
            }
        }

        return new Repomd(revision, newest, files);
    }

    private static RepomdFile ReadData(MetadataXml reader, string type, ref long newest)
    {
        var (path, size, openSize, digest, openDigest) = ("", (long?)null, (long?)null, (StatedDigest?)null, (StatedDigest?)null);
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            switch (reader.Name)
            {
                case "location":
                    path = reader.Attribute("href") ?? "";
                    break;
                case "size":
                    size = Number(reader);
                    break;
                case "open-size":
                    openSize = Number(reader);
                    break;
                case "timestamp":
                    newest = Math.Max(newest, Number(reader));
                    break;
                case "checksum" when StatedDigest.IsKnown(reader.Attribute("type")):
                    digest = Sum(reader);
                    break;
                case "open-checksum" when StatedDigest.IsKnown(reader.Attribute("type")):
                    openDigest = Sum(reader);
                    break;
                default:
                    break;
            }
        }

        return ArchivePath.IsValid(path)
            ? new RepomdFile(type, path, size, openSize, digest, openDigest)
            : throw reader.Malformed("location", $"`{TreePath.Display(path)}` is not a path below a repository's root");
    }

    private static StatedDigest Sum(MetadataXml reader)
    {
        var (name, type) = (reader.Name, reader.Attribute("type"));
        return StatedDigest.TryParse(type, reader.Text(), out var sum) ? sum : throw reader.Malformed(name, $"not a digest of type `{type}`");
    }

    /// <summary>createrepo writes whole seconds, some older tools fractions.</summary>
    private static long Number(MetadataXml reader)
    {
        var name = reader.Name;
        var text = reader.Text();
        return long.TryParse(text.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : throw reader.Malformed(name, $"`{text}` is not a number");
    }
}
