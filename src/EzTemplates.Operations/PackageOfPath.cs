using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Formats.Manifests;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>Which package of a version has a path, by the sidecar of the version's manifest.</summary>
internal sealed class PackageOfPath
{
    private readonly Manifest? _manifest;
    private readonly Provenance? _provenance;

    private PackageOfPath(Manifest? manifest, Provenance? provenance) => (_manifest, _provenance) = (manifest, provenance);

    /// <summary>What knows no package: of a version that is not in the store any more, or of a composition of several.</summary>
    private static PackageOfPath Unknown { get; } = new(null, null);

    public static PackageOfPath Of(ContentStore store, TemplateVersionRecord version, Manifest manifest) =>
        TryRead(store, version) is { } provenance && provenance.PackageOfEntry.Length == manifest.Entries.Length ? new PackageOfPath(manifest, provenance) : Unknown;

    /// <param name="template">As a mapping names it: <c>nginx@1.0.3</c>.</param>
    /// <param name="manifest">As environments show it: an ordinary user's have no device nodes, which the sidecar counts.</param>
    public static PackageOfPath Of(ContentStore store, string template, Sha256Digest digest, Manifest manifest) =>
        FindVersion(store, template, digest) is { } record
            ? Of(store, record, store.Ids.IsRootless ? store.Versions.ReadManifest(digest) : manifest)
            : Unknown;

    /// <summary>The configuration files that a version's packages name; none of what is not one version.</summary>
    public static ImmutableArray<TreePath> ConfigurationFiles(ContentStore store, string template, Sha256Digest digest) =>
        FindVersion(store, template, digest) is { } record && TryRead(store, record) is { } provenance
            ? [.. provenance.ConfigurationFiles.Select(file => file.Path).Distinct()]
            : [];

    private static TemplateVersionRecord? FindVersion(ContentStore store, string template, Sha256Digest digest)
    {
        var at = template.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && NuGet.Versioning.NuGetVersion.TryParse(template[(at + 1)..], out var version)
            && store.Versions.Find(new TemplateReference(template[..at], version)) is { } record && record.Manifest == digest
                ? record
                : null;
    }

    private static Provenance? TryRead(ContentStore store, TemplateVersionRecord version)
    {
        var path = store.Layout.VersionProvenanceOf(version.Reference.Template, version.Reference.Version);
        return StoreFile.TryRead(path) is { } text ? ProvenanceText.Read(text, path) : null;
    }

    public string? Find(TreePath path) =>
        _provenance is { } known && _manifest!.IndexOf(path) is >= 0 and var index && known.PackageOfEntry[index] is >= 0 and var package
            ? known.Packages[package].Name
            : null;
}
