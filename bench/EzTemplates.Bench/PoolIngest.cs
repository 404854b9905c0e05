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
            .ToArray();
        using var store = ContentStore.Open(storeRoot);
        using var writer = store.BeginWriting();
        using var batch = writer.BeginIngest();
        Parallel.ForEach(
            Partitioner.Create(UnpackOrder.Of([.. packages.Select(package => package.File.Length)], Environment.ProcessorCount), EnumerablePartitionerOptions.NoBuffering),
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            step => batch.Add(packages[step.Index].Digest, packages[step.Index].File.Name, sink =>
            {
                var file = packages[step.Index].File;
                using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20);
                return DebReader.Read(stream, new DebReadOptions { FileName = file.Name, DecoderThreads = step.DecoderThreads }, sink);
            }));
        batch.Complete();
        return $"{packages.Length} packages: {batch.Statistics}";
    }
}
