using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace EzTemplates.Testing;

/// <summary>What was published: the signed text, and the facts of each .deb.</summary>
public sealed record PublishedSnapshot(PublishOptions Options, string ReleaseText, IReadOnlyList<PublishedPackage> Packages);

public sealed record PublishedPackage(GeneratedPackage Package, string PoolPath, long Size, string Sha256);

/// <summary>
/// An APT repository on disk with real .debs and a real signature, to be served by <see cref="LocalServer"/> or read as files.
/// Publishing again makes the next snapshot; the pool keeps what earlier ones named until <see cref="ForgetOldPackages"/>.
/// Needs dpkg-deb, gpg and (for those forms) xz, zstd, bzip2: tests without them are skipped.
/// </summary>
public sealed class GeneratedRepository : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly Dictionary<GeneratedPackage, PublishedPackage> _built = [];
    private readonly List<PublishedSnapshot> _snapshots = [];

    public GeneratedRepository()
    {
        Requires.Tool("dpkg-deb");
        try
        {
            Key = new SigningKey();
            Root = _temp.MakeFolder("archive");
            KeyFile = Key.WritePublicKey(_temp.At("keys", "archive.gpg"));
            ArmoredKeyFile = Key.WritePublicKey(_temp.At("keys", "archive.asc"));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The archive root: it has dists and pool.</summary>
    public string Root { get; }

    public SigningKey Key { get; }

    public string KeyFile { get; }

    public string ArmoredKeyFile { get; }

    public IReadOnlyList<PublishedSnapshot> Snapshots => _snapshots;

    /// <summary>A path of the archive.</summary>
    public string At(string relative) => Path.Combine(Root, relative);

    public PublishedSnapshot Publish(PublishOptions options, params IReadOnlyList<GeneratedPackage> packages)
    {
        ArgumentNullException.ThrowIfNull(options);
        var published = packages.Select(Pool).ToList();
        var indices = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var component in options.Components)
        {
            foreach (var architecture in options.Architectures)
            {
                var text = PackagesText(options, published.Where(p =>
                    p.Package.Component == component && (p.Package.Architecture == architecture || p.Package.Architecture == "all")));
                foreach (var compression in options.Compressions)
                {
                    indices[$"{component}/binary-{architecture}/Packages{compression}"] = Compress(text, compression);
                }
            }
        }

        foreach (var (path, content) in indices)
        {
            WriteIndex(options, path, content);
        }

        var release = ReleaseText(options, indices);
        Sign(options, release);
        var snapshot = new PublishedSnapshot(options, release, published);
        _snapshots.Add(snapshot);
        return snapshot;
    }

    /// <summary>The last snapshot of a suite again, signed anew with another Date: no package changes.</summary>
    public PublishedSnapshot Resign(PublishedSnapshot snapshot, DateTimeOffset date)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return Publish(snapshot.Options with { Date = date }, [.. snapshot.Packages.Select(p => p.Package)]);
    }

    /// <summary>Removes from the pool what only earlier snapshots name, as a mirror does within weeks.</summary>
    public void ForgetOldPackages(PublishedSnapshot kept)
    {
        ArgumentNullException.ThrowIfNull(kept);
        var paths = kept.Packages.Select(p => At(p.PoolPath)).ToHashSet(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(At("pool"), "*.deb", SearchOption.AllDirectories).Where(file => !paths.Contains(file)).ToList())
        {
            File.Delete(file);
        }

        foreach (var gone in _built.Where(row => !paths.Contains(At(row.Value.PoolPath))).Select(row => row.Key).ToList())
        {
            _built.Remove(gone);
        }
    }

    /// <summary>Puts these bytes into the pool as the package's archive: what is published next promises just them.</summary>
    public GeneratedPackage Put(GeneratedPackage package, byte[] archive)
    {
        ArgumentNullException.ThrowIfNull(package);
        ArgumentNullException.ThrowIfNull(archive);
        Directory.CreateDirectory(Path.GetDirectoryName(At(package.PoolPath))!);
        File.WriteAllBytes(At(package.PoolPath), archive);
        _built[package] = new PublishedPackage(package, package.PoolPath, archive.Length, Convert.ToHexStringLower(SHA256.HashData(archive)));
        return package;
    }

    /// <summary>Changes one byte in the middle of a file; its size and time stay.</summary>
    public void Tamper(string relative)
    {
        var file = At(relative);
        var time = File.GetLastWriteTimeUtc(file);
        var content = File.ReadAllBytes(file);
        content[content.Length / 2] ^= 0x20;
        File.WriteAllBytes(file, content);
        File.SetLastWriteTimeUtc(file, time);
    }

    /// <summary>Replaces text in the signed InRelease and leaves the signature.</summary>
    public void TamperRelease(string suite, string what, string by)
    {
        var file = At($"dists/{suite}/InRelease");
        var text = File.ReadAllText(file);
        if (!text.Contains(what, StringComparison.Ordinal))
        {
            throw new ArgumentException($"InRelease has no `{what}`", nameof(what));
        }

        File.WriteAllText(file, text.Replace(what, by, StringComparison.Ordinal));
    }

    public void Dispose()
    {
        Key?.Dispose();
        _temp.Dispose();
    }

    private PublishedPackage Pool(GeneratedPackage package)
    {
        var file = At(package.PoolPath);
        if (!_built.TryGetValue(package, out var known))
        {
            DebBuilder.Build(package, file);
            var content = File.ReadAllBytes(file);
            known = new PublishedPackage(package, package.PoolPath, content.Length, Convert.ToHexStringLower(SHA256.HashData(content)));
            _built[package] = known;
        }

        return known;
    }

    private static byte[] PackagesText(PublishOptions options, IEnumerable<PublishedPackage> packages)
    {
        var rows = packages.ToArray();
        if (options.StanzaSeed is { } seed)
        {
            Shuffle(rows, seed);
        }

        var text = new StringBuilder();
        foreach (var row in rows)
        {
            text.Append(row.Package.Control());
            text.Append(CultureInfo.InvariantCulture, $"Filename: {row.PoolPath}\nSize: {row.Size}\nSHA256: {row.Sha256}\n\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    [SuppressMessage("Security", "CA5394", Justification = "An order for a test, not a secret.")]
    private static void Shuffle(PublishedPackage[] rows, int seed) => new Random(seed).Shuffle(rows);

    private static byte[] Compress(byte[] content, string compression)
    {
        if (compression == ".gz")
        {
            using var result = new MemoryStream();
            using (var gzip = new GZipStream(result, CompressionLevel.Optimal, leaveOpen: true))
            {
                gzip.Write(content);
            }

            return result.ToArray();
        }

        var tool = compression switch { ".xz" => "xz", ".zst" => "zstd", ".bz2" => "bzip2", _ => null };
        if (tool is null)
        {
            return content;
        }

        Requires.Tool(tool);
        return ToolRun.Run(new ToolCommand(tool, "-c") { Stdin = content }).Succeed().Stdout;
    }

    private void WriteIndex(PublishOptions options, string path, byte[] content)
    {
        var file = At($"dists/{options.Suite}/{path}");
        if (options.ByName)
        {
            Write(file, content, options.Date);
        }

        if (options.ByHash)
        {
            Write(Path.Combine(Path.GetDirectoryName(file)!, "by-hash", "SHA256", Convert.ToHexStringLower(SHA256.HashData(content))), content, options.Date);
        }
    }

    private static string ReleaseText(PublishOptions options, SortedDictionary<string, byte[]> indices)
    {
        var text = new StringBuilder();
        void Field(string name, string value) => text.Append(name).Append(": ").Append(value).Append('\n');
        Field("Origin", options.Origin);
        Field("Label", options.Origin);
        Field("Suite", options.SuiteName ?? options.Suite);
        Field("Codename", options.Codename ?? options.Suite);
        Field("Date", Rfc(options.Date));
        if (options.ValidFor is { } span)
        {
            Field("Valid-Until", Rfc(options.Date + span));
        }

        if (options.ByHash)
        {
            Field("Acquire-By-Hash", "yes");
        }

        foreach (var (name, value) in options.ReleaseFields)
        {
            Field(name, value);
        }

        Field("Architectures", string.Join(' ', options.Architectures));
        Field("Components", string.Join(' ', options.Components));
        Field("Description", "a generated repository");
        text.Append("SHA256:\n");
        foreach (var (path, content) in indices)
        {
            text.Append(CultureInfo.InvariantCulture, $" {Convert.ToHexStringLower(SHA256.HashData(content))} {content.Length,16} {path}\n");
        }

        return text.ToString();
    }

    private void Sign(PublishOptions options, string release)
    {
        var (key, folder, text) = (options.Key ?? Key, $"dists/{options.Suite}/", Encoding.UTF8.GetBytes(release));
        foreach (var stale in (string[])["InRelease", "Release.gpg"])
        {
            File.Delete(At(folder + stale));
        }

        Write(At(folder + "Release"), text, options.Date);
        if (options.Signature is ReleaseSignature.Both or ReleaseSignature.Detached)
        {
            Write(At(folder + "Release.gpg"), key.DetachSign(text), options.Date);
        }

        if (options.Signature is ReleaseSignature.Both or ReleaseSignature.InRelease)
        {
            Write(At(folder + "InRelease"), key.ClearSign(text), options.Date);
        }
    }

    private static void Write(string file, byte[] content, DateTimeOffset time)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var temporary = file + ".new";
        File.WriteAllBytes(temporary, content);
        File.SetLastWriteTimeUtc(temporary, time.UtcDateTime);
        File.Move(temporary, file, overwrite: true);
    }

    private static string Rfc(DateTimeOffset time) => time.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
