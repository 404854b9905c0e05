using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Store;

/// <summary>What makes a version: the lock, and what its packages compose to.</summary>
/// <param name="Packages">How many packages the version has, those of its base included.</param>
public sealed record VersionCommit(TemplateLock Lock, Manifest Manifest, Provenance Provenance, int Packages)
{
    /// <summary>
    /// Names and describes the composition that the version stands for, once its lock is in the store; kept before the version's
    /// record, so that no version is without it. Null: none is kept.
    /// </summary>
    public Func<TemplateVersionRecord, (Sha256Digest Id, byte[] Text)>? Compose { get; init; }

    /// <summary>How many versions of the template gc is to keep.</summary>
    public int Keep { get; init; } = TemplateVersionRecord.DefaultKeep;

    /// <summary>What the recipe says beyond packages.</summary>
    public TemplateSettings Settings { get; init; } = TemplateSettings.Default;

    /// <summary>The recipe's own.</summary>
    public ImmutableArray<RepositorySpec> Repositories { get; init; } = [];
}
