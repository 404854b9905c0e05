using EzTemplates.Domain;
using EzTemplates.Formats.Locks;
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

            var hits = new FaultHits(workspace.Store, faults, cancel);
            foreach (var fault in faults)
            {
                rows[fault.Path] = Describe(fault, hits.Of(fault), rows.GetValueOrDefault(fault.Path)?.Detail, request.Repair ? "stays" : "found");
            }

            if (faults.Count == 0 || !request.Repair || round == MostRounds || !await RepairAsync(workspace, request, faults, rows, cancel).ConfigureAwait(false))
            {
                return new CheckReport(amount.Objects, amount.Bytes, amount.Contents, amount.Manifests, amount.Trees, amount.Copies, amount.Images, amount.Versions, [.. rows.Values]);
            }
        }
    }

    /// <returns>Whether anything was repaired.</returns>
    private static async Task<bool> RepairAsync(
        Workspace workspace, CheckRequest request, List<StoreFault> faults, Dictionary<string, FaultRow> rows, CancellationToken cancel)
    {
        var failures = await RepairStore.RunAsync(workspace, request.Recipes, faults, cancel).ConfigureAwait(false);
        foreach (var (path, why) in failures)
        {
            rows[path] = rows[path] with { Detail = why };
        }

        return failures.Count < faults.Count;
    }

    private static (List<StoreFault> Faults, CheckedAmount Amount) Check(Workspace workspace, CancellationToken cancel)
    {
        var check = new StoreCheck(workspace.Store, new CheckOptions(
            (done, total) => workspace.Tell(new OperationEvent.Progress("check", done, total, (int)done, (int)total)), cancel));
        var faults = workspace.Steps.Run("check", () => check.Run().ToList());
        faults.AddRange(CompositionsOf(workspace));
        return (faults, check.Amount);
    }

    /// <summary>The composition of a version is right if it is what the version would write; any other, if it describes one.</summary>
    private static IEnumerable<StoreFault> CompositionsOf(Workspace workspace)
    {
        var store = workspace.Store;
        var written = new HashSet<Sha256Digest>();
        foreach (var (version, held) in StoredVersions.Readable(store))
        {
            if (LockText.DigestOf(held) != version.Lock || (version.Base is { } os && store.Versions.Find(new TemplateReference(os.Template, os.Version)) is null))
            {
                continue;
            }

            var (id, text) = CompositionOf(workspace, version);
            var path = store.Layout.CompositionOf(id);
            written.Add(id);
            if (!Compositions.Says(path, text) && StoreFile.Exists(store.Layout.VersionRecordOf(version.Reference.Template, version.Reference.Version)))
            {
                yield return new StoreFault(StoreThing.Composition, id, path, "it does not say what its version is made of", version.Reference);
            }
        }

        foreach (var id in new StoreSearch(store.Layout).Compositions().Where(id => !written.Contains(id)))
        {
            var path = store.Layout.CompositionOf(id);
            if (Compositions.Read(path)?.Id != id.ToString() && StoreFile.Exists(path))
            {
                yield return new StoreFault(StoreThing.Composition, id, path, "it describes no composition");
            }
            else if (ProblemOfProvenance(store, id) is { } problem)
            {
                yield return new StoreFault(StoreThing.Provenance, id, store.Layout.CompositionProvenanceOf(id), problem);
            }
        }
    }

    private static string? ProblemOfProvenance(ContentStore store, Sha256Digest composition)
    {
        try
        {
            var entries = Sha256Digest.TryParse(Compositions.Read(store.Layout.CompositionOf(composition))!.Manifest, out var manifest) && StoreFile.Exists(store.Layout.ManifestOf(manifest))
                ? store.Versions.ReadManifest(manifest).Entries.Length
                : (int?)null;
            return Compositions.FindProvenance(store, composition) is { } provenance && entries is not null && provenance.PackageOfEntry.Length != entries ? "it is of another manifest" : null;
        }
        catch (EzException damaged) when (damaged.Kind == FailureKind.Store)
        {
            return damaged.Message;
        }
    }

    internal static (Sha256Digest Id, byte[] Text) CompositionOf(Workspace workspace, TemplateVersionRecord version)
    {
        var id = Compositions.IdOf(workspace.Store, version);
        return (id, Compositions.Describe(id, workspace.Store.Versions.ReadLock(version.Reference), version.Manifest));
    }

    private static FaultRow Describe(StoreFault fault, IEnumerable<string> hits, string? detail, string outcome) => new(
        fault.Thing switch
        {
            StoreThing.Object => "object",
            StoreThing.Contents => "contents",
            StoreThing.Manifest => "manifest",
            StoreThing.Tree => "tree",
            StoreThing.Copy => "copy",
            StoreThing.Image => "image",
            StoreThing.Version => "version",
            StoreThing.Lock => "lock",
            StoreThing.Provenance => "provenance",
            StoreThing.Composition => "composition",
            _ => "catalog",
        },
        fault.Path,
        fault.What,
        [.. hits.Distinct().Order(StringComparer.Ordinal)],
        outcome,
        detail);
}

/// <summary>A version with its lock.</summary>
internal sealed record StoredVersion(TemplateVersionRecord Record, TemplateLock Lock);

internal static class StoredVersions
{
    /// <summary>Those whose record and lock can be read.</summary>
    public static IReadOnlyList<StoredVersion> Readable(ContentStore store)
    {
        var found = new List<StoredVersion>();
        foreach (var version in store.Versions.Readable())
        {
            try
            {
                found.Add(new StoredVersion(version, store.Versions.ReadLock(version.Reference)));
            }
            catch (EzException)
            {
                // The check tells of it.
            }
        }

        return found;
    }
}
