using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Store;

/// <summary>
/// Removes what nothing needs, beside builds, commands that run in environments, and remaps. A plan is made without any lock. To
/// delete, gc has the store's lock alone for a quarter of a second at a time; whoever writes has it shared from before it first looks
/// at what is there until its version or its environment's history says so. So when gc deletes nobody is between the two, and all
/// that came since the plan can be seen: new versions, mappings, contents and manifests are kept, with every object they name, also
/// where a build found an old object "there already". Only what the plan lists is ever deleted, and only if that look does not
/// save it.
/// </summary>
public sealed class GarbageCollection(ContentStore store, GarbageRules rules)
{
    /// <exception cref="EzException">Something that decides what is kept cannot be read.</exception>
    public GarbagePlan Plan() => new GarbagePlanner(store, rules).Plan();

    /// <summary>Each version and why it stays or goes; much less work than a plan.</summary>
    public StoreFates Fates()
    {
        var mark = new GarbageMark(store, rules);
        mark.Refresh();
        return new StoreFates(store.Layout, mark);
    }

    /// <returns>What was removed, and the bytes that this freed.</returns>
    public StoreAmount Sweep(GarbagePlan plan) => new GarbageSweep(store, rules, plan).Run();

    /// <summary>Removes versions by name; what only they named goes with the next gc.</summary>
    /// <param name="check">Called with the store's lock held alone, before anything is removed: throws where one may not go.</param>
    public void RemoveVersions(ImmutableArray<TemplateReference> versions, Action check)
    {
        ArgumentNullException.ThrowIfNull(check);
        using var only = FileLock.Acquire(store.Layout.StoreLock, FileLockMode.Exclusive, "the store", rules.Patience);
        check();
        foreach (var version in versions)
        {
            VersionFiles.Remove(store.Layout, version);
            store.Catalog.Remove(version);
        }
    }
}
