namespace EzTemplates.Operations;

// The shapes of `ez store` and `ez template remove`. The rules of Reports.cs hold here too.

/// <param name="KeptBy">Why it stays; empty for one that goes.</param>
public sealed record GarbageVersion(string Version, bool Removed, IReadOnlyList<string> KeptBy);

/// <summary>A manifest that no version names any more and that stays.</summary>
public sealed record GarbageHeld(string Manifest, string KeptBy);

/// <param name="Kind"><c>versions</c>, <c>manifests</c> (with trees and images), <c>contents</c>, <c>objects</c> or <c>archives</c>.</param>
/// <param name="Bytes">On disk.</param>
public sealed record GarbageAmount(string Kind, long Count, long Bytes);

/// <param name="Outcome"><c>planned</c> or <c>done</c>.</param>
/// <param name="Removals">By kind, as planned.</param>
/// <param name="NeededArchives">Of the archives that go, those that a kept lock names: the quota is smaller than they are.</param>
/// <param name="FreedBytes">What was freed in the end: less than planned where something came to be needed meanwhile. On a dry run what would be.</param>
public sealed record GarbageReport(
    string Outcome,
    IReadOnlyList<GarbageVersion> Versions,
    IReadOnlyList<GarbageHeld> Held,
    IReadOnlyList<GarbageAmount> Removals,
    int NeededArchives,
    long KeptObjects,
    long KeptObjectBytes,
    long PlannedBytes,
    long FreedBytes) : Report("ez.store-gc/1");

/// <param name="Outcome"><c>removed</c> or <c>planned</c>.</param>
public sealed record RemovedTemplates(IReadOnlyList<string> Versions, string Outcome) : Report("ez.template-remove/1");

/// <param name="Unique">Bytes on disk that only it needs.</param>
/// <param name="Shared">Bytes that it needs and others too.</param>
public sealed record UseRow(string Name, long Unique, long Shared);

/// <param name="Versions">Template versions; a manifest that is of no version any more stands as <c>manifest DIGEST</c>.</param>
/// <param name="Environments">Their private areas; what they show of a version is the version's.</param>
/// <param name="Shared">What several versions need, once.</param>
/// <param name="Unused">What nothing names.</param>
/// <param name="Other">Folders, locks, compositions, work in progress.</param>
/// <param name="Total">The sum, and what <c>du -x</c> says of the store: the versions' unique bytes, environments and all the single numbers.</param>
/// <param name="Freed">What gc would free now; null where it could not be told, and <paramref name="FreedUnknown"/> says why.</param>
public sealed record UseReport(
    IReadOnlyList<UseRow> Templates,
    IReadOnlyList<UseRow> Versions,
    IReadOnlyList<UseRow> Environments,
    long Shared,
    long Unused,
    long Archives,
    long Metadata,
    long Catalog,
    long Other,
    long Total,
    long? Freed,
    string? FreedUnknown) : Report("ez.store-df/1");

/// <param name="Kind"><c>package</c> (made it), <c>version</c>, <c>environment</c> or <c>running</c> (keep it); a running command by its pid, or the mount point.</param>
/// <param name="Detail">For a package or version: one of the paths; for a version also why gc keeps it, or that it goes.</param>
public sealed record StoredUse(string Kind, string Name, string Detail);

/// <param name="Kind"><c>object</c>, <c>package</c> (contents and archive), <c>manifest</c> (with tree and image), <c>composition</c> or <c>version</c>.</param>
/// <param name="Kept">Whether gc would keep it.</param>
public sealed record StoredThing(string Kind, string Digest, string Path, long Bytes, bool Kept, IReadOnlyList<StoredUse> Uses);

public sealed record WhyStoredReport(string Asked, IReadOnlyList<StoredThing> Things) : Report("ez.store-why/1");

/// <param name="Thing"><c>object</c>, <c>contents</c>, <c>manifest</c>, <c>tree</c>, <c>image</c>, <c>version</c>, <c>lock</c>, <c>provenance</c>, <c>composition</c> or <c>catalog</c>.</param>
/// <param name="Hits">Template versions that need it.</param>
/// <param name="Outcome"><c>found</c>, <c>repaired</c> or <c>stays</c>.</param>
/// <param name="Detail">Why it could not be repaired.</param>
public sealed record FaultRow(string Thing, string Path, string What, IReadOnlyList<string> Hits, string Outcome, string? Detail);

public sealed record CheckReport(
    long Objects, long Bytes, int Contents, int Manifests, int Trees, int Copies, int Images, int Versions, IReadOnlyList<FaultRow> Faults) : Report("ez.store-check/1")
{
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsWhole => Faults.All(fault => fault.Outcome == "repaired");
}
