using EzTemplates.Domain;

namespace EzTemplates.Store;

/// <summary>What makes a version: the lock, and what its packages compose to.</summary>
/// <param name="Packages">How many packages the version has, those of its base included.</param>
public sealed record VersionCommit(TemplateLock Lock, Manifest Manifest, Provenance Provenance, int Packages);
