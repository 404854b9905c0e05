using System.Collections.Concurrent;
using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Store.Native;

namespace EzTemplates.Store;

/// <summary>Looks at what the store has and what it must keep. Changes nothing and takes no lock.</summary>
internal sealed class GarbagePlanner(ContentStore store, GarbageRules rules)
{
    private readonly StoreLayout _layout = store.Layout;

    public GarbagePlan Plan()
    {
        // Listed before the mark: what comes between the two is not in these lists, so it cannot go.
        var objects = new ObjectListing(_layout);
        var manifests = ManifestNames();
        var contents = GarbageMark.DigestsIn(_layout.Contents).ToList();
        var mark = new GarbageMark(store, rules);
        mark.Refresh();
        foreach (var manifest in manifests.Where(manifest => !mark.KeepsManifest(manifest)))
        {
            if (ManifestUse.HolderOf(_layout, manifest) is { } holder)
            {
                mark.KeepRoot(new StoreRoot(manifest, null, holder));
            }
        }

        manifests.RemoveAll(mark.KeepsManifest);
        contents.RemoveAll(mark.KeepsContents);
        mark.Expect(manifests, contents);
        var versions = mark.Versions.ToImmutableArray();
        var compositions = Compositions(mark).ToImmutableArray();
        var strays = Strays().Concat(ScriptOutputs.Unneeded(store)).ToImmutableArray();
        var (dead, deadAmount, kept) = objects.Split(mark.Objects, rules.Patience.Cancellation);
        return new GarbagePlan(mark, dead)
        {
            Versions = versions,
            Manifests = [.. manifests],
            Contents = [.. contents],
            Compositions = compositions,
            Strays = strays,
            Archives = [.. Archives(mark)],
            Held = [.. mark.Held.OrderBy(root => root.Holder, StringComparer.Ordinal)],
            VersionFiles = Sum(versions.Where(fate => !fate.IsKept).SelectMany(fate => VersionFiles.Of(_layout, fate.Version.Reference)).Concat(compositions).Concat(strays)),
            ManifestFiles = Sum(manifests.SelectMany(manifest => ManifestUse.FilesOf(_layout, manifest))),
            ContentsFiles = Sum(contents.Select(_layout.ContentsOf)),
            Objects = deadAmount,
            KeptObjects = kept,
        };
    }

    /// <summary>Also of layers whose manifest is gone.</summary>
    private List<Sha256Digest> ManifestNames() =>
    [
        .. ((string[])[_layout.Manifests, _layout.Trees, _layout.Copies, _layout.Images, _layout.Layers]).SelectMany(GarbageMark.DigestsIn).Distinct().Order(),
    ];

    private IEnumerable<string> Compositions(GarbageMark mark)
    {
        foreach (var composition in GarbageMark.DigestsIn(_layout.Compositions).Distinct().Where(composition => !mark.KeepsComposition(composition)))
        {
            yield return _layout.CompositionOf(composition);
            if (_layout.CompositionProvenanceOf(composition) is var provenance && StoreFile.Exists(provenance))
            {
                yield return provenance;
            }
        }
    }

    private IEnumerable<string> Strays()
    {
        using var templates = Libc.OpenFolder(null, _layout.Versions);
        foreach (var template in Libc.ReadFolder(templates).Where(member => member.IsFolder))
        {
            using var folder = Libc.OpenFolder(templates, NativePath.FromLatin1(template.Name));
            var names = Libc.ReadFolder(folder).Select(member => member.Name).ToHashSet(StringComparer.Ordinal);
            foreach (var name in names.Where(name => VersionFiles.RecordNameFor(name) is { } record && !names.Contains(record)))
            {
                yield return Path.Combine(_layout.Versions, template.Name, name);
            }
        }
    }

    /// <summary>The least recently used first; those that a kept lock names only when all others do not suffice.</summary>
    private IEnumerable<EvictedArchive> Archives(GarbageMark mark)
    {
        var archives = new List<EvictedArchive>();
        using (var folder = Libc.OpenFolder(null, _layout.Archives))
        {
            foreach (var member in Libc.ReadFolder(folder).Where(member => !member.IsFolder))
            {
                if (Libc.TryStatus(folder, NativePath.FromLatin1(member.Name)) is { } status)
                {
                    var needed = Sha256Digest.TryParse(member.Name, out var package) && mark.Names(package);
                    archives.Add(new EvictedArchive(member.Name, status.AllocatedBytes, status, needed));
                }
            }
        }

        var excess = archives.Sum(archive => archive.Bytes) - rules.ArchiveQuota;
        foreach (var archive in archives.OrderBy(archive => archive.IsNeeded).ThenBy(archive => archive.Seen.Mtime).TakeWhile(_ => excess > 0))
        {
            excess -= archive.Bytes;
            yield return archive;
        }
    }

    private static StoreAmount Sum(IEnumerable<string> paths)
    {
        var sum = default(StoreAmount);
        foreach (var path in paths)
        {
            var bytes = DiskUse.Of(path);
            sum = bytes is null ? sum : sum.Add(bytes.Value);
        }

        return sum;
    }
}

/// <summary>The objects that have a name at one moment.</summary>
internal sealed class ObjectListing
{
    private readonly StoreLayout _layout;
    private readonly ImmutableArray<string> _prefixes;

    public ObjectListing(StoreLayout layout)
    {
        _layout = layout;
        using var objects = Libc.OpenFolder(null, layout.Objects);
        _prefixes = [.. Libc.ReadFolder(objects).Where(member => member.IsFolder).Select(member => member.Name)];
    }

    /// <summary>One prefix after another on every core.</summary>
    /// <param name="visit">Called from many threads with the open folder, a name in it, and the digest.</param>
    public void ForEach(Action<Microsoft.Win32.SafeHandles.SafeFileHandle, string, Sha256Digest> visit, CancellationToken cancellation) =>
        Parallel.ForEach(_prefixes, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount }, prefix =>
        {
            using var folder = Libc.OpenFolder(null, Path.Combine(_layout.Objects, prefix));
            foreach (var member in Libc.ReadFolder(folder))
            {
                if (Sha256Digest.TryParse(prefix + member.Name, out var digest))
                {
                    visit(folder, member.Name, digest);
                }
            }
        });

    /// <summary>Those without a number in the table, and how much is on either side.</summary>
    public (List<Sha256Digest> Dead, StoreAmount DeadAmount, StoreAmount Kept) Split(DigestTable live, CancellationToken cancellation)
    {
        var dead = new ConcurrentBag<Sha256Digest>();
        long deadBytes = 0, keptBytes = 0, keptCount = 0;
        ForEach(
            (folder, name, digest) =>
            {
                var bytes = Libc.TryStatus(folder, name)?.AllocatedBytes ?? 0;
                if (live.Has(digest))
                {
                    Interlocked.Add(ref keptBytes, bytes);
                    Interlocked.Increment(ref keptCount);
                }
                else
                {
                    Interlocked.Add(ref deadBytes, bytes);
                    dead.Add(digest);
                }
            },
            cancellation);
        var sorted = new List<Sha256Digest>(dead);
        sorted.Sort();
        return (sorted, new StoreAmount(sorted.Count, deadBytes), new StoreAmount(keptCount, keptBytes));
    }
}
