using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Store;

/// <summary>A manifest that something outside of the store's own files needs.</summary>
/// <param name="Composition">What the environment maps to, where it says.</param>
/// <param name="Holder">For people: <c>environment web</c>.</param>
public sealed record StoreRoot(Sha256Digest Manifest, Sha256Digest? Composition, string Holder);

/// <summary>What gc goes by.</summary>
public sealed record GarbageRules
{
    public const long DefaultArchiveQuota = 10_000_000_000;

    /// <summary>Asked at the plan, and again each time that gc has the store to itself, since environments change meanwhile.</summary>
    public required Func<ImmutableArray<StoreRoot>> Roots { get; init; }

    /// <summary>Bytes that downloaded packages may take.</summary>
    public long ArchiveQuota { get; init; } = DefaultArchiveQuota;

    public LockPatience Patience { get; init; } = LockPatience.Silent;

    /// <summary>Told while it deletes: steps done, of how many.</summary>
    public Action<long, long>? Progress { get; init; }
}

/// <summary>A version and why it stays; <see cref="KeptBy"/> is empty for one that goes.</summary>
public sealed record VersionFate(TemplateVersionRecord Version, ImmutableArray<string> KeptBy)
{
    public bool IsKept => !KeptBy.IsEmpty;
}

/// <summary>What stays and why, without what is removed for it.</summary>
public sealed class StoreFates
{
    private readonly StoreLayout _layout;
    private readonly GarbageMark _mark;

    internal StoreFates(StoreLayout layout, GarbageMark mark) => (_layout, _mark, Versions) = (layout, mark, [.. mark.Versions]);

    public ImmutableArray<VersionFate> Versions { get; }

    public bool KeepsComposition(Sha256Digest composition) => _mark.KeepsComposition(composition);

    /// <summary>Who stands on a manifest now, for people; null where nobody does.</summary>
    public string? UserOf(Sha256Digest manifest) => ManifestUse.TryHolder(_layout, manifest)
        ?? _mark.Held.Where(root => root.Manifest == manifest).Select(root => root.Holder).FirstOrDefault()
        ?? ManifestUse.MountOf(_layout, manifest);

    /// <summary>A command that runs on a manifest without an environment.</summary>
    public string? RunningOn(Sha256Digest manifest) => ManifestUse.TryHolder(_layout, manifest);
}

/// <summary>Things of one kind: how many, and the bytes they take on disk.</summary>
public readonly record struct StoreAmount(long Count, long Bytes)
{
    public StoreAmount Add(long bytes) => new(Count + 1, Bytes + bytes);

    public static StoreAmount operator +(StoreAmount left, StoreAmount right) => new(left.Count + right.Count, left.Bytes + right.Bytes);
}

/// <summary>An archive that goes.</summary>
/// <param name="IsNeeded">A kept lock names it, and the quota is exceeded without the others already.</param>
public sealed record EvictedArchive(string Name, long Bytes, Native.FileStatus Seen, bool IsNeeded);

/// <summary>What gc would remove, and what stays and why. A plan stays right while others write: see <see cref="GarbageCollection"/>.</summary>
public sealed record GarbagePlan
{
    internal GarbagePlan(GarbageMark mark, List<Sha256Digest> deadObjects) => (Mark, DeadObjects) = (mark, deadObjects);

    public required ImmutableArray<VersionFate> Versions { get; init; }

    /// <summary>Manifests with their trees and images.</summary>
    public required ImmutableArray<Sha256Digest> Manifests { get; init; }

    public required ImmutableArray<Sha256Digest> Contents { get; init; }

    public required ImmutableArray<string> Compositions { get; init; }

    /// <summary>
    /// Files of versions whose record is gone: a removal, or a commit, was killed between two of them; and what scripts said, of templates that are gone.
    /// </summary>
    public required ImmutableArray<string> Strays { get; init; }

    public required ImmutableArray<EvictedArchive> Archives { get; init; }

    /// <summary>Manifests that stay though no kept version names them, each with who holds it.</summary>
    public required ImmutableArray<StoreRoot> Held { get; init; }

    public required StoreAmount VersionFiles { get; init; }

    public required StoreAmount ManifestFiles { get; init; }

    public required StoreAmount ContentsFiles { get; init; }

    public required StoreAmount Objects { get; init; }

    public required StoreAmount KeptObjects { get; init; }

    public StoreAmount ArchiveFiles => new(Archives.Length, Archives.Sum(archive => archive.Bytes));

    public long FreedBytes => VersionFiles.Bytes + ManifestFiles.Bytes + ContentsFiles.Bytes + Objects.Bytes + ArchiveFiles.Bytes;

    internal List<Sha256Digest> DeadObjects { get; }

    internal GarbageMark Mark { get; }
}
