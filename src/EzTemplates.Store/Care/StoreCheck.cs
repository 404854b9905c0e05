using System.Collections.Concurrent;
using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Formats.Locks;
using EzTemplates.Formats.Manifests;
using EzTemplates.Store.Native;

namespace EzTemplates.Store;

/// <param name="Progress">Things read, of how many; called from many threads.</param>
public sealed record CheckOptions(Action<long, long>? Progress = null, CancellationToken Cancellation = default);

/// <summary>How much was read.</summary>
public sealed record CheckedAmount(long Objects, long Bytes, int Contents, int Manifests, int Trees, int Copies, int Images, int Versions);

/// <summary>
/// Reads everything again and says what is not as it should be. Changes nothing but rows of the catalog that a killed command left: what gc removes while this reads is
/// no fault, and what has a name is whole. All is read past the page cache, since it is the disk that is in question.
/// </summary>
public sealed class StoreCheck(ContentStore store, CheckOptions options)
{
    private readonly StoreLayout _layout = store.Layout;
    private readonly ConcurrentBag<StoreFault> _faults = [];
    private readonly DigestTable _named = new();
    private readonly List<long> _sizes = [];
    private readonly ConcurrentDictionary<Sha256Digest, byte> _found = new();
    private long _objects;
    private long _bytes;

    public CheckedAmount Amount { get; private set; } = new(0, 0, 0, 0, 0, 0, 0, 0);

    /// <summary>Sorted, so that two checks of one store say the same.</summary>
    public ImmutableArray<StoreFault> Run()
    {
        var versions = CheckVersions();
        var contents = GarbageMark.DigestsIn(_layout.Contents).ToList();
        contents.ForEach(CheckContents);
        var manifests = GarbageMark.DigestsIn(_layout.Manifests).ToList();
        var whole = manifests.Where(CheckManifest).ToList();
        new ObjectListing(_layout).ForEach(CheckObject, options.Cancellation);
        FindAbsent();
        var layers = new LayerCheck(store, (thing, manifest, path, what) => Add(thing, manifest, path, what), options.Cancellation);
        layers.Run(whole);
        CheckCatalog();

        Amount = new CheckedAmount(_objects, _bytes, contents.Count, manifests.Count, layers.Trees, layers.Copies, layers.Images, versions);
        return [.. _faults.OrderBy(found => found.Thing).ThenBy(found => found.Path, StringComparer.Ordinal)];
    }

    private int CheckVersions()
    {
        var count = 0;
        using var templates = Libc.OpenFolder(null, _layout.Versions);
        foreach (var template in Libc.ReadFolder(templates).Where(member => member.IsFolder))
        {
            foreach (var path in store.Versions.RecordsOf(template.Name))
            {
                count++;
                CheckVersion(path);
            }
        }

        return count;
    }

    private void CheckVersion(string path)
    {
        TemplateVersionRecord? record = null;
        if (!Reads(StoreThing.Version, default, path, null, () => record = TemplateVersions.ReadRecord(path)) || record is null)
        {
            return;
        }

        var reference = record.Reference;
        if (_layout.VersionRecordOf(reference.Template, reference.Version) != path)
        {
            Add(StoreThing.Version, default, path, $"it says that it is of {reference}");
            return;
        }

        CheckLock(record);
        var provenance = _layout.VersionProvenanceOf(reference.Template, reference.Version);
        Reads(StoreThing.Provenance, record.Manifest, provenance, reference, () => ProvenanceText.Read(StoreFile.Read(provenance), provenance));
        if (!StoreFile.Exists(_layout.ManifestOf(record.Manifest)))
        {
            Add(StoreThing.Manifest, record.Manifest, _layout.ManifestOf(record.Manifest), "it is not there", reference);
        }
    }

    private void CheckLock(TemplateVersionRecord record)
    {
        var path = _layout.VersionLockOf(record.Reference.Template, record.Reference.Version);
        TemplateLock? held = null;
        if (!Reads(StoreThing.Lock, record.Lock, path, record.Reference, () => held = store.Versions.ReadLock(record.Reference)))
        {
            return;
        }

        if (LockText.DigestOf(held!) != record.Lock)
        {
            Add(StoreThing.Lock, record.Lock, path, "it is another lock than the version was built from", record.Reference);
            return;
        }

        foreach (var package in held!.Packages.Where(package => !store.HasContents(package.Sha256)))
        {
            Add(StoreThing.Contents, package.Sha256, _layout.ContentsOf(package.Sha256), "it is not there", record.Reference);
        }
    }

    private void CheckContents(Sha256Digest package)
    {
        options.Cancellation.ThrowIfCancellationRequested();
        var path = _layout.ContentsOf(package);
        Reads(StoreThing.Contents, package, path, null, () =>
        {
            if (StoreFile.TryReadFromDisk(path) is not { } text)
            {
                return;
            }

            if (ContentsText.Read(text, path).Package is var other && other != package)
            {
                throw new StoreException($"it is of package {other}");
            }

            Note(text, path);
        });
    }

    private bool CheckManifest(Sha256Digest manifest)
    {
        options.Cancellation.ThrowIfCancellationRequested();
        var path = _layout.ManifestOf(manifest);
        byte[]? text = null;
        return Reads(StoreThing.Manifest, manifest, path, null, () =>
        {
            text = StoreFile.TryReadFromDisk(path);
            if (text is null)
            {
                return;
            }

            if (Sha256Digest.Of(text) != manifest)
            {
                throw new StoreException("its bytes are not those that name it");
            }

            Note(text, path);
        }) && text is not null;
    }

    private void Note(byte[] text, string path)
    {
        for (var names = new ObjectNames(text, path); names.MoveNext();)
        {
            if (_named.Add(names.Current) == _sizes.Count)
            {
                _sizes.Add(names.CurrentSize);
            }
        }
    }

    private void CheckObject(Microsoft.Win32.SafeHandles.SafeFileHandle folder, string name, Sha256Digest digest)
    {
        var (file, errno) = Libc.TryOpen(folder, name, OpenFlags.Read | OpenFlags.NoFollow);
        if (file is null)
        {
            if (errno != Errnos.ENOENT)
            {
                Add(StoreThing.Object, digest, _layout.ObjectOf(digest), "it cannot be opened");
            }

            return;
        }

        using (file)
        {
            _found.TryAdd(digest, 0);
            Libc.ForgetCache(file);
            Reads(StoreThing.Object, digest, _layout.ObjectOf(digest), null, () =>
            {
                if (ObjectShelf.HashOf(file) != digest)
                {
                    throw new StoreException("its bytes are not those that name it");
                }
            });
            Interlocked.Add(ref _bytes, Libc.Status(file).Size);
        }

        var done = Interlocked.Increment(ref _objects);
        options.Progress?.Invoke(done, Math.Max(_named.Count, done));
    }

    /// <summary>Looked for a second time: one that came after its folder was listed is there, and what gc took its name is gone as well.</summary>
    private void FindAbsent()
    {
        var absent = Enumerable.Range(0, _named.Count).Select(number => _named[number])
            .Where(digest => !_found.ContainsKey(digest) && !store.Objects.Has(digest)).ToHashSet();
        if (absent.Count == 0)
        {
            return;
        }

        var search = new StoreSearch(_layout, options.Cancellation);
        foreach (var digest in search.PackagesWith(absent).Concat(search.ManifestsWith(absent)).Select(holder => holder.Object).Distinct())
        {
            Add(StoreThing.Object, digest, _layout.ObjectOf(digest), "it is not there");
        }
    }

    /// <summary>
    /// A commit is for a moment between its record and its row: what is wrong is wrong at every look. Rows that a killed command left
    /// are no damage, and are put right in passing where nobody writes.
    /// </summary>
    private void CheckCatalog()
    {
        const int looks = 4;
        for (var look = 1; store.Catalog.FindFault() is { } fault; look++)
        {
            if (fault == Catalog.StaleRows && look < looks)
            {
                using var only = FileLock.TryAcquire(_layout.StoreLock, FileLockMode.Exclusive);
                if (only is not null)
                {
                    store.Catalog.Refresh();
                    continue;
                }
            }

            if (look == looks)
            {
                Add(StoreThing.Catalog, default, _layout.Catalog, fault);
                return;
            }

            options.Cancellation.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(100));
        }
    }

    private bool Reads(StoreThing thing, Sha256Digest digest, string path, TemplateReference? version, Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (EzException broken)
        {
            Add(thing, digest, path, broken.Message, version);
            return false;
        }
    }

    /// <summary>A version that has been removed since its record was read lacks nothing.</summary>
    private void Add(StoreThing thing, Sha256Digest digest, string path, string what, TemplateReference? version = null)
    {
        if (version is null || StoreFile.Exists(_layout.VersionRecordOf(version.Template, version.Version)))
        {
            _faults.Add(new StoreFault(thing, digest, path, what, version));
        }
    }
}
