using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace EzTemplates.Testing;

/// <summary>
/// An rpm-md repository on disk with packages, metadata that createrepo_c made of them, and a signed repomd.xml. Publishing again
/// makes the next snapshot. Needs createrepo_c, gpg and (for those forms) xz, zstd, bzip2: tests without them are skipped.
/// </summary>
public sealed class GeneratedRpmRepository : IDisposable
{
    private static readonly XNamespace Repo = "http://linux.duke.edu/metadata/repo";

    private readonly TempFolder _temp = new();
    private readonly Dictionary<GeneratedRpm, byte[]> _built = [];

    public GeneratedRpmRepository()
    {
        Requires.Tool("createrepo_c");
        try
        {
            Key = new SigningKey("Generated rpms <rpms@example.org>");
            Root = _temp.MakeFolder("repository");
            KeyFile = Key.WritePublicKey(_temp.At("keys", "RPM-GPG-KEY.asc"));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The repository's root: it has repodata and Packages.</summary>
    public string Root { get; }

    public SigningKey Key { get; }

    /// <summary>Whether packages that are built from now on are signed: each takes two runs of gpg, which only who unpacks them needs.</summary>
    public bool SignsPackages { get; set; }

    /// <summary>Armored, of metadata and packages.</summary>
    public string KeyFile { get; }

    /// <summary>A path of the repository.</summary>
    public string At(string relative) => Path.Combine(Root, relative);

    public string Repomd => At("repodata/repomd.xml");

    public void Publish(RpmPublishOptions options, params IReadOnlyList<GeneratedRpm> packages)
    {
        ArgumentNullException.ThrowIfNull(options);
        Publish(options, packages.Select(package => KeyValuePair.Create(package.FileName, Built(package))));
    }

    /// <summary>Publishes packages that are built already.</summary>
    /// <param name="files">Bytes by the names of their files.</param>
    public void Publish(RpmPublishOptions options, IEnumerable<KeyValuePair<string, byte[]>> files)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(files);
        foreach (var folder in new[] { At("Packages"), At("repodata") }.Where(Directory.Exists))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(At("Packages"));
        foreach (var (name, bytes) in files)
        {
            File.WriteAllBytes(At("Packages/" + name), bytes);
        }

        ToolRun.Run("createrepo_c", ["--quiet", "--no-database", "--checksum", options.Checksum, "--compress-type=gz", "--general-compress-type=gz", "--revision", Seconds(options.Date), .. GroupArguments(options), Root]).Succeed();
        var repomd = XDocument.Load(Repomd);
        Add(repomd, "modules", options.Modules, "modules.yaml");
        Add(repomd, "updateinfo", options.Security.Count == 0 ? null : UpdateInfo(options.Security), "updateinfo.xml");
        foreach (var data in repomd.Root!.Elements(Repo + "data"))
        {
            Recompress(data, options);
            data.SetElementValue(Repo + "timestamp", Seconds(options.Date));
        }

        WriteRepomd(repomd, options);
    }

    /// <summary>The same packages with signatures of the repository's key, by rpm's own tool.</summary>
    public Dictionary<string, byte[]> Sign(IEnumerable<KeyValuePair<string, byte[]>> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        Requires.Tool("rpmsign");
        using var temp = new TempFolder();
        var paths = files.Select(file => temp.WriteFile(file.Key, file.Value)).ToList();
        ToolRun.Run("rpmsign", ["--define", $"_gpg_name {Key.Fingerprint}", "--define", $"_gpg_path {Key.Home}", "--define", $"__gpg {ToolRun.Locate("gpg")}", "--addsign", .. paths]).Succeed();
        return paths.ToDictionary(path => Path.GetFileName(path), File.ReadAllBytes);
    }

    /// <summary>Changes what repomd.xml says of its files, and signs it anew.</summary>
    public void Change(Action<XElement> change, RpmPublishOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(change);
        var repomd = XDocument.Load(Repomd);
        foreach (var data in repomd.Root!.Elements(Repo + "data"))
        {
            change(data);
        }

        WriteRepomd(repomd, options ?? new RpmPublishOptions());
    }

    /// <summary>The path below the root of a metadata file, by its type in repomd.xml.</summary>
    public string PathOf(string type) => XDocument.Load(Repomd).Root!.Elements(Repo + "data").First(data => data.Attribute("type")!.Value == type).Element(Repo + "location")!.Attribute("href")!.Value;

    /// <summary>Puts these bytes in the place of a metadata file, decompressed, with sizes and digests that fit, or only some.</summary>
    public void Replace(string type, byte[] plain, Action<XElement>? lie = null) => Change(data =>
    {
        if (data.Attribute("type")!.Value == type)
        {
            Store(data, plain, Gzip(plain), ".gz");
            lie?.Invoke(data);
        }
    });

    public void Dispose()
    {
        Key?.Dispose();
        _temp.Dispose();
    }

    private byte[] Built(GeneratedRpm package) => _built.TryGetValue(package, out var known) ? known : _built[package] = package.ToArray(SignsPackages ? Key : null);

    private string[] GroupArguments(RpmPublishOptions options)
    {
        if (options.Groups.Count == 0)
        {
            return [];
        }

        var comps = new XElement("comps", options.Groups.Select(group => new XElement(
            "group",
            new XElement("id", group.Id),
            new XElement("packagelist", group.Packages.Select(name => new XElement("packagereq", new XAttribute("type", "mandatory"), name))))));
        return ["--groupfile", _temp.WriteFile("comps.xml", comps.ToString())];
    }

    private static string UpdateInfo(IReadOnlyList<GeneratedRpm> packages) => new XElement("updates", packages.Select((package, number) => new XElement(
        "update",
        new XAttribute("type", "security"),
        new XElement("id", string.Create(CultureInfo.InvariantCulture, $"EZ-2024-{number}")),
        new XElement("pkglist", new XElement("collection", new XElement(
            "package",
            new XAttribute("name", package.Name),
            new XAttribute("epoch", package.Epoch),
            new XAttribute("version", package.Version),
            new XAttribute("release", package.Release),
            new XAttribute("arch", package.Architecture))))))).ToString();

    private void Add(XDocument repomd, string type, string? text, string name)
    {
        if (text is not null)
        {
            var data = new XElement(Repo + "data", new XAttribute("type", type), new XElement(Repo + "location", new XAttribute("href", $"repodata/{name}.gz")));
            repomd.Root!.Add(data);
            var plain = Encoding.UTF8.GetBytes(text);
            Store(data, plain, Gzip(plain), ".gz");
        }
    }

    private void Recompress(XElement data, RpmPublishOptions options)
    {
        var compression = options.Compression;
        var old = At(data.Element(Repo + "location")!.Attribute("href")!.Value);
        var packed = File.ReadAllBytes(old);
        var plain = old.EndsWith(".gz", StringComparison.Ordinal) ? Gunzip(packed) : packed;
        File.Delete(old);
        Store(data, plain, compression == ".gz" ? Gzip(plain) : RawDeb.Compress(plain, compression), compression, options.Checksum);
    }

    private void Store(XElement data, byte[] plain, byte[] packed, string extension, string checksum = "sha256")
    {
        XElement Sum(string name, byte[] bytes) => new(
            Repo + name, new XAttribute("type", checksum), Convert.ToHexStringLower(CryptographicOperations.HashData(new HashAlgorithmName(checksum.ToUpperInvariant()), bytes)));
        var path = $"repodata/{Convert.ToHexStringLower(SHA256.HashData(packed))}-{data.Attribute("type")!.Value}.xml{extension}";
        Directory.CreateDirectory(At("repodata"));
        File.WriteAllBytes(At(path), packed);
        data.Elements().Where(e => e.Name.LocalName is "checksum" or "open-checksum" or "size" or "open-size" or "location").Remove();
        data.Add(
            Sum("checksum", packed),
            Sum("open-checksum", plain),
            new XElement(Repo + "size", packed.Length),
            new XElement(Repo + "open-size", plain.Length),
            new XElement(Repo + "location", new XAttribute("href", path)));
    }

    private void WriteRepomd(XDocument repomd, RpmPublishOptions options)
    {
        var text = Encoding.UTF8.GetBytes(repomd.Declaration + "\n" + repomd.Root + "\n");
        File.WriteAllBytes(Repomd, text);
        File.SetLastWriteTimeUtc(Repomd, options.Date.UtcDateTime);
        File.Delete(Repomd + ".asc");
        if (options.IsSigned)
        {
            File.WriteAllBytes(Repomd + ".asc", (options.Key ?? Key).DetachSign(text));
        }
    }

    private static string Seconds(DateTimeOffset date) => date.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static byte[] Gzip(byte[] plain)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(plain);
        }

        return result.ToArray();
    }

    private static byte[] Gunzip(byte[] packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var result = new MemoryStream();
        gzip.CopyTo(result);
        return result.ToArray();
    }
}
