using System.Collections.Concurrent;
using EzTemplates.Domain;
using EzTemplates.Formats;
using EzTemplates.Store;

namespace EzTemplates.Bench;

/// <summary>
/// Row 3's own side: every package of a pool into a store, as a build does after its lock and its downloads. POOL/SHA256SUMS stands for
/// the lock: a build never hashes an archive to learn which one it is.
/// </summary>
internal static class PoolIngest
{
    public static string Run(string pool, string storeRoot)
    {
        var packages = File.ReadLines(Path.Combine(pool, "SHA256SUMS"))
            .Select(line => (Digest: Sha256Digest.Parse(line.AsSpan(0, 64)), File: new FileInfo(Path.Combine(pool, line[66..]))))
            .OrderByDescending(package => package.File.Length)
            .ToArray();
        using var store = ContentStore.Open(storeRoot);
        using var writer = store.BeginWriting();
        using var batch = writer.BeginIngest();
        Parallel.ForEach(
            Partitioner.Create(packages, EnumerablePartitionerOptions.NoBuffering),
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            package => batch.Add(package.Digest, package.File.Name, sink =>
            {
                using var stream = new FileStream(package.File.FullName, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20);
                return DebReader.Read(stream, new DebReadOptions { FileName = package.File.Name }, sink);
            }));
        batch.Complete();
        return $"{packages.Length} packages: {batch.Statistics}";
    }
}
