using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Store;

/// <summary>What one version, or one manifest that is of none, takes on disk.</summary>
/// <param name="Unique">Bytes that only it needs.</param>
/// <param name="Shared">Bytes that others need too.</param>
public sealed record UseOfVersion(TemplateReference? Version, Sha256Digest Manifest, long Unique, long Shared);

/// <param name="Unique">Bytes that versions of this template alone need.</param>
public sealed record UseOfTemplate(string Template, int Versions, long Unique, long Shared);

public sealed record UseOfEnvironment(string Environment, long Bytes);

/// <summary>
/// What the whole store takes on disk, each byte counted once: unique to a version, shared by several, of environments, archives,
/// metadata and catalog, unused, and the rest (folders, locks, compositions, work in progress).
/// </summary>
public sealed record StoreUse
{
    public required ImmutableArray<UseOfVersion> Versions { get; init; }

    public required ImmutableArray<UseOfTemplate> Templates { get; init; }

    public required ImmutableArray<UseOfEnvironment> Environments { get; init; }

    /// <summary>Objects, contents and manifests that several versions need, once.</summary>
    public required long Shared { get; init; }

    /// <summary>What no version and no manifest names.</summary>
    public required long Unused { get; init; }

    public required long Archives { get; init; }

    public required long Metadata { get; init; }

    public required long Catalog { get; init; }

    public required long Other { get; init; }

    public long Total => Versions.Sum(version => version.Unique) + Environments.Sum(environment => environment.Bytes) + Shared + Unused + Archives + Metadata + Catalog + Other;
}
