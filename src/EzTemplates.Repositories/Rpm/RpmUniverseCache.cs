using System.IO.Enumeration;
using System.Security.Cryptography;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats;

namespace EzTemplates.Repositories;

/// <summary>The parsed form of rpm-md snapshots: made once per set of files, then mapped.</summary>
public static class RpmUniverseCache
{
    /// <summary>
    /// The universe of the snapshots' packages; its sources are the snapshots' <see cref="Snapshot.Source"/>, in their order. Parses
    /// nothing if the same files were opened before.
    /// </summary>
    /// <param name="asked">Paths that will be asked for; filelists are read for them and for those that packages require.</param>
    /// <param name="warn">Is told of what was set aside while parsing.</param>
    /// <exception cref="EzException">A file is not what repomd.xml promises once decompressed, or is malformed.</exception>
    public static RpmUniverse Open(string metadataDirectory, IReadOnlyList<RpmSnapshot> snapshots, IEnumerable<string> asked, Action<MetadataWarning> warn, TimeProvider? time = null)
    {
        var folder = new MetadataFolder(metadataDirectory);
        var paths = asked.Where(path => path.StartsWith('/')).Distinct().Order(StringComparer.Ordinal).ToList();
        var path = folder.UniversePath(Key(snapshots, paths));
        if (Map(path) is { } known)
        {
            UniverseCache.Touch(path);
            return known;
        }

        var builder = Read(snapshots, paths);
        foreach (var warning in builder.Warnings)
        {
            warn(warning);
        }

        folder.Write(path, builder.ToBlock());
        folder.Prune((time ?? TimeProvider.System).GetUtcNow());
        return Map(path) ?? throw new EzException(FailureKind.Store, $"`{path}` was just written and cannot be read back", "check the disk: `dmesg`");
    }

    /// <summary>The same universe with packages that no snapshot has, added by the caller. Parsed anew each time, and kept nowhere.</summary>
    /// <exception cref="EzException">As <see cref="Open"/>.</exception>
    public static RpmUniverse Build(IReadOnlyList<RpmSnapshot> snapshots, IEnumerable<string> asked, Action<RpmUniverseBuilder> add)
    {
        var builder = Read(snapshots, asked, add);
        return builder.ToUniverse();
    }

    private static RpmUniverseBuilder Read(IReadOnlyList<RpmSnapshot> snapshots, IEnumerable<string> asked, Action<RpmUniverseBuilder>? add = null)
    {
        var builder = new RpmUniverseBuilder();
        foreach (var snapshot in snapshots)
        {
            ReadEach(snapshot, index => index.Kind != RpmIndexKind.Filelists, (index, stream, name) => Add(builder, snapshot, index, stream, name));
        }

        add?.Invoke(builder);
        var paths = builder.PathsOutsidePrimary(asked);
        foreach (var snapshot in paths.Count > 0 ? snapshots : [])
        {
            ReadEach(snapshot, index => index.Kind == RpmIndexKind.Filelists, (_, stream, name) => builder.AddFilelists(snapshot.Source, stream, name, paths));
        }

        return builder;
    }

    private static void Add(RpmUniverseBuilder builder, RpmSnapshot snapshot, RpmIndex index, Stream stream, string name)
    {
        switch (index.Kind)
        {
            case RpmIndexKind.Primary:
                builder.AddPrimary(snapshot.Source, stream, name, snapshot.Only.IsEmpty && snapshot.Except.IsEmpty ? null : Takes(snapshot));
                break;
            case RpmIndexKind.Groups:
                builder.AddGroups(stream, name);
                break;
            case RpmIndexKind.Modules:
                builder.AddModules(snapshot.Source, stream, name);
                break;
            default:
                builder.AddAdvisories(stream, name);
                break;
        }
    }

    private static Func<string, bool> Takes(RpmSnapshot snapshot)
    {
        static bool Match(string pattern, string name) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);
        return name => (snapshot.Only.IsEmpty || snapshot.Only.Any(only => Match(only, name))) && !snapshot.Except.Any(except => Match(except, name));
    }

    private static void ReadEach(RpmSnapshot snapshot, Func<RpmIndex, bool> which, Action<RpmIndex, Stream, string> read)
    {
        foreach (var index in snapshot.Indexes.Where(which))
        {
            try
            {
                using var file = File.OpenRead(index.FilePath);
                using var decoded = Decompression.Open(file, CompressionNames.OfName(index.File.Path), new DecompressionOptions { Threads = 2 });
                var name = $"{snapshot.Source} {index.File.Path}";
                using var promised = new PromisedStream(decoded, index.File, name);
                read(index, promised, name);
                promised.Finish();
            }
            catch (EzException broken)
            {
                // It may be the disk's doing: the next command then fetches it again.
                File.Delete(index.FilePath);
                throw broken is MalformedArchiveException { Reason: var reason }
                    ? new EzException(FailureKind.Untrusted, $"`{snapshot.Source} {index.File.Path}` cannot be decompressed: {reason}", PromisedStream.Hint, broken)
                    : broken;
            }
        }
    }

    /// <summary>Over what decides the content; where a file came from and how it was compressed does not.</summary>
    private static Sha256Digest Key(IReadOnlyList<RpmSnapshot> snapshots, List<string> paths)
    {
        var text = new StringBuilder("rpm universe 2\n");
        void Line(string word, IEnumerable<string> values) => text.Append(word).Append(' ').AppendJoin(' ', values).Append('\n');
        foreach (var snapshot in snapshots)
        {
            Line("source", [snapshot.Source]);
            Line("only", snapshot.Only);
            Line("except", snapshot.Except);
            foreach (var index in snapshot.Indexes)
            {
                Line(index.Kind.ToString(), [(index.File.OpenDigest ?? index.File.Digest)!.Value.ToString()]);
            }
        }

        Line("paths", paths);
        return new Sha256Digest(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static RpmUniverse? Map(string path) => MappedBytes.TryMap(path) is { } mapped ? RpmUniverseEncoding.Decode(mapped.Memory) : null;
}
