using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Environments;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary><c>ez template diff</c>: packages, files and sizes of two template versions, by one walk through both sorted manifests.</summary>
public static class DiffTemplates
{
    /// <param name="listFiles">Whether the report names the files, too.</param>
    public static TemplateDiffReport Run(Workspace workspace, string from, string to, bool listFiles)
    {
        var (a, b) = (Open(workspace.Store, from), Open(workspace.Store, to));
        var totals = new FileChangeTotals();
        var files = listFiles ? new List<FileChangeRow>() : null;
        foreach (var row in Rows(a, b))
        {
            FileChanges.Count(totals, row);
            files?.Add(row);
        }

        return new TemplateDiffReport(
            Describe(a), Describe(b), Packages(InLocks(workspace.Store, a.Version), InLocks(workspace.Store, b.Version)), OnlyIn(b.Manifest, a.Manifest), OnlyIn(a.Manifest, b.Manifest), totals, files);
    }

    private static Side Open(ContentStore store, string template)
    {
        var version = TemplateChoice.Find(store, template);
        var manifest = store.Versions.ReadManifest(version.Manifest);
        return new Side(version, manifest, PackageOfPath.Of(store, version, manifest));
    }

    private static IEnumerable<FileChangeRow> Rows(Side a, Side b)
    {
        var (left, right) = (a.Manifest.Entries, b.Manifest.Entries);
        for (int i = 0, j = 0; i < left.Length || j < right.Length;)
        {
            var order = i == left.Length ? 1 : j == right.Length ? -1 : left[i].Path.CompareTo(right[j].Path);
            if (order < 0)
            {
                yield return Row(left[i], FileChanges.Removed, ChangedParts.None, a, null);
            }
            else if (order > 0)
            {
                yield return Row(right[j], FileChanges.Added, ChangedParts.None, b, Bytes(b.Manifest, right[j]));
            }
            else if (Differences(a.Manifest.Resolve(left[i]), b.Manifest.Resolve(right[j])) is not ChangedParts.None and var parts)
            {
                yield return Row(right[j], (parts & PrivateChange.Whole) != 0 ? FileChanges.Changed : FileChanges.Metadata, parts, b, Bytes(b.Manifest, right[j]));
            }

            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }
    }

    private static FileChangeRow Row(ManifestEntry entry, string change, ChangedParts parts, Side side, long? bytes) =>
        new(entry.Path.ToString(), change, FileChanges.NamesOf(parts), side.Packages.Find(entry.Path), bytes);

    private static long? Bytes(Manifest manifest, ManifestEntry entry) => manifest.Resolve(entry) is { Type: EntryType.File } file ? file.Size : null;

    /// <summary>As an environment's diff has it: a folder's time does not count.</summary>
    private static ChangedParts Differences(ManifestEntry a, ManifestEntry b)
    {
        if (a.Type != b.Type)
        {
            return ChangedParts.Type;
        }

        return (a.Content == b.Content ? 0 : ChangedParts.Content)
            | (a.Target == b.Target ? 0 : ChangedParts.Target)
            | (a.Device == b.Device ? 0 : ChangedParts.Device)
            | (a.Mode == b.Mode ? 0 : ChangedParts.Mode)
            | (a.Uid == b.Uid && a.Gid == b.Gid ? 0 : ChangedParts.Owner)
            | (a.Type == EntryType.Directory || a.Mtime == b.Mtime ? 0 : ChangedParts.Time)
            | (a.Xattrs.AsSpan().SequenceEqual(b.Xattrs.AsSpan()) ? 0 : ChangedParts.Attributes);
    }

    /// <summary>By the locks, which are always there: of the version, and of the OS that it stands on.</summary>
    private static Dictionary<(string Name, string Architecture), string> InLocks(ContentStore store, TemplateVersionRecord version)
    {
        var rows = store.Versions.ReadLock(version.Reference).Packages.AsEnumerable();
        if (version.Base is { } os && store.Versions.Find(new TemplateReference(os.Template, os.Version)) is { } below)
        {
            rows = store.Versions.ReadLock(below.Reference).Packages.Concat(rows);
        }

        var packages = new Dictionary<(string, string), string>();
        foreach (var row in rows)
        {
            packages[(row.Name, row.Architecture)] = row.Version;
        }

        return packages;
    }

    private static ImmutableArray<PackageChangeRow> Packages(
        Dictionary<(string Name, string Architecture), string> before, Dictionary<(string Name, string Architecture), string> after) =>
        [
            .. before.Keys.Union(after.Keys)
                .Where(key => before.GetValueOrDefault(key) != after.GetValueOrDefault(key))
                .OrderBy(key => key.Name, StringComparer.Ordinal)
                .ThenBy(key => key.Architecture, StringComparer.Ordinal)
                .Select(key => new PackageChangeRow(key.Name, key.Architecture, before.GetValueOrDefault(key), after.GetValueOrDefault(key))),
        ];

    /// <summary>Bytes of the contents that the one names and the other does not, each once.</summary>
    private static long OnlyIn(Manifest one, Manifest other)
    {
        var known = other.Entries.Select(entry => entry.Content).OfType<Sha256Digest>().ToHashSet();
        return one.Entries.Where(entry => entry.Content is { } content && known.Add(content)).Sum(entry => entry.Size);
    }

    private static TemplateSide Describe(Side side) => new(
        side.Version.Reference.Template,
        side.Version.Reference.Version.ToNormalizedString(),
        side.Version.Manifest.ToString(),
        side.Version.Packages,
        side.Version.Files,
        side.Version.Bytes);

    private sealed record Side(TemplateVersionRecord Version, Manifest Manifest, PackageOfPath Packages);
}
