using EzTemplates.Domain;
using EzTemplates.Store.Native;

namespace EzTemplates.Store;

/// <summary>
/// Carries out a plan, in batches: each with the store to itself for a moment, after a look at what has come since the mark. Versions
/// go first, then what described them, manifests with their layers, contents, and objects at last; each kind is durably gone before
/// the next begins. So wherever this stops, nothing that is left names what is gone.
/// </summary>
internal sealed class GarbageSweep(ContentStore store, GarbageRules rules, GarbagePlan plan)
{
    private const int ObjectsAtOnce = 4096;
    private static readonly TimeSpan BatchTime = TimeSpan.FromMilliseconds(250);

    // Longer than whoever waits for the lock goes without a look at it: it gets its turn after one batch, not after all.
    private static readonly TimeSpan Pause = FileLock.LongestPause + TimeSpan.FromMilliseconds(50);

    private readonly StoreLayout _layout = store.Layout;
    private readonly GarbageMark _mark = plan.Mark;
    private readonly HashSet<string> _touched = new(StringComparer.Ordinal);
    private StoreAmount _removed;

    /// <returns>What was removed: less than planned where something came to need it meanwhile.</returns>
    public StoreAmount Run()
    {
        using var work = WorkFolder.Make(_layout);
        var steps = Steps(work).ToList();
        for (var done = 0; done < steps.Count;)
        {
            done = RunBatch(steps, done);
            rules.Progress?.Invoke(done, steps.Count);
            if (done < steps.Count)
            {
                rules.Patience.Cancellation.WaitHandle.WaitOne(Pause);
            }
        }

        RefreshCatalog();

        return _removed;
    }

    /// <summary>With the store alone, as no commit may be between its record and its row.</summary>
    private void RefreshCatalog()
    {
        if (store.Catalog.FindFault() is not null)
        {
            using var only = FileLock.Acquire(_layout.StoreLock, FileLockMode.Exclusive, "the store", rules.Patience);
            store.Catalog.Refresh();
        }
    }

    private int RunBatch(List<Step> steps, int done)
    {
        using var only = FileLock.Acquire(_layout.StoreLock, FileLockMode.Exclusive, "the store", rules.Patience);
        var started = store.Options.Time.GetTimestamp();
        DirtyMark.Recover(store, rules.Patience);
        _mark.Refresh();
        var phase = steps[done].Phase;
        try
        {
            do
            {
                rules.Patience.Cancellation.ThrowIfCancellationRequested();
                if (steps[done].Phase != phase)
                {
                    MakeDurable();
                    phase = steps[done].Phase;
                }

                steps[done++].Act();
            }
            while (done < steps.Count && store.Options.Time.GetElapsedTime(started) < BatchTime);
        }
        finally
        {
            MakeDurable();
        }

        return done;
    }

    private IEnumerable<Step> Steps(WorkFolder work) =>
    [
        .. plan.Versions.Where(fate => !fate.IsKept).Select(fate => new Step(0, () => RemoveVersion(fate.Version.Reference))),
        .. plan.Compositions.Concat(plan.Strays).Select(path => new Step(1, () => RemoveDescription(path))),
        .. plan.Manifests.Select(manifest => new Step(2, () => RemoveManifest(manifest, work))),
        .. plan.Contents.Select(package => new Step(3, () => RemoveContents(package))),
        .. Enumerable.Range(0, (plan.DeadObjects.Count + ObjectsAtOnce - 1) / ObjectsAtOnce).Select(part => new Step(4, () => RemoveObjects(part * ObjectsAtOnce))),
        .. plan.Archives.Select(archive => new Step(5, () => RemoveArchive(archive))),
    ];

    private void RemoveVersion(TemplateReference version)
    {
        if (_mark.Keeps(version))
        {
            return;
        }

        Count(VersionFiles.Of(_layout, version));
        VersionFiles.Remove(_layout, version);
        _mark.Forget(version);
    }

    /// <summary>A composition, a stray beside a version's record, or what scripts said: it may have come to be of use.</summary>
    private void RemoveDescription(string path)
    {
        var isUnneeded = Path.GetDirectoryName(path) is var folder && folder == _layout.Compositions ? !IsInUse(path)
            : folder == _layout.ScriptOutputs ? ScriptOutputs.IsUnneeded(store, path)
            : VersionFiles.RecordNameFor(Path.GetFileName(path)) is not { } record || !StoreFile.Exists(Path.Combine(folder!, record));
        if (isUnneeded)
        {
            Remove(path);
        }
    }

    private bool IsInUse(string path) =>
        Sha256Digest.TryParse(Path.GetFileName(path).AsSpan(0, 64), out var composition) && _mark.KeepsComposition(composition);

    /// <summary>Layers first; a tree is moved away whole, since a half-removed one would be taken for a tree.</summary>
    private void RemoveManifest(Sha256Digest manifest, WorkFolder work)
    {
        if (_mark.KeepsManifest(manifest))
        {
            return;
        }

        var (free, holder) = ManifestUse.TryHold(_layout, manifest);
        using (free)
        {
            if ((holder ?? ManifestUse.MountOf(_layout, manifest)) is { } user)
            {
                _mark.KeepRoot(new StoreRoot(manifest, null, user));
                return;
            }

            Count(ManifestUse.FilesOf(_layout, manifest));
            foreach (var tree in (string[])[_layout.TreeOf(manifest), _layout.CopyOf(manifest)])
            {
                if (StoreFile.Exists(tree))
                {
                    Libc.Rename(null, tree, null, work.NewPath("tree"));
                    _touched.Add(Path.GetDirectoryName(tree)!);
                }
            }

            RemoveUncounted(_layout.ImageOf(manifest));
            Libc.TryRemoveFolder(null, _layout.LayerPointOf(manifest));
            RemoveUncounted(_layout.ManifestOf(manifest));
            _mark.ForgetManifest(manifest);
        }
    }

    private void RemoveContents(Sha256Digest package)
    {
        if (!_mark.KeepsContents(package))
        {
            Remove(_layout.ContentsOf(package));
            _mark.ForgetContents(package);
        }
    }

    private void RemoveObjects(int start)
    {
        long bytes = 0, count = 0;
        Parallel.For(start, Math.Min(start + ObjectsAtOnce, plan.DeadObjects.Count), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            var digest = plan.DeadObjects[i];
            if (_mark.Objects.Has(digest))
            {
                return;
            }

            var path = _layout.ObjectOf(digest);
            var size = Libc.TryStatus(null, path)?.AllocatedBytes ?? 0;
            if (Libc.TryRemoveFile(null, path))
            {
                Interlocked.Add(ref bytes, size);
                Interlocked.Increment(ref count);
            }
        });
        _removed += new StoreAmount(count, bytes);
    }

    /// <summary>One that was used since stays.</summary>
    private void RemoveArchive(EvictedArchive archive)
    {
        var path = Path.Combine(_layout.Archives, archive.Name);
        if (Libc.TryStatus(null, path) is { } now && now.IsSameFile(archive.Seen) && now.Mtime == archive.Seen.Mtime)
        {
            Remove(path);
        }
    }

    private void Count(IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            _removed = DiskUse.Of(path) is { } bytes ? _removed.Add(bytes) : _removed;
        }
    }

    private void Remove(string path)
    {
        Count([path]);
        RemoveUncounted(path);
    }

    private void RemoveUncounted(string path)
    {
        if (Libc.TryRemoveFile(null, path))
        {
            _touched.Add(Path.GetDirectoryName(path)!);
        }
    }

    private void MakeDurable()
    {
        foreach (var folder in _touched.Where(StoreFile.Exists))
        {
            StoreFile.SyncFolder(folder);
        }

        _touched.Clear();
    }

    private sealed record Step(int Phase, Action Act);
}
