using EzTemplates.Domain;
using EzTemplates.Store.Native;

namespace EzTemplates.Store;

/// <summary>
/// <c>store/repairs/object-DIGEST</c>, <c>manifest-DIGEST</c>, <c>image-MANIFEST-DIGEST</c>: a good copy of something damaged, whole and on disk; that it is there
/// says that the damaged one is being overwritten. It is overwritten in place, since a view that has the file open, or has looked it
/// up, goes on with that inode; the copy goes when the target has been read again. Whoever opens the store next finishes what was
/// interrupted; doing it twice is doing it once.
/// </summary>
internal static class RepairRecords
{
    private const string ObjectPrefix = "object-";
    private const string ManifestPrefix = "manifest-";
    private const string ImagePrefix = "image-";
    private const int ObjectMode = 0b100_100_100;
    private const int ManifestMode = 0b110_000_000;
    private const int FolderMode = 0b111_000_000;

    public static string LockOf(StoreLayout layout) => Path.Combine(layout.Locks, "repair");

    public static void Finish(StoreLayout layout)
    {
        if (!StoreFile.Exists(layout.Repairs))
        {
            return;
        }

        // A repair that is under way has the lock, and finishes its own.
        using var only = FileLock.TryAcquire(LockOf(layout), FileLockMode.Exclusive);
        if (only is not null)
        {
            _ = FinishAll(layout);
        }
    }

    /// <summary>Gives a synced file its name as a record. The caller has the lock.</summary>
    public static void PublishObject(StoreLayout layout, string copy, Sha256Digest digest) => Publish(layout, copy, ObjectPrefix + digest);

    public static void PublishManifest(StoreLayout layout, string copy, Sha256Digest digest) => Publish(layout, copy, ManifestPrefix + digest);

    /// <param name="digest">Of the image's own bytes.</param>
    public static void PublishImage(StoreLayout layout, string copy, Sha256Digest manifest, Sha256Digest digest) =>
        Publish(layout, copy, $"{ImagePrefix}{manifest}-{digest}");

    /// <summary>The caller has the lock. One bad place of the disk keeps nobody from the rest: its record stays, and check tells.</summary>
    /// <returns>What could not be finished, by the file that is damaged.</returns>
    public static IReadOnlyDictionary<string, StoreException> FinishAll(StoreLayout layout)
    {
        var failures = new Dictionary<string, StoreException>(StringComparer.Ordinal);
        if (!StoreFile.Exists(layout.Repairs))
        {
            return failures;
        }

        using (var folder = Libc.OpenFolder(null, layout.Repairs))
        {
            Libc.Sync(folder);
            foreach (var member in Libc.ReadFolder(folder))
            {
                var copy = Path.Combine(layout.Repairs, member.Name);
                try
                {
                    FinishOne(layout, copy, member.Name);
                }
                catch (StoreException failed)
                {
                    failures[Parse(layout, member.Name)?.Target ?? copy] = failed;
                }
            }
        }

        if (failures.Count == 0)
        {
            Libc.TryRemoveFolder(null, layout.Repairs);
        }

        return failures;
    }

    private static void Publish(StoreLayout layout, string copy, string name)
    {
        Libc.TryMakeFolder(null, layout.Repairs, FolderMode);
        Libc.Rename(null, copy, null, Path.Combine(layout.Repairs, name));
    }

    private static void FinishOne(StoreLayout layout, string copy, string name)
    {
        if (Parse(layout, name) is not var (digest, target, mode) || !Has(copy, digest))
        {
            // Not one of ours, or bytes that a power loss took: the damage is found again by the next check.
            Libc.TryRemoveFile(null, copy);
            return;
        }

        Libc.TryMakeFolder(null, Path.GetDirectoryName(target)!, FolderMode);
        TakePlace(copy, target, digest, mode);
    }

    /// <summary>
    /// Gives a manifest's new file its name. A good one that has the name stays, and a damaged one is written again in its inode:
    /// whoever holds it from gc has locked that very file.
    /// </summary>
    public static void PlaceManifest(StoreLayout layout, string copy, Sha256Digest digest) => TakePlace(copy, layout.ManifestOf(digest), digest, ManifestMode);

    private static void TakePlace(string copy, string target, Sha256Digest digest, int mode)
    {
        SetMetadata(copy, mode);
        if (Libc.TryRenameNew(null, copy, null, target))
        {
            StoreFile.SyncFolder(Path.GetDirectoryName(target)!);
            return;
        }

        if (!IsGood(target, digest))
        {
            Overwrite(copy, target, mode);
            if (!Has(target, digest))
            {
                throw new StoreException($"`{target}` was written again and still reads wrong", "look for disk errors with dmesg; the good copy is in " + copy);
            }
        }

        Libc.TryRemoveFile(null, copy);
    }

    private static (Sha256Digest Digest, string Target, int Mode)? Parse(StoreLayout layout, string name) =>
        Digest(name, ObjectPrefix) is { } stored ? (stored, layout.ObjectOf(stored), ObjectMode)
        : Digest(name, ManifestPrefix) is { } manifest ? (manifest, layout.ManifestOf(manifest), ManifestMode)
        : name.StartsWith(ImagePrefix, StringComparison.Ordinal) && name[ImagePrefix.Length..].Split('-') is [var of, var own]
            && Sha256Digest.TryParse(of, out var shown) && Sha256Digest.TryParse(own, out var bytes) ? (bytes, layout.ImageOf(shown), ManifestMode)
        : null;

    private static Sha256Digest? Digest(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && Sha256Digest.TryParse(name.AsSpan(prefix.Length), out var digest) ? digest : null;

    private static bool IsGood(string path, Sha256Digest digest)
    {
        try
        {
            return Has(path, digest);
        }
        catch (StoreException)
        {
            // A bad sector, which writing may cure.
            return false;
        }
    }

    /// <summary>Past the page cache: what counts is what the disk has.</summary>
    private static bool Has(string path, Sha256Digest digest)
    {
        using var file = Libc.Open(null, path, OpenFlags.Read | OpenFlags.NoFollow);
        Libc.ForgetCache(file);
        return ObjectShelf.HashOf(file) == digest;
    }

    private static void Overwrite(string copy, string target, int mode)
    {
        if (Libc.EffectiveUserId != 0)
        {
            Libc.ChangeMode(null, target, ManifestMode);
        }

        using (var from = Libc.Open(null, copy, OpenFlags.Read | OpenFlags.NoFollow))
        using (var to = Libc.Open(null, target, OpenFlags.Write | OpenFlags.NoFollow))
        {
            Libc.Truncate(to, StoreFile.CopyBytes(from, to));
            Libc.Sync(to);
        }

        SetMetadata(target, mode);
    }

    private static void SetMetadata(string path, int mode)
    {
        Libc.ChangeMode(null, path, mode);
        if (mode == ObjectMode)
        {
            Libc.ChangeMtime(null, path, ObjectStaging.ObjectTime);
        }
    }
}
