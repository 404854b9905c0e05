using System.Globalization;
using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>Mirrors of an rpm-md repository, the best first.</summary>
/// <param name="Roots">Each ends with a slash.</param>
/// <param name="Digests">What a mirror's repomd.xml may be; empty where the list does not say.</param>
public sealed record MirrorList(IReadOnlyList<Uri> Roots, IReadOnlySet<Sha256Digest> Digests);

/// <summary>Reads what distributions serve as lists of mirrors.</summary>
public static class MirrorListReader
{
    private const string RepomdEnd = "repodata/repomd.xml";

    /// <summary>A mirrorlist: an address a line; comments and other schemes are passed over.</summary>
    public static MirrorList ReadPlain(ReadOnlySpan<byte> text)
    {
        var lines = Encoding.UTF8.GetString(text).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return new MirrorList([.. lines.Where(line => line[0] != '#').Select(Root).OfType<Uri>().Distinct()], new HashSet<Sha256Digest>());
    }

    /// <summary>
    /// A metalink 3.0 of a repomd.xml, as MirrorManager writes it: addresses with preferences, and SHA-256 digests of today's repomd.xml
    /// and of those that mirrors may still have.
    /// </summary>
    /// <exception cref="MalformedMetadataException">It is none.</exception>
    public static MirrorList ReadMetalink(Stream xml, string file)
    {
        ArgumentNullException.ThrowIfNull(xml);
        using var reader = new MetadataXml(xml, file, "metalink");
        var (addresses, digests) = (new List<(int Preference, Uri Root)>(), new HashSet<Sha256Digest>());
        while (reader.NextChild(0))
        {
            var isFiles = reader.Name == "files";
            while (isFiles && reader.NextChild(1))
            {
                if (reader.Name == "file" && reader.Attribute("name") == "repomd.xml")
                {
                    ReadFile(reader, addresses, digests);
                }
            }
        }

        return digests.Count > 0
            ? new MirrorList([.. addresses.OrderByDescending(a => a.Preference).Select(a => a.Root).Distinct()], digests)
            : throw reader.Malformed("hash", "it has no SHA-256 digest of a repomd.xml");
    }

    private static void ReadFile(MetadataXml reader, List<(int Preference, Uri Root)> addresses, HashSet<Sha256Digest> digests)
    {
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            var inner = reader.Depth;
            switch (reader.Name)
            {
                case "verification":
                    ReadHashes(reader, digests);
                    break;
                case "alternates":
                    // Each holds a verification of its own.
                    while (reader.NextChild(inner))
                    {
                        while (reader.NextChild(inner + 1))
                        {
                            if (reader.Name == "verification")
                            {
                                ReadHashes(reader, digests);
                            }
                        }
                    }

                    break;
                case "resources":
                    while (reader.NextChild(inner))
                    {
                        ReadAddress(reader, addresses);
                    }

                    break;
                default:
                    break;
            }
        }
    }

    private static void ReadHashes(MetadataXml reader, HashSet<Sha256Digest> digests)
    {
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            if (reader.Name == "hash" && reader.Attribute("type") == "sha256")
            {
                _ = digests.Add(Sha256Digest.TryParse(reader.Text(), out var digest) ? digest : throw reader.Malformed("hash", "not a SHA-256 digest"));
            }
        }
    }

    private static void ReadAddress(MetadataXml reader, List<(int Preference, Uri Root)> addresses)
    {
        _ = int.TryParse(reader.Attribute("preference"), NumberStyles.None, CultureInfo.InvariantCulture, out var preference);
        if (reader.Name == "url" && reader.Text() is var text && text.EndsWith(RepomdEnd, StringComparison.Ordinal) && Root(text) is { } root)
        {
            addresses.Add((preference, root));
        }
    }

    /// <summary>Null for what is no address of a kind that is asked.</summary>
    private static Uri? Root(string text)
    {
        text = text.EndsWith(RepomdEnd, StringComparison.Ordinal) ? text[..^RepomdEnd.Length] : text;
        return Uri.TryCreate(text.EndsWith('/') ? text : text + "/", UriKind.Absolute, out var root) && root.Scheme is "http" or "https" ? root : null;
    }
}
