using System.Globalization;
using BenchmarkDotNet.Attributes;
using EzTemplates.Domain;
using EzTemplates.Formats.Manifests;

namespace EzTemplates.Bench.Micro;

/// <summary>A manifest of the size of BIG: to text, to its digest, and back.</summary>
[MemoryDiagnoser]
public class ManifestWriting
{
    private const int Folders = 2000;
    private const int FilesPerFolder = 9;
    private Manifest _manifest = new([]);
    private byte[] _text = [];

    [GlobalSetup]
    public void Setup()
    {
        var entries = new List<ManifestEntry> { Entry(TreePath.Root, EntryType.Directory) };
        for (var i = 0; i < Folders; i++)
        {
            var folder = TreePath.Root.Append(string.Create(CultureInfo.InvariantCulture, $"some-package-{i}"));
            entries.Add(Entry(folder, EntryType.Directory));
            for (var j = 0; j < FilesPerFolder; j++)
            {
                var path = folder.Append(string.Create(CultureInfo.InvariantCulture, $"libsomething-{j}.so.1.2"));
                entries.Add(Entry(path, EntryType.File) with { Size = i * j, Content = Sha256Digest.Of([(byte)i, (byte)(i >> 8), (byte)j]) });
            }
        }

        _manifest = new Manifest([.. entries.OrderBy(entry => entry.Path)]);
        _text = ManifestText.Write(_manifest);
    }

    [Benchmark]
    public byte[] Write() => ManifestText.Write(_manifest);

    [Benchmark]
    public Sha256Digest Digest() => ManifestText.DigestOf(_manifest);

    [Benchmark]
    public Manifest Read() => ManifestText.Read(_text, "manifest");

    private static ManifestEntry Entry(TreePath path, EntryType type) => new()
    {
        Path = path,
        Type = type,
        Mode = type == EntryType.Directory ? 0x1ED : 0x1A4,
        Uid = 0,
        Gid = 0,
        Mtime = new FileTime(1_700_000_000),
    };
}
