using EzTemplates.Domain;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <param name="Recipes">Recipes whose repositories may be asked for archives; those named as templates of the store are found unasked.</param>
public sealed record CheckRequest(bool Repair, IReadOnlyList<string> Recipes);

/// <summary><c>ez store check</c>: reads everything again, and with <c>--repair</c> makes anew what is damaged.</summary>
public static class CheckStore
{
    // Damaged contents hide what they name, and a damaged manifest its tree: each shows when the one before it is mended.
    private const int MostRounds = 4;

    public static async Task<CheckReport> RunAsync(Workspace workspace, CheckRequest request, CancellationToken cancel)
    {
        var rows = new Dictionary<string, FaultRow>(StringComparer.Ordinal);
        for (var round = 1; ; round++)
        {
            var (faults, amount) = Check(workspace, cancel);
            foreach (var row in rows.Where(row => faults.All(fault => fault.Path != row.Key)).ToList())
            {
                rows[row.Key] = row.Value with { Outcome = "repaired", Detail = null };
            }

            foreach (var fault in faults)
            {
                rows[fault.Path] = Describe(workspace, fault, rows.GetValueOrDefault(fault.Path)?.Detail, request.Repair ? "stays" : "found", cancel);
            }

            if (faults.Count == 0 || !request.Repair || round == MostRounds)
            {
                return new CheckReport(amount.Objects, amount.Bytes, amount.Contents, amount.Manifests, amount.Trees, amount.Images, amount.Versions, [.. rows.Values]);
            }

            var failures = await RepairStore.RunAsync(workspace, request.Recipes, faults, cancel).ConfigureAwait(false);
            foreach (var (path, why) in failures)
            {
                rows[path] = rows[path] with { Detail = why };
            }

            if (failures.Count == faults.Count)
            {
                return new CheckReport(amount.Objects, amount.Bytes, amount.Contents, amount.Manifests, amount.Trees, amount.Images, amount.Versions, [.. rows.Values]);
            }
        }
    }

    private static (List<StoreFault> Faults, CheckedAmount Amount) Check(Workspace workspace, CancellationToken cancel)
    {
        var check = new StoreCheck(workspace.Store, new CheckOptions(
            (done, total) => workspace.Tell(new OperationEvent.Progress("check", done, total, (int)done, (int)total)), cancel));
        var faults = workspace.Steps.Run("check", () => check.Run().ToList());
        if (!faults.Exists(fault => fault.Thing is StoreThing.Version or StoreThing.Lock))
        {
            faults.AddRange(CompositionsOf(workspace));
        }

        return (faults, check.Amount);
    }

    /// <summary>A composition says nothing that its version does not: it is right if it is what the version would write.</summary>
    private static IEnumerable<StoreFault> CompositionsOf(Workspace workspace)
    {
        foreach (var version in workspace.Store.Versions.Templates().SelectMany(template => workspace.Store.Versions.List(template)))
        {
            if (version.Base is { } os && workspace.Store.Versions.Find(new TemplateReference(os.Template, os.Version)) is null)
            {
                continue;
            }

            var (id, text) = CompositionOf(workspace, version);
            var path = workspace.Store.Layout.CompositionOf(id);
            if (StoreFile.TryRead(path) is not { } stored || !stored.AsSpan().SequenceEqual(text))
            {
                yield return new StoreFault(StoreThing.Composition, id, path, "it does not say what its version is made of", version.Reference);
            }
        }
    }

    internal static (Sha256Digest Id, byte[] Text) CompositionOf(Workspace workspace, TemplateVersionRecord version)
    {
        var id = Compositions.IdOf(workspace.Store, version);
        return (id, Compositions.Describe(id, workspace.Store.Versions.ReadLock(version.Reference), version.Manifest));
    }

    private static FaultRow Describe(Workspace workspace, StoreFault fault, string? detail, string outcome, CancellationToken cancel) => new(
        fault.Thing switch
        {
            StoreThing.Object => "object",
            StoreThing.Contents => "contents",
            StoreThing.Manifest => "manifest",
            StoreThing.Tree => "tree",
            StoreThing.Image => "image",
            StoreThing.Version => "version",
            StoreThing.Lock => "lock",
            StoreThing.Provenance => "provenance",
            StoreThing.Composition => "composition",
            _ => "catalog",
        },
        fault.Path,
        fault.What,
        [.. Hits(workspace, fault, cancel).Distinct().Order(StringComparer.Ordinal)],
        outcome,
        detail);

    private static IEnumerable<string> Hits(Workspace workspace, StoreFault fault, CancellationToken cancel)
    {
        var versions = StoredVersions.Readable(workspace.Store);
        return fault.Thing switch
        {
            StoreThing.Manifest or StoreThing.Tree or StoreThing.Image => versions.Where(version => version.Record.Manifest == fault.Digest).Select(version => version.Record.Reference.ToString()),
            StoreThing.Contents => versions.Where(version => version.Lock.Packages.Any(row => row.Sha256 == fault.Digest)).Select(version => version.Record.Reference.ToString()),
            StoreThing.Object => HitsOfObject(workspace, versions, fault.Digest, cancel),
            _ => fault.Version is { } one ? [one.ToString()] : [],
        };
    }

    private static IEnumerable<string> HitsOfObject(Workspace workspace, IReadOnlyList<StoredVersion> versions, Sha256Digest digest, CancellationToken cancel)
    {
        var search = new StoreSearch(workspace.Store.Layout, cancel);
        var wanted = new HashSet<Sha256Digest> { digest };
        var manifests = search.ManifestsWith(wanted).Select(holder => holder.Holder).ToHashSet();
        var packages = search.PackagesWith(wanted).Select(holder => holder.Holder).ToHashSet();
        return versions.Where(version => manifests.Contains(version.Record.Manifest) || version.Lock.Packages.Any(row => packages.Contains(row.Sha256)))
            .Select(version => version.Record.Reference.ToString());
    }
}

/// <summary>A version with its lock.</summary>
internal sealed record StoredVersion(TemplateVersionRecord Record, TemplateLock Lock);

internal static class StoredVersions
{
    /// <summary>Those whose record and lock can be read.</summary>
    public static IReadOnlyList<StoredVersion> Readable(ContentStore store)
    {
        var found = new List<StoredVersion>();
        foreach (var template in store.Versions.Templates())
        {
            try
            {
                found.AddRange(store.Versions.List(template).Select(version => new StoredVersion(version, store.Versions.ReadLock(version.Reference))));
            }
            catch (EzException)
            {
                // The check tells of it.
            }
        }

        return found;
    }
}
