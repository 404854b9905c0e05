using EzTemplates.Domain;

namespace EzTemplates.Store;

public enum StoreThing
{
    Object,
    Contents,
    Manifest,
    Tree,
    Image,
    Copy,
    Version,
    Lock,
    Provenance,
    Composition,
    Catalog,
}

/// <summary>Something in the store that is not what it should be.</summary>
/// <param name="Digest">What names it; default for files of versions and the catalog.</param>
/// <param name="What">What is wrong: <c>its bytes are not those that name it</c>.</param>
/// <param name="Version">For the files of a version.</param>
public sealed record StoreFault(StoreThing Thing, Sha256Digest Digest, string Path, string What, TemplateReference? Version = null);
