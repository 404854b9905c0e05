using EzTemplates.Domain;
using EzTemplates.Formats.Manifests;
using EzTemplates.Store.Native;

namespace EzTemplates.Store;

/// <summary>
/// Measures a store without a lock: what comes or goes meanwhile may be counted or not. Every thing that can be shared (object,
/// contents, manifest with its layers) has a number, and arrays by that number say how large it is and whose.
/// </summary>
public sealed class StoreUseReader
{
    private readonly ContentStore _store;
    private readonly StoreLayout _layout;
    private readonly CancellationToken _cancellation;
    private readonly DigestTable _things = new();
    private readonly List<long> _bytes = [];
    private readonly List<TemplateVersionRecord> _versions;
    private readonly List<(TemplateReference? Version, Sha256Digest Manifest)> _rows;

    public StoreUseReader(ContentStore store, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        (_store, _layout, _cancellation) = (store, store.Layout, cancellation);
        _versions = [.. store.Versions.Templates().SelectMany(template => store.Versions.List(template))];
        var named = _versions.Select(version => version.Manifest).ToHashSet();
        _rows =
        [
            .. _versions.Select(version => ((TemplateReference?)version.Reference, version.Manifest)),
            .. GarbageMark.DigestsIn(_layout.Manifests).Where(manifest => !named.Contains(manifest)).Select(manifest => ((TemplateReference?)null, manifest)),
        ];
    }

    public StoreUse Read()
    {
        ReadSizes();
        var needs = _rows.Select(Needs).ToList();
        var byVersion = new Ownership(_bytes, needs);
        var templates = _versions.Select(version => version.Reference.Template).Distinct().ToList();
        var byTemplate = new Ownership(_bytes,
        [
            .. templates.Select(template => needs.Where((_, row) => _rows[row].Version?.Template == template).SelectMany(need => need).Distinct()),
            .. needs.Where((_, row) => _rows[row].Version is null),
        ]);
        var records = _rows.Select(row => row.Version is { } version ? VersionFiles.Of(_layout, version).Sum(Size) : 0).ToList();
        var use = new StoreUse
        {
            Versions = [.. _rows.Select((row, i) => new UseOfVersion(row.Version, row.Manifest, byVersion.Unique[i] + records[i], byVersion.Total[i] - byVersion.Unique[i]))],
            Templates =
            [
                .. templates.Select((template, i) => new UseOfTemplate(
                    template,
                    _rows.Count(row => row.Version?.Template == template),
                    byTemplate.Unique[i] + records.Where((_, row) => _rows[row].Version?.Template == template).Sum(),
                    byTemplate.Total[i] - byTemplate.Unique[i])),
            ],
            Environments = [.. Environments()],
            Shared = byVersion.OfSeveral,
            Unused = byVersion.OfNobody,
            Archives = Size(_layout.Archives),
            Metadata = Size(_layout.Metadata),
            Catalog = ((string[])["", "-wal", "-shm"]).Sum(end => Size(_layout.Catalog + end)),
            Other = 0,
        };
        return use with { Other = Size(_layout.Root) - use.Total };
    }

    /// <summary>A digest names one thing, whatever its kind: no package has its manifest's digest.</summary>
    private void ReadSizes()
    {
        var sizes = new System.Collections.Concurrent.ConcurrentBag<(Sha256Digest Digest, long Bytes)>();
        new ObjectListing(_layout).ForEach((folder, name, digest) => sizes.Add((digest, Libc.TryStatus(folder, name)?.AllocatedBytes ?? 0)), _cancellation);
        foreach (var (digest, bytes) in sizes)
        {
            Add(digest, bytes);
        }

        foreach (var package in GarbageMark.DigestsIn(_layout.Contents))
        {
            Add(package, Size(_layout.ContentsOf(package)));
        }

        foreach (var (_, manifest) in _rows.DistinctBy(row => row.Manifest))
        {
            Add(manifest, ManifestUse.FilesOf(_layout, manifest).Sum(Size));
        }
    }

    private void Add(Sha256Digest digest, long bytes)
    {
        if (_things.Add(digest) == _bytes.Count)
        {
            _bytes.Add(bytes);
        }
    }

    /// <summary>The numbers of all that a version needs, each once: its manifest, the contents of its packages, and the objects of both.</summary>
    private int[] Needs((TemplateReference? Version, Sha256Digest Manifest) row)
    {
        _cancellation.ThrowIfCancellationRequested();
        var needs = new HashSet<int>();
        AddText(needs, row.Manifest, _layout.ManifestOf(row.Manifest));
        if (row.Version is { } version)
        {
            foreach (var package in _store.Versions.ReadLock(version).Packages)
            {
                AddText(needs, package.Sha256, _layout.ContentsOf(package.Sha256));
            }
        }

        needs.Remove(-1);
        return [.. needs];
    }

    private void AddText(HashSet<int> needs, Sha256Digest digest, string path)
    {
        needs.Add(_things.Find(digest));
        if (StoreFile.TryRead(path) is { } text)
        {
            for (var names = new ObjectNames(text, path); names.MoveNext();)
            {
                needs.Add(_things.Find(names.Current));
            }
        }
    }

    private IEnumerable<UseOfEnvironment> Environments() => Directory.Exists(_layout.Environments)
        ? Directory.EnumerateDirectories(_layout.Environments).Where(folder => Path.GetFileName(folder)[0] != '.').Order(StringComparer.Ordinal)
            .Select(folder => new UseOfEnvironment(Path.GetFileName(folder), Size(folder)))
        : [];

    private static long Size(string path) => DiskUse.Of(path) ?? 0;

    /// <summary>Whose each thing is: nobody's, one's, or several's.</summary>
    private sealed class Ownership
    {
        private const int Nobody = -1;
        private const int Several = -2;

        public Ownership(List<long> bytes, IReadOnlyList<IEnumerable<int>> needs)
        {
            var owner = new int[bytes.Count];
            Array.Fill(owner, Nobody);
            (Unique, Total) = (new long[needs.Count], new long[needs.Count]);
            for (var i = 0; i < needs.Count; i++)
            {
                foreach (var thing in needs[i])
                {
                    Total[i] += bytes[thing];
                    owner[thing] = owner[thing] == Nobody ? i : Several;
                }
            }

            for (var thing = 0; thing < owner.Length; thing++)
            {
                if (owner[thing] >= 0)
                {
                    Unique[owner[thing]] += bytes[thing];
                }

                OfSeveral += owner[thing] == Several ? bytes[thing] : 0;
                OfNobody += owner[thing] == Nobody ? bytes[thing] : 0;
            }
        }

        public long[] Unique { get; }

        public long[] Total { get; }

        public long OfSeveral { get; }

        public long OfNobody { get; }
    }
}
