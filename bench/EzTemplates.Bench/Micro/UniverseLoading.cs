using System.Text;
using BenchmarkDotNet.Attributes;
using EzTemplates.Domain;
using EzTemplates.Formats;

namespace EzTemplates.Bench.Micro;

/// <summary>
/// An index of the size of Debian's main: parsed once, and found again in its parsed form. EZ_BENCH_PACKAGES names a real
/// uncompressed Packages file; without it one is made.
/// </summary>
[MemoryDiagnoser]
public class UniverseLoading
{
    private byte[] _text = [];
    private byte[] _block = [];

    [GlobalSetup]
    public void Setup()
    {
        var file = Environment.GetEnvironmentVariable("EZ_BENCH_PACKAGES");
        _text = string.IsNullOrEmpty(file) ? Encoding.UTF8.GetBytes(Made()) : File.ReadAllBytes(file);
        _block = Encode();
    }

    [Benchmark]
    public byte[] Encode() => UniverseEncoding.Encode([new PackagesIndex("debian/bookworm", _text, "Packages")]);

    [Benchmark]
    public PackageUniverse Decode() => UniverseEncoding.Decode(_block) ?? throw new InvalidOperationException("the block is not whole");

    private static string Made()
    {
        const int Count = 63_000;
        var text = new StringBuilder();
        for (var i = 0; i < Count; i++)
        {
            text.Append(
                $"""
                Package: package-{i}
                Version: 1.{i % 97}-{i % 7}+deb12u1
                Architecture: amd64
                Maintainer: Nobody in particular <nobody@example.org>
                Installed-Size: {i}
                Depends: package-{(i * 7) % Count} (>= 1.0), package-{(i * 13) % Count} | package-{(i * 31) % Count}, virtual-{i % 500}
                Provides: virtual-{i % 500}
                Description: a made package with a line of text of the usual length
                Section: misc
                Priority: optional
                Filename: pool/main/p/package-{i}/package-{i}_1.{i % 97}-{i % 7}+deb12u1_amd64.deb
                Size: {1000 + i}
                SHA256: {Sha256Digest.Of(BitConverter.GetBytes(i))}


                """);
        }

        return text.ToString();
    }
}
