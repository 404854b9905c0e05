using System.Buffers;
using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Formats.Manifests;
using EzTemplates.Store.Native;

namespace EzTemplates.Store;

/// <summary>
/// What the store must keep. <see cref="Refresh"/> may be called again and again: it adds what has come since, and takes nothing back.
/// Anything that is newer than the first call is kept, whoever made it.
/// </summary>
internal sealed class GarbageMark(ContentStore store, GarbageRules rules)
{
    private readonly StoreLayout _layout = store.Layout;
    private readonly Dictionary<TemplateReference, TemplateVersionRecord> _versions = [];
    private readonly Dictionary<TemplateReference, List<string>> _keptVersions = [];
    private readonly Dictionary<Sha256Digest, StoreRoot> _held = [];
    private readonly HashSet<Sha256Digest> _manifests = [];
    private readonly HashSet<Sha256Digest> _readManifests = [];
    private readonly HashSet<Sha256Digest> _contents = [];
    private readonly HashSet<Sha256Digest> _packages = [];
    private readonly HashSet<Sha256Digest> _compositions = [];
    private HashSet<Sha256Digest>? _pendingManifests;
    private HashSet<Sha256Digest>? _pendingContents;

    /// <summary>The objects that stay: whatever has a number in it.</summary>
    public DigestTable Objects { get; } = new();

    public IEnumerable<VersionFate> Versions => _versions.Values
        .OrderBy(version => version.Reference.Template, StringComparer.Ordinal)
        .ThenBy(version => version.Reference.Version)
        .Select(version => new VersionFate(version, _keptVersions.TryGetValue(version.Reference, out var why) ? [.. why] : []));

    /// <summary>Roots that are of no kept version.</summary>
    public IEnumerable<StoreRoot> Held
    {
        get
        {
            var named = _keptVersions.Keys.Select(reference => _versions[reference].Manifest).ToHashSet();
            return _held.Values.Where(root => !named.Contains(root.Manifest));
        }
    }

    public bool Keeps(TemplateReference version) => _keptVersions.ContainsKey(version);

    public bool KeepsManifest(Sha256Digest manifest) => _manifests.Contains(manifest);

    public bool KeepsContents(Sha256Digest package) => _contents.Contains(package);

    /// <summary>Whether a kept version's lock names the package, unpacked or not.</summary>
    public bool Names(Sha256Digest package) => _packages.Contains(package);

    /// <summary>A damaged one, which says no manifest, stays only where a root names it.</summary>
    public bool KeepsComposition(Sha256Digest composition) =>
        _compositions.Contains(composition) || (CompositionManifest.Find(_layout.CompositionOf(composition)) is { } manifest && _manifests.Contains(manifest));

    /// <summary>From now on, what is there and is neither kept nor among these has come since.</summary>
    public void Expect(IEnumerable<Sha256Digest> pendingManifests, IEnumerable<Sha256Digest> pendingContents) =>
        (_pendingManifests, _pendingContents) = ([.. pendingManifests], [.. pendingContents]);

    /// <summary>It has been removed: one of that name that is found later is new.</summary>
    public void ForgetManifest(Sha256Digest manifest) => _pendingManifests?.Remove(manifest);

    public void ForgetContents(Sha256Digest package) => _pendingContents?.Remove(package);

    public void Forget(TemplateReference version) => _versions.Remove(version);

    /// <exception cref="EzException">Something that decides what is kept cannot be read: nothing may be removed then.</exception>
    public void Refresh()
    {
        var roots = rules.Roots();
        foreach (var root in roots)
        {
            KeepRoot(root);
        }

        var isFirst = _pendingManifests is null;
        foreach (var template in store.Versions.Templates())
        {
            var versions = store.Versions.List(template);
            var keep = versions.IsEmpty ? 0 : versions[^1].Keep;
            for (var i = 0; i < versions.Length; i++)
            {
                if (_versions.TryAdd(versions[i].Reference, versions[i]) && !isFirst)
                {
                    Keep(versions[i].Reference, "newer than this gc");
                }

                if (isFirst && i >= versions.Length - keep)
                {
                    Keep(versions[i].Reference, $"the newest {keep} of its template");
                }
            }
        }

        KeepVersionsOf(roots);
        if (!isFirst)
        {
            KeepNew();
        }
    }

    /// <summary>A manifest stays, and all that it names.</summary>
    public void KeepRoot(StoreRoot root)
    {
        _held.TryAdd(root.Manifest, root);
        if (root.Composition is { } composition)
        {
            _compositions.Add(composition);
        }

        KeepManifest(root.Manifest);
    }

    private void KeepVersionsOf(ImmutableArray<StoreRoot> roots)
    {
        var holders = roots.ToLookup(root => root.Manifest, root => root.Holder);
        foreach (var version in _versions.Values.ToList())
        {
            foreach (var holder in holders[version.Manifest])
            {
                Keep(version.Reference, holder);
            }
        }
    }

    private void Keep(TemplateReference reference, string why)
    {
        if (!_versions.TryGetValue(reference, out var version))
        {
            // A base that is not listed yet, or that somebody removed from the disk.
            if (store.Versions.Find(reference) is not { } found)
            {
                return;
            }

            _versions[reference] = version = found;
        }

        if (_keptVersions.TryGetValue(reference, out var known))
        {
            if (!known.Contains(why, StringComparer.Ordinal))
            {
                known.Add(why);
            }

            return;
        }

        _keptVersions[reference] = [why];
        KeepManifest(version.Manifest);
        foreach (var package in store.Versions.ReadLock(reference).Packages)
        {
            _packages.Add(package.Sha256);
            KeepContents(package.Sha256);
        }

        if (version.Base is { } os)
        {
            Keep(new TemplateReference(os.Template, os.Version), $"base of {reference}");
        }
    }

    /// <summary>What a command has made that ended before it made a version of it; and what stands between its files.</summary>
    private void KeepNew()
    {
        foreach (var manifest in DigestsIn(_layout.Manifests).Where(digest => !_pendingManifests!.Contains(digest)))
        {
            KeepManifest(manifest);
        }

        foreach (var package in DigestsIn(_layout.Contents).Where(digest => !_pendingContents!.Contains(digest)))
        {
            KeepContents(package);
        }
    }

    private void KeepManifest(Sha256Digest manifest)
    {
        _manifests.Add(manifest);
        if (!_readManifests.Contains(manifest) && KeepObjectsOf(_layout.ManifestOf(manifest), manifest))
        {
            _readManifests.Add(manifest);
        }
    }

    private void KeepContents(Sha256Digest package)
    {
        if (!_contents.Contains(package) && KeepObjectsOf(_layout.ContentsOf(package), null))
        {
            _contents.Add(package);
        }
    }

    /// <returns>False where there is no such file; then it names nothing.</returns>
    private bool KeepObjectsOf(string path, Sha256Digest? digest)
    {
        rules.Patience.Cancellation.ThrowIfCancellationRequested();
        var (file, errno) = Libc.TryOpen(null, path, OpenFlags.Read | OpenFlags.NoFollow);
        if (file is null)
        {
            return errno == Errnos.ENOENT ? false : throw StoreException.FromErrno("open", path, errno);
        }

        using (file)
        {
            var buffer = ArrayPool<byte>.Shared.Rent((int)Libc.Status(file).Size + 1);
            try
            {
                var length = 0;
                while (Libc.Read(file, buffer.AsSpan(length)) is > 0 and var read)
                {
                    length += read;
                }

                var text = buffer.AsSpan(0, length);
                if (digest is { } promised && Sha256Digest.Of(text) != promised)
                {
                    throw new StoreException($"the manifest `{path}` does not have the digest that names it, so gc cannot tell what it keeps", "ez store check --repair");
                }

                for (var names = new ObjectNames(text, path); names.MoveNext();)
                {
                    Objects.Add(names.Current);
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        return true;
    }

    /// <summary>The names in a folder that are digests, whatever ends they have.</summary>
    internal static IEnumerable<Sha256Digest> DigestsIn(string folder)
    {
        if (!StoreFile.Exists(folder))
        {
            return [];
        }

        using var opened = Libc.OpenFolder(null, folder);
        return
        [
            .. Libc.ReadFolder(opened).Select(member => member.Name.Length >= 64 && Sha256Digest.TryParse(member.Name.AsSpan(0, 64), out var digest) ? digest : (Sha256Digest?)null)
                .OfType<Sha256Digest>(),
        ];
    }
}
