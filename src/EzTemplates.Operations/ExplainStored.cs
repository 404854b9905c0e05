using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Environments;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>
/// <c>ez store why</c>: who keeps something in the store, and which package brought it. It is named by its digest or the start of one,
/// by an absolute path below the store (also one in a mounted view), or as <c>TEMPLATE:/PATH</c>.
/// </summary>
public static class ExplainStored
{
    private const int ShortestDigest = 8;

    public static WhyStoredReport Run(Workspace workspace, string asked, CancellationToken cancel)
    {
        var things = Find(workspace, asked);
        return things.Length > 0
            ? new WhyStoredReport(asked, [.. things.Select(thing => new StoredExplanation(workspace, cancel).Of(thing.Kind, thing.Digest))])
            : throw new EzException(FailureKind.Usage, $"the store has nothing of the digest `{asked}`", "ez store why TEMPLATE:/PATH finds the object of a path");
    }

    private static ImmutableArray<(string Kind, Sha256Digest Digest)> Find(Workspace workspace, string asked)
    {
        if (asked.StartsWith('/'))
        {
            return [FromPath(workspace, asked)];
        }

        if (asked.Contains(":/", StringComparison.Ordinal))
        {
            var colon = asked.IndexOf(":/", StringComparison.Ordinal);
            return [("object", ObjectAt(workspace, TemplateChoice.Find(workspace.Store, asked[..colon]).Manifest, asked[(colon + 1)..]))];
        }

        if (asked.Length < ShortestDigest || !asked.All(char.IsAsciiHexDigitLower))
        {
            throw new EzException(
                FailureKind.Usage,
                $"`{asked}` is no digest (8 digits at least), no absolute path below the store, and no TEMPLATE:/PATH",
                "ez store why nginx:/usr/sbin/nginx");
        }

        return new StoreSearch(workspace.Store.Layout).StartingWith(asked);
    }

    private static (string Kind, Sha256Digest Digest) FromPath(Workspace workspace, string path)
    {
        var layout = workspace.Store.Layout;
        var parts = Path.GetRelativePath(layout.Root, Path.GetFullPath(path)).Split('/');
        switch (parts)
        {
            case ["store", "data", StoreLayout.ObjectsName, var start, var rest, ..] when Sha256Digest.TryParse(start + rest, out var digest):
                return ("object", digest);
            case ["store", var folder, var name, ..] when name.Length >= 64 && Sha256Digest.TryParse(name.AsSpan(0, 64), out var digest) && KindOf(folder) is { } kind:
                return (kind, digest);
            case ["store", "versions", var template, var file] when file.EndsWith(".json", StringComparison.Ordinal) || file.EndsWith(".provenance", StringComparison.Ordinal):
                var version = file.Replace(".lock.json", "", StringComparison.Ordinal).Replace(".json", "", StringComparison.Ordinal).Replace(".provenance", "", StringComparison.Ordinal);
                return ("manifest", TemplateChoice.Find(workspace.Store, $"{template}@{version}").Manifest);
            case ["environments", var environment, "root", .. var below] when below.Length > 0:
                var mapping = workspace.Environments.Current(EnvironmentName.Parse(environment));
                return ("object", ObjectAt(workspace, mapping.Manifest, "/" + string.Join('/', below)));
            default:
                throw new EzException(
                    FailureKind.Usage,
                    $"`{path}` is nothing that the store `{layout.Root}` keeps by its digest",
                    $"give a path below {layout.Store}, or TEMPLATE:/PATH");
        }
    }

    private static string? KindOf(string folder) => folder switch
    {
        "contents" or "archives" => "package",
        "manifests" or "trees" or "copies" or "images" or "layers" => "manifest",
        "compositions" => "composition",
        _ => null,
    };

    private static Sha256Digest ObjectAt(Workspace workspace, Sha256Digest manifest, string path)
    {
        var read = workspace.Store.Versions.ReadManifest(manifest);
        var entry = read.Find(TreePath.FromText(path));
        entry = entry?.Type == EntryType.HardLink ? read.Find(TreePath.Parse(entry.Target)) : entry;
        return entry switch
        {
            { Content: { } content } => content,
            null => throw new EzException(FailureKind.Usage, $"the version has no `{path}`; what an environment has written itself is in its private area", "ez env show ENV"),
            _ => throw new EzException(FailureKind.Usage, $"`{path}` is no file, so no object stands behind it", "ez store why MANIFEST-DIGEST tells who keeps its version"),
        };
    }
}

/// <summary>Gathers who made a thing and who keeps it.</summary>
internal sealed class StoredExplanation(Workspace workspace, CancellationToken cancel)
{
    private const string Gone = "goes with the next gc";
    private const string RunningPrefix = "running: ";

    private readonly StoreLayout _layout = workspace.Store.Layout;
    private readonly List<StoredUse> _uses = [];
    private bool _kept;

    public StoredThing Of(string kind, Sha256Digest digest)
    {
        var path = kind switch
        {
            "object" => _layout.ObjectOf(digest),
            "package" => StoreFile.Exists(_layout.ContentsOf(digest)) ? _layout.ContentsOf(digest) : _layout.ArchiveOf(digest),
            "composition" => _layout.CompositionOf(digest),
            _ => _layout.ManifestOf(digest),
        };
        var fates = new GarbageCollection(workspace.Store, CollectGarbage.Rules(workspace)).Fates();
        switch (kind)
        {
            case "object":
                Object(digest, fates);
                break;
            case "package":
                Package(digest, fates);
                break;
            case "composition":
                Composition(digest, fates);
                break;
            default:
                Manifest(digest, "", fates);
                break;
        }

        return new StoredThing(kind, digest.ToString(), path, DiskUse.Of(path) ?? 0, _kept, _uses);
    }

    private void Object(Sha256Digest digest, StoreFates fates)
    {
        var search = new StoreSearch(_layout, cancel);
        var wanted = new HashSet<Sha256Digest> { digest };
        foreach (var holder in search.PackagesWith(wanted).DistinctBy(holder => holder.Holder))
        {
            _uses.Add(new StoredUse("package", NameOf(holder.Holder, fates) ?? holder.Holder.ToString(), holder.Path));
            foreach (var fate in NamersOf(holder.Holder, fates))
            {
                Version(fate, holder.Path);
            }
        }

        foreach (var holder in search.ManifestsWith(wanted).DistinctBy(holder => holder.Holder))
        {
            Manifest(holder.Holder, holder.Path, fates);
        }
    }

    private void Package(Sha256Digest digest, StoreFates fates)
    {
        foreach (var fate in NamersOf(digest, fates))
        {
            Version(fate, RowOf(digest, fate).ToString());
        }
    }

    private void Manifest(Sha256Digest manifest, string path, StoreFates fates)
    {
        foreach (var fate in fates.Versions.Where(fate => fate.Version.Manifest == manifest))
        {
            Version(fate, path);
        }

        var isMapped = Environments(mapping => mapping.Manifest == manifest);

        // An environment's view is mounted, too: then the environment is what a person wants to read.
        if ((isMapped ? fates.RunningOn(manifest) : fates.UserOf(manifest)) is { } user)
        {
            _kept = true;
            Add(new StoredUse("running", user.StartsWith(RunningPrefix, StringComparison.Ordinal) ? user[RunningPrefix.Length..] : user, ""));
        }
    }

    /// <summary>What keeps its manifest keeps it; a damaged one stays only for an environment that maps to it.</summary>
    private void Composition(Sha256Digest composition, StoreFates fates)
    {
        if (Compositions.FindKept(workspace.Store, composition) is { } manifest)
        {
            Manifest(manifest, "", fates);
        }

        Environments(mapping => mapping.Composition == composition);
        _kept |= fates.KeepsComposition(composition);
    }

    /// <returns>Whether there is one.</returns>
    private bool Environments(Func<Mapping, bool> mapsTo)
    {
        var roots = EnvironmentRoots.Of(_layout).Where(root => mapsTo(root.Mapping)).ToList();
        foreach (var root in roots)
        {
            _kept = true;
            Add(new StoredUse("environment", root.Name.ToString(), root.IsCurrent ? root.Mapping.Template : $"{root.Mapping.Template}, to roll back"));
        }

        return roots.Count > 0;
    }

    private void Add(StoredUse use)
    {
        if (!_uses.Contains(use))
        {
            _uses.Add(use);
        }
    }

    private void Version(VersionFate fate, string path)
    {
        _kept |= fate.IsKept;
        var name = fate.Version.Reference.ToString();
        if (!_uses.Exists(use => use.Kind == "version" && use.Name == name))
        {
            var why = fate.IsKept ? $"kept: {string.Join("; ", fate.KeptBy)}" : Gone;
            _uses.Add(new StoredUse("version", name, path == "" ? why : $"{path} ({why})"));
        }
    }

    private IEnumerable<VersionFate> NamersOf(Sha256Digest package, StoreFates fates) =>
        fates.Versions.Where(fate => workspace.Store.Versions.ReadLock(fate.Version.Reference).Packages.Any(row => row.Sha256 == package));

    private string? NameOf(Sha256Digest package, StoreFates fates) => NamersOf(package, fates).Select(fate => RowOf(package, fate).ToString()).FirstOrDefault();

    private LockedPackage RowOf(Sha256Digest package, VersionFate fate) =>
        workspace.Store.Versions.ReadLock(fate.Version.Reference).Packages.First(row => row.Sha256 == package);
}
