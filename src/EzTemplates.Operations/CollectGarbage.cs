using System.Collections.Immutable;
using EzTemplates.Environments;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary><c>ez store gc</c>: removes what no kept version, environment or running command needs. Opens no network.</summary>
public static class CollectGarbage
{
    /// <param name="planned">Told the plan before anything is removed.</param>
    public static GarbageReport Run(Workspace workspace, Action<GarbageReport> planned)
    {
        var rules = Rules(workspace);
        var collection = new GarbageCollection(workspace.Store, rules);
        if (!workspace.Options.DryRun)
        {
            // What a crash of the machine left in doubt is looked into first; and nothing half made is taken for garbage.
            workspace.Store.BeginWriting(workspace.Patience).Dispose();
        }

        var plan = workspace.Steps.Run("mark", collection.Plan);
        var report = Describe(plan);
        planned(report);
        if (workspace.Options.DryRun)
        {
            return report;
        }

        var removed = workspace.Steps.Run("sweep", () => collection.Sweep(plan));
        return report with { Outcome = "done", FreedBytes = removed.Bytes };
    }

    internal static GarbageRules Rules(Workspace workspace) => new()
    {
        Roots = () => Roots(workspace.Store.Layout),
        ArchiveQuota = workspace.Configuration.ArchiveQuota ?? GarbageRules.DefaultArchiveQuota,
        Patience = workspace.Patience,
        Progress = (done, total) => workspace.Tell(new OperationEvent.Progress("sweep", done, total, (int)done, (int)total)),
    };

    /// <summary>A mounted view's manifest is its environment's, as a rule; then the environment is what a person wants to read.</summary>
    internal static ImmutableArray<StoreRoot> Roots(StoreLayout layout)
    {
        var mapped = EnvironmentRoots.Of(layout).Select(root => root.ToStoreRoot()).ToList();
        var known = mapped.Select(root => root.Manifest).ToHashSet();
        return [.. mapped, .. EnvironmentRoots.Mounted(layout).Where(root => !known.Contains(root.Manifest))];
    }

    private static GarbageReport Describe(GarbagePlan plan) => new(
        "planned",
        [.. plan.Versions.Select(fate => new GarbageVersion(fate.Version.Reference.ToString(), !fate.IsKept, fate.KeptBy))],
        [.. plan.Held.Select(root => new GarbageHeld(root.Manifest.ToString(), root.Holder))],
        [
            Row("versions", plan.VersionFiles) with { Count = plan.Versions.Count(fate => !fate.IsKept) },
            Row("manifests", plan.ManifestFiles) with { Count = plan.Manifests.Length },
            Row("contents", plan.ContentsFiles),
            Row("objects", plan.Objects),
            Row("archives", plan.ArchiveFiles),
        ],
        plan.Archives.Count(archive => archive.IsNeeded),
        plan.KeptObjects.Count,
        plan.KeptObjects.Bytes,
        plan.FreedBytes,
        plan.FreedBytes);

    private static GarbageAmount Row(string kind, StoreAmount amount) => new(kind, amount.Count, amount.Bytes);
}
