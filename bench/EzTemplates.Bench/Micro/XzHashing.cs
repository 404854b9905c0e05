using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using EzTemplates.Formats;

namespace EzTemplates.Bench.Micro;

/// <summary>The two costs of ingest, apart and together: LZMA and SHA-256. EZ_BENCH_XZ names an .xz file, such as a data.tar.xz.</summary>
public class XzHashing
{
    private byte[] _packed = [];
    private byte[] _plain = [];

    [GlobalSetup]
    public void Setup()
    {
        var file = Environment.GetEnvironmentVariable("EZ_BENCH_XZ");
        if (string.IsNullOrEmpty(file))
        {
            throw new InvalidOperationException("EZ_BENCH_XZ names no file");
        }

        _packed = File.ReadAllBytes(file);
        using var copy = new MemoryStream();
        using var stream = Open();
        stream.CopyTo(copy);
        _plain = copy.ToArray();
    }

    [Benchmark]
    public void Decompress()
    {
        using var stream = Open();
        stream.CopyTo(Stream.Null);
    }

    [Benchmark]
    public byte[] Hash() => SHA256.HashData(_plain);

    [Benchmark]
    public byte[] DecompressAndHash()
    {
        using var stream = Open();
        return SHA256.HashData(stream);
    }

    private Stream Open() => Decompression.Open(new MemoryStream(_packed, writable: false), CompressionKind.Xz);
}
