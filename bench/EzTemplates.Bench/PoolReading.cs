using System.Security.Cryptography;
using EzTemplates.Domain;
using EzTemplates.Formats;

namespace EzTemplates.Bench;

/// <summary>Reads a pool on all cores, the largest packages first so that none is left for the end alone.</summary>
internal static class PoolReading
{
    public static string Run(string pool)
    {
        var debs = new DirectoryInfo(pool).GetFiles("*.deb").OrderByDescending(file => file.Length).ToArray();
        long files = 0, bytes = 0;
        Parallel.ForEach(
            System.Collections.Concurrent.Partitioner.Create(debs, System.Collections.Concurrent.EnumerablePartitionerOptions.NoBuffering),
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            deb =>
            {
                using var stream = new FileStream(deb.FullName, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20);
                DebReader.Read(stream, new DebReadOptions { FileName = deb.Name }, (content, size) =>
                {
                    Interlocked.Increment(ref files);
                    Interlocked.Add(ref bytes, size);
                    return Hash(content);
                });
            });
        return $"{debs.Length} packages, {files} files, {bytes} bytes";
    }

    private static Sha256Digest Hash(Stream content)
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.ByteCount];
        SHA256.HashData(content, digest);
        return new Sha256Digest(digest);
    }
}
