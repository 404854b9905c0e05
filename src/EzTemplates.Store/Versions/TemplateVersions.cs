using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Formats.Locks;
using EzTemplates.Formats.Manifests;
using EzTemplates.Store.Native;
using NuGet.Versioning;

namespace EzTemplates.Store;

/// <summary>The template versions of a store, for reading. The files are the truth; nothing here asks the catalog.</summary>
public sealed class TemplateVersions
{
    private const string RecordEnd = ".json";
    private const string LockEnd = ".lock.json";

    private readonly StoreLayout _layout;

    internal TemplateVersions(StoreLayout layout) => _layout = layout;

    /// <summary>Names of templates that have a version, sorted.</summary>
    public ImmutableArray<string> Templates()
    {
        using var folder = Libc.OpenFolder(null, _layout.Versions);
        return [.. Libc.ReadFolder(folder).Where(member => member.IsFolder).Select(member => member.Name).Where(name => RecordsOf(name).Count > 0)];
    }

    /// <summary>Oldest version first; empty if the store has none.</summary>
    public ImmutableArray<TemplateVersionRecord> List(string template) =>
        [.. RecordsOf(template).Select(ReadRecord).OfType<TemplateVersionRecord>().OrderBy(record => record.Reference.Version)];

    /// <summary>Of all templates; a record that cannot be read is left out, and check tells of it.</summary>
    public IEnumerable<TemplateVersionRecord> Readable()
    {
        foreach (var path in Templates().SelectMany(RecordsOf))
        {
            TemplateVersionRecord? record = null;
            try
            {
                record = ReadRecord(path);
            }
            catch (EzException)
            {
            }

            if (record is not null)
            {
                yield return record;
            }
        }
    }

    public TemplateVersionRecord? Find(TemplateReference reference) =>
        ReadRecord(_layout.VersionRecordOf(reference.Template, reference.Version));

    /// <summary>Whether all that a view of the version needs has its name in the store. Committing the version again makes what is absent.</summary>
    public bool IsWhole(TemplateVersionRecord version) =>
        StoreFile.Exists(_layout.ManifestOf(version.Manifest))
        && LayerKinds.HasAny(_layout, version.Manifest);

    /// <summary>By the names of the records; only the one that is answered is read.</summary>
    public TemplateVersionRecord? Newest(string template, VersionRange? within = null)
    {
        var paths = new SortedDictionary<NuGetVersion, string>();
        foreach (var path in RecordsOf(template))
        {
            if (NuGetVersion.TryParse(Path.GetFileName(path)[..^RecordEnd.Length], out var version) && (within?.Satisfies(version) ?? true))
            {
                paths[version] = path;
            }
        }

        return paths.Values.Reverse().Select(ReadRecord).FirstOrDefault(record => record is not null);
    }

    /// <exception cref="StoreException">It is not there, or not what its name promises.</exception>
    public Manifest ReadManifest(Sha256Digest manifest)
    {
        var path = _layout.ManifestOf(manifest);
        var text = StoreFile.TryRead(path)
            ?? throw new StoreException($"the manifest `{path}` is not in the store", "build the version again from its lock");
        return Sha256Digest.Of(text) == manifest
            ? ManifestText.Read(text, path)
            : throw new StoreException($"the manifest `{path}` does not have the digest that names it", "build the version again from its lock");
    }

    public TemplateLock ReadLock(TemplateReference reference)
    {
        var path = _layout.VersionLockOf(reference.Template, reference.Version);
        return LockText.Read(StoreFile.Read(path), path);
    }

    /// <summary>Where the paths of a version's manifest come from; null where the version's files lack it.</summary>
    public Provenance? FindProvenance(TemplateReference reference)
    {
        var path = _layout.VersionProvenanceOf(reference.Template, reference.Version);
        return StoreFile.TryRead(path) is { } text ? ProvenanceText.Read(text, path) : null;
    }

    public Provenance ReadProvenance(TemplateReference reference)
    {
        var path = _layout.VersionProvenanceOf(reference.Template, reference.Version);
        return ProvenanceText.Read(StoreFile.Read(path), path);
    }

    internal List<string> RecordsOf(string template)
    {
        var path = _layout.VersionsOf(template);
        var records = new List<string>();
        if (!StoreFile.Exists(path))
        {
            return records;
        }

        using var folder = Libc.OpenFolder(null, path);
        foreach (var member in Libc.ReadFolder(folder))
        {
            if (member.Name.EndsWith(RecordEnd, StringComparison.Ordinal) && !member.Name.EndsWith(LockEnd, StringComparison.Ordinal))
            {
                records.Add(Path.Combine(path, member.Name));
            }
        }

        return records;
    }

    internal static TemplateVersionRecord? ReadRecord(string path) =>
        StoreFile.TryRead(path) is { } text ? TemplateVersionRecord.FromJson(text, path) : null;

    /// <summary>A version is immutable: where the store has it, it is of this very lock.</summary>
    /// <exception cref="EzException">Usage: it was built from another lock; names both.</exception>
    public static void RequireLock(TemplateVersionRecord existing, Sha256Digest lockDigest)
    {
        ArgumentNullException.ThrowIfNull(existing);
        if (existing.Lock != lockDigest)
        {
            throw new EzException(
                FailureKind.Usage,
                $"`{existing.Reference}` is in the store, built from lock {existing.Lock.Short}; this lock {lockDigest.Short} has the same version and other content",
                $"take the lock that comes after {existing.Reference} from version control, or raise `version:` in the recipe, then: ez lock {existing.Reference.Template}");
        }
    }
}
