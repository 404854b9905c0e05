using EzTemplates.Domain;
using EzTemplates.Formats.Locks;
using EzTemplates.Formats.Manifests;
using EzTemplates.Store.Native;

namespace EzTemplates.Store;

/// <summary>
/// The commit of a version, in an order that leaves a whole store wherever it stops: manifest and metadata layer are made aside, synced, and
/// renamed; then lock and provenance; the version's record is last, and without it there is no version.
/// </summary>
internal sealed class CommitVersion(ContentStore store, WorkFolder work, VersionCommit commit, LockPatience patience)
{
    private const int FolderMode = 0b111_000_000;

    private readonly StoreLayout _layout = store.Layout;

    public TemplateVersionRecord Run()
    {
        var record = Describe();
        var (template, version) = (record.Reference.Template, record.Reference.Version);
        using var turn = FileLock.Acquire(_layout.TemplateLockOf(template), FileLockMode.Exclusive, $"template {template}", patience);
        var existing = store.Versions.Find(record.Reference);
        if (existing is not null)
        {
            RequireSame(existing, record);
            if (store.Versions.IsWhole(existing))
            {
                return existing;
            }
        }

        PublishManifestAndLayer(record.Manifest);
        if (existing is not null)
        {
            return existing;
        }

        var made = new Stack<string>();
        try
        {
            PublishVersion(record, made);
        }
        catch
        {
            Undo(made, _layout.VersionsOf(template));
            throw;
        }

        store.Catalog.Add(record);
        return record;
    }

    /// <summary>The record last: it is the version.</summary>
    private void PublishVersion(TemplateVersionRecord record, Stack<string> made)
    {
        void Write(string path, ReadOnlySpan<byte> bytes)
        {
            made.Push(path);
            work.WriteDurably(path, bytes);
        }

        var (template, version) = (record.Reference.Template, record.Reference.Version);
        Libc.TryMakeFolder(null, _layout.VersionsOf(template), FolderMode);
        StoreFile.SyncFolder(_layout.Versions);
        Write(_layout.VersionLockOf(template, version), LockText.Write(commit.Lock));
        Write(_layout.VersionProvenanceOf(template, version), ProvenanceText.Write(commit.Provenance));
        if (commit.Compose?.Invoke(record) is { } composition)
        {
            Write(_layout.CompositionOf(composition.Id), composition.Text);
        }

        Write(_layout.VersionRecordOf(template, version), record.ToJson());
    }

    /// <summary>Only what is this template's alone, whose lock we have. Manifest and layer may be another's too, and are whole.</summary>
    private static void Undo(Stack<string> made, string folder)
    {
        try
        {
            foreach (var path in made)
            {
                Libc.TryRemoveFile(null, path);
            }

            Libc.TryRemoveFolder(null, folder);
        }
        catch (StoreException)
        {
            // Without its record there is no version; what went wrong before this matters more.
        }
    }

    private TemplateVersionRecord Describe()
    {
        var files = commit.Manifest.Entries.Where(entry => entry.Type == EntryType.File).ToList();
        return new TemplateVersionRecord
        {
            Reference = new TemplateReference(commit.Lock.Template, commit.Lock.Version),
            Lock = LockText.DigestOf(commit.Lock),
            Base = commit.Lock.Base,
            Manifest = ManifestText.DigestOf(commit.Manifest),
            Rules = commit.Lock.Rules,
            Packages = commit.Packages,
            Files = files.Count,
            Bytes = files.Sum(file => file.Size),
            Committed = store.Options.Time.GetUtcNow(),
            Keep = commit.Keep,
            Settings = commit.Settings,
            Repositories = commit.Repositories,
        };
    }

    private static void RequireSame(TemplateVersionRecord existing, TemplateVersionRecord record)
    {
        TemplateVersions.RequireLock(existing, record.Lock);
        if (existing.Manifest != record.Manifest)
        {
            throw new StoreException(
                $"`{record.Reference}` is in the store with manifest {existing.Manifest.Short}; the same lock now gives manifest {record.Manifest.Short}",
                "this is a bug in ez, or the store's package contents were changed; please report it");
        }
    }

    private void PublishManifestAndLayer(Sha256Digest manifest)
    {
        var text = work.NewPath("manifest");
        StoreFile.WriteNew(text, ManifestText.Write(commit.Manifest));
        var layer = UnfinishedLayer.Make(store, work, store.Layer, (commit.Manifest, manifest), patience.Cancellation);
        using (var folder = Libc.OpenFolder(null, _layout.Store))
        {
            Libc.SyncFileSystem(folder);
        }

        RepairRecords.PlaceManifest(_layout, text, manifest);
        layer?.Publish();
        StoreFile.SyncFolder(_layout.Contents);
        StoreFile.SyncFolder(_layout.Manifests);
    }
}
