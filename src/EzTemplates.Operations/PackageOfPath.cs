using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Environments;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>Which package of a version or composition has a path, by the sidecar of its manifest.</summary>
internal sealed class PackageOfPath
{
    private readonly Manifest? _manifest;
    private readonly Provenance? _provenance;

    private PackageOfPath(Manifest? manifest, Provenance? provenance) => (_manifest, _provenance) = (manifest, provenance);

    /// <summary>What knows no package: of what is not in the store any more.</summary>
    private static PackageOfPath Unknown { get; } = new(null, null);

    public static PackageOfPath Of(ContentStore store, TemplateVersionRecord version, Manifest manifest) =>
        store.Versions.FindProvenance(version.Reference) is { } provenance && provenance.PackageOfEntry.Length == manifest.Entries.Length ? new PackageOfPath(manifest, provenance) : Unknown;

    /// <param name="manifest">As environments show it: an ordinary user's have no device nodes, which the sidecar counts.</param>
    public static PackageOfPath Of(ContentStore store, Mapping mapping, Manifest manifest) =>
        TryRead(store, mapping) is { } provenance
        && (store.Ids.IsRootless ? store.Versions.ReadManifest(mapping.Manifest) : manifest) is var whole && provenance.PackageOfEntry.Length == whole.Entries.Length
            ? new PackageOfPath(whole, provenance)
            : Unknown;

    /// <summary>The configuration files that a mapping's packages name; none where it is not in the store any more.</summary>
    public static ImmutableArray<TreePath> ConfigurationFiles(ContentStore store, Mapping mapping) =>
        TryRead(store, mapping) is { } provenance ? [.. provenance.ConfigurationFiles.Select(file => file.Path).Distinct()] : [];

    /// <summary>A mapping's is its version's; that of several applications its composition's.</summary>
    private static Provenance? TryRead(ContentStore store, Mapping mapping) =>
        FindVersion(store, mapping) is { } version ? store.Versions.FindProvenance(version.Reference)
        : mapping.Composition is { } composition ? Compositions.FindProvenance(store, composition)
        : null;

    private static TemplateVersionRecord? FindVersion(ContentStore store, Mapping mapping)
    {
        var at = mapping.Template.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && NuGet.Versioning.NuGetVersion.TryParse(mapping.Template[(at + 1)..], out var version)
            && store.Versions.Find(new TemplateReference(mapping.Template[..at], version)) is { } record && record.Manifest == mapping.Manifest
                ? record
                : null;
    }

    public string? Find(TreePath path) =>
        _provenance is { } known && _manifest!.IndexOf(path) is >= 0 and var index && known.PackageOfEntry[index] is >= 0 and var package
            ? known.Packages[package].Name
            : null;
}
