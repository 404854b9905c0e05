using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats;

namespace EzTemplates.Repositories;

/// <summary>The parsed form of snapshots: made once per set of indexes, then mapped.</summary>
public static class UniverseCache
{
    /// <summary>
    /// The universe of the snapshots' packages; its sources are the snapshots' <see cref="Snapshot.Source"/>, in their order.
    /// Parses nothing if the same indexes were opened before.
    /// </summary>
    /// <exception cref="EzException">An index is not what the Release promised once decompressed, or is malformed.</exception>
    public static PackageUniverse Open(string metadataDirectory, IReadOnlyList<AptSnapshot> snapshots, TimeProvider? time = null)
    {
        var folder = new MetadataFolder(metadataDirectory);
        var path = folder.UniversePath(Key(snapshots));
        if (Map(path) is { } known)
        {
            Touch(path);
            return known;
        }

        folder.Write(path, Collect(folder, snapshots).ToBlock());
        folder.Prune((time ?? TimeProvider.System).GetUtcNow());
        return Map(path) ?? throw new EzException(FailureKind.Store, $"`{path}` was just written and cannot be read back", "check the disk: `dmesg`");
    }

    /// <summary>Whether <see cref="Open"/> has parsed these very indexes; it has then checked every byte of them.</summary>
    internal static bool IsParsed(MetadataFolder folder, IReadOnlyList<AptSnapshot> snapshots) => File.Exists(folder.UniversePath(Key(snapshots)));

    /// <summary>The same universe with packages that no snapshot has, added by the caller. Made anew each time, and kept nowhere.</summary>
    /// <exception cref="EzException">As <see cref="Open"/>.</exception>
    public static PackageUniverse Build(string metadataDirectory, IReadOnlyList<AptSnapshot> snapshots, Action<UniverseBuilder> add)
    {
        var builder = Collect(new MetadataFolder(metadataDirectory), snapshots);
        add(builder);
        return builder.ToUniverse();
    }

    /// <summary>
    /// All packages of the snapshots. Of a nightly update most suites are as before, and the largest nearly always: what a universe on the
    /// disk has of them is taken from there, and the other suites' texts are parsed.
    /// </summary>
    private static UniverseBuilder Collect(MetadataFolder folder, IReadOnlyList<AptSnapshot> snapshots)
    {
        var texts = snapshots.Select(Texts).ToList();
        var parsed = FindParsed(folder, texts);
        var read = ReadAll(snapshots.Where((_, i) => !parsed.ContainsKey(texts[i])).SelectMany(s => s.Indexes.Select(index => (s.Source, index))))
            .ToLookup(index => index.Source);
        var builder = new UniverseBuilder();
        foreach (var (source, key) in snapshots.Select(s => s.Source).Zip(texts))
        {
            if (parsed.TryGetValue(key, out var known))
            {
                builder.AddSource(source, key, known.Universe, known.Source);
                continue;
            }

            // One without any package still is a source, in its place.
            builder.AddSource(source, key);
            foreach (var index in read[source])
            {
                builder.AddIndex(index);
            }
        }

        return builder;
    }

    /// <summary>Where the suites stand that were parsed before, in the few universes opened last: each is read to its end to be checked.</summary>
    private static Dictionary<Sha256Digest, (PackageUniverse Universe, int Source)> FindParsed(MetadataFolder folder, IEnumerable<Sha256Digest> texts)
    {
        var found = new Dictionary<Sha256Digest, (PackageUniverse, int)>();
        var wanted = texts.ToHashSet();
        foreach (var universe in folder.Universes().Take(3).Select(Map).OfType<PackageUniverse>())
        {
            foreach (var key in wanted.Where(key => universe.FindSource(key) >= 0).ToList())
            {
                found[key] = (universe, universe.FindSource(key));
                _ = wanted.Remove(key);
            }

            if (wanted.Count == 0)
            {
                break;
            }
        }

        return found;
    }

    private static PackagesIndex[] ReadAll(IEnumerable<(string Source, SnapshotIndex Index)> indexes)
    {
        try
        {
            return [.. indexes.AsParallel().AsOrdered().Select(index => Read(index.Source, index.Index))];
        }
        catch (AggregateException failed) when (failed.Flatten().InnerExceptions.OfType<EzException>().FirstOrDefault() is { } first)
        {
            throw first;
        }
    }

    private static Sha256Digest Key(IEnumerable<AptSnapshot> snapshots) => DigestOf("universe 2", snapshots.Select(snapshot => $"{snapshot.Source} {Texts(snapshot)}"));

    /// <summary>Over what decides the content of a source; where an index came from and how it was compressed does not.</summary>
    private static Sha256Digest Texts(AptSnapshot snapshot) =>
        DigestOf("texts", snapshot.Indexes.Select(i => (i.Plain ?? i.Packed).Sha256.ToString()).Order(StringComparer.Ordinal));

    private static Sha256Digest DigestOf(string kind, IEnumerable<string> lines) => Sha256Digest.Of(Encoding.UTF8.GetBytes($"{kind}\n{string.Join('\n', lines)}\n"));

    private static PackageUniverse? Map(string path) => MappedBytes.TryMap(path) is { } mapped ? UniverseEncoding.Decode(mapped.Memory) : null;

    internal static void Touch(string path)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // Only its place in the order of removal is lost.
        }
    }

    private static PackagesIndex Read(string source, SnapshotIndex index)
    {
        try
        {
            return Decompress(source, index);
        }
        catch (EzException broken)
        {
            // It may be the disk's doing: the next command then fetches it again.
            File.Delete(index.FilePath);
            if (broken is MalformedArchiveException { Reason: var reason })
            {
                throw new EzException(FailureKind.Untrusted, $"`{source} {index.Name}` cannot be decompressed: {reason}", Hint, broken);
            }

            throw;
        }
    }

    private static PackagesIndex Decompress(string source, SnapshotIndex index)
    {
        var name = $"{source} {index.Name}";
        using var file = File.OpenRead(index.FilePath);
        using var text = new MemoryStream(index.Plain is { } known && known.Size < MaxPlainBytes ? (int)known.Size : 0);
        using (var decoded = Decompression.Open(file, CompressionNames.OfName(index.Name), new DecompressionOptions { Threads = 2 }))
        {
            Copy(decoded, text, index.Plain?.Size ?? MaxPlainBytes, name);
        }

        var plain = text.GetBuffer().AsMemory(0, (int)text.Length);
        return index.Plain is { } promised && Sha256Digest.Of(plain.Span) is var got && got != promised.Sha256
            ? throw new EzException(
                FailureKind.Untrusted, $"`{name}` is not what its Release promises once decompressed: expected SHA-256 {promised.Sha256}, got {got}", Hint)
            : new PackagesIndex(source, plain, name);
    }

    private const long MaxPlainBytes = 1L << 30;

    private const string Hint = "the repository is broken at its source: try again later, or another mirror, `--mirror ID=URL`";

    private static void Copy(Stream decoded, MemoryStream text, long limit, string name)
    {
        var buffer = new byte[128 * 1024];
        int read;
        while ((read = decoded.Read(buffer)) > 0)
        {
            text.Write(buffer, 0, read);
            if (text.Length > limit)
            {
                throw new EzException(FailureKind.Untrusted, $"`{name}` is larger once decompressed than the {limit} bytes its Release promises", Hint);
            }
        }
    }
}
