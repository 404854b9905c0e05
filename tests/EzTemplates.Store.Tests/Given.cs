using System.Text;
using EzTemplates.Domain;
using NuGet.Versioning;

namespace EzTemplates.Store.Tests;

/// <summary>Small packages, locks and manifests.</summary>
internal static class Given
{
    public static Sha256Digest Digest(string text) => Sha256Digest.Of(Encoding.UTF8.GetBytes(text));

    public static ManifestEntry Folder(string path, int mode = 0b111_101_101) =>
        new() { Path = TreePath.FromText(path), Type = EntryType.Directory, Mode = mode, Uid = 0, Gid = 0, Mtime = new FileTime(1_600_000_000, 5) };

    public static ManifestEntry File(string path, string content, int mode = 0b110_100_100) => new()
    {
        Path = TreePath.FromText(path),
        Type = EntryType.File,
        Mode = mode,
        Uid = 0,
        Gid = 0,
        Mtime = new FileTime(1_600_000_001, 123_456_789),
        Size = Encoding.UTF8.GetByteCount(content),
        Content = Digest(content),
    };

    public static Manifest Manifest(params ManifestEntry[] entries) =>
        new([Folder("/"), .. entries.OrderBy(entry => entry.Path)]);

    /// <summary>Ingests a package of files without an archive: its digest stands for its bytes.</summary>
    public static PackageContents AddPackage(this IngestBatch batch, string name, params (string Path, string Content)[] files) =>
        batch.Add(Digest(name), name, sink =>
        {
            foreach (var (_, content) in files)
            {
                var bytes = Encoding.UTF8.GetBytes(content);
                sink(new MemoryStream(bytes), bytes.Length);
            }

            return Contents(name, files);
        });

    public static PackageContents Contents(string name, params (string Path, string Content)[] files) => new()
    {
        Package = Digest(name),
        ArchiveSize = name.Length,
        Control = [],
        Entries = [.. files.Select(file => new PackageEntry(File(file.Path, file.Content), "root", "root"))],
    };

    public static VersionCommit Version(string template, string version, Manifest manifest, string recipe = "recipe")
    {
        var templateLock = new TemplateLock
        {
            Template = template,
            Family = PackageFamily.Deb,
            Architecture = "amd64",
            Version = NuGetVersion.Parse(version),
            Recipe = Digest(recipe),
            Snapshots = [],
            Epoch = 1_600_000_000,
            Rules = 0,
            Packages = [],
        };
        var provenance = new Provenance { Packages = [], PackageOfEntry = [.. Enumerable.Repeat(-1, manifest.Entries.Length)] };
        return new VersionCommit(templateLock, manifest, provenance, 0);
    }
}
