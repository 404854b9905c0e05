using System.Xml;
using EzTemplates.Formats;

namespace EzTemplates.Testing;

/// <summary>
/// Reads what a judge needs of repodata folders, in its own way: packages, of the files those that some dependency speaks of, and which
/// packages module streams bring.
/// </summary>
public sealed class RpmMetadataReader
{
    private readonly RpmMetadata _metadata = new();
    private readonly Dictionary<string, RpmStanza> _byChecksum = [];
    private readonly Dictionary<(RpmStanza, string), bool> _listed = [];

    /// <param name="repositories">Name and folder of each.</param>
    public static RpmMetadata Read(IReadOnlyList<(string Name, string Folder)> repositories)
    {
        ArgumentNullException.ThrowIfNull(repositories);
        var reader = new RpmMetadataReader();
        foreach (var (name, folder) in repositories)
        {
            using var xml = Open(folder, "*-primary.xml*");
            reader.ReadPrimary(name, xml!);
            using var modules = Open(folder, "*-modules.yaml*");
            reader.ReadModules(name, modules);
        }

        var paths = reader._metadata.All.SelectMany(p => p.Requires.Concat(p.Conflicts)).SelectMany(n => n.Relations()).Select(n => n.Name)
            .Where(n => n.StartsWith('/')).ToHashSet(StringComparer.Ordinal);
        foreach (var (_, folder) in repositories)
        {
            using var xml = Open(folder, "*-filelists.xml*");
            reader.ReadFilelists(xml!, paths);
        }

        return reader._metadata;
    }

    private static Stream? Open(string folder, string pattern) =>
        Directory.GetFiles(Path.Combine(folder, "repodata"), pattern) is [var path]
            ? Decompression.Open(File.OpenRead(path), CompressionNames.OfName(path)) : null;

    private void ReadPrimary(string repository, Stream source)
    {
        using var xml = XmlReader.Create(source);
        var (name, architecture, checksum, list) = ("", "", "", "");
        RpmStanza? package = null;
        while (xml.Read())
        {
            switch (xml.NodeType == XmlNodeType.Element ? xml.Name : xml.NodeType == XmlNodeType.EndElement ? "/" + xml.Name : "")
            {
                case "name":
                    name = xml.ReadString();
                    break;
                case "arch":
                    architecture = xml.ReadString();
                    break;
                case "version":
                    package = new RpmStanza(name, Version(xml), architecture, repository);
                    break;
                case "checksum":
                    checksum = xml.ReadString();
                    break;
                case "rpm:provides" or "rpm:requires" or "rpm:conflicts" or "rpm:obsoletes":
                    list = xml.LocalName;
                    break;
                case "/rpm:provides" or "/rpm:requires" or "/rpm:conflicts" or "/rpm:obsoletes":
                    list = "";
                    break;
                case "rpm:entry":
                    ListOf(package!, list)?.Add(Entry(xml));
                    break;
                case "file":
                    AddFile(package!, xml.ReadString());
                    break;
                case "/package":
                    _metadata.Add(package!);
                    _byChecksum[checksum] = package!;
                    break;
                default:
                    break;
            }
        }
    }

    private static List<RpmNeed>? ListOf(RpmStanza package, string list) => list switch
    {
        "provides" => package.Provides,
        "requires" => package.Requires,
        "conflicts" => package.Conflicts,
        "obsoletes" => package.Obsoletes,
        _ => null,
    };

    private static RpmNeed Entry(XmlReader xml)
    {
        var name = xml.GetAttribute("name")!;
        return name.StartsWith('(') ? RpmNeed.Parse(name) : xml.GetAttribute("flags") switch
        {
            null => RpmNeed.Of(name),
            "LT" => RpmNeed.Of(name, "<", Version(xml)),
            "LE" => RpmNeed.Of(name, "<=", Version(xml)),
            "EQ" => RpmNeed.Of(name, "=", Version(xml)),
            "GE" => RpmNeed.Of(name, ">=", Version(xml)),
            "GT" => RpmNeed.Of(name, ">", Version(xml)),
            var other => throw new FormatException(other),
        };
    }

    private static string Version(XmlReader xml)
    {
        var (epoch, release) = (xml.GetAttribute("epoch"), xml.GetAttribute("rel"));
        return (epoch is null or "0" ? "" : epoch + ":") + xml.GetAttribute("ver") + (release is null ? "" : "-" + release);
    }

    private void AddFile(RpmStanza package, string path)
    {
        if (_listed.TryAdd((package, path), true))
        {
            _metadata.AddFile(package, path);
        }
    }

    private void ReadFilelists(Stream source, HashSet<string> paths)
    {
        using var xml = XmlReader.Create(source);
        RpmStanza? package = null;
        while (xml.Read())
        {
            if (xml.NodeType == XmlNodeType.Element && xml.Name == "package")
            {
                package = _byChecksum.GetValueOrDefault(xml.GetAttribute("pkgid")!);
            }
            else if (xml.NodeType == XmlNodeType.Text && package is not null && paths.Contains(xml.Value))
            {
                AddFile(package, xml.Value);
            }
        }
    }

    /// <summary>Of each stream document its module, its name and its artifacts; no default stream is known here, and one is refused.</summary>
    private void ReadModules(string repository, Stream? source)
    {
        var byNevra = _metadata.All.Where(p => p.Repository == repository).ToLookup(p =>
            $"{p.Name}-{(p.Version.Contains(':', StringComparison.Ordinal) ? "" : "0:")}{p.Version}.{p.Architecture}");
        using var text = new StreamReader(source ?? Stream.Null);
        foreach (var document in text.ReadToEnd().Split("\n---", StringSplitOptions.RemoveEmptyEntries))
        {
            string Value(string key) => document.Split('\n').FirstOrDefault(l => l.StartsWith($"  {key}: ", StringComparison.Ordinal))?[(key.Length + 4)..].Trim('"') ?? "";
            if (!document.Contains("document: modulemd\n", StringComparison.Ordinal))
            {
                _ = Value("stream") == "" ? "" : throw new FormatException("a default stream");
                continue;
            }

            var artifacts = document[document.IndexOf("\n  artifacts:", StringComparison.Ordinal)..].Split('\n');
            foreach (var package in artifacts.Where(l => l.StartsWith("    - ", StringComparison.Ordinal)).SelectMany(l => byNevra[l[6..]]))
            {
                package.Streams.Add($"{Value("name")}:{Value("stream")}");
            }
        }
    }
}
