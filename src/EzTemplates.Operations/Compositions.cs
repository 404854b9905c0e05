using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using EzTemplates.Domain;
using EzTemplates.Formats.Locks;
using EzTemplates.Formats.Manifests;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>What an environment maps to: one OS version and any applications on it. An OS alone is the composition of one.</summary>
internal static class Compositions
{
    private const int Format = 1;

    /// <summary>
    /// SHA-256 over the format, the base's manifest, the applications' lock digests sorted by name, their ids, and the configure
    /// rules, so that two hosts name the same thing alike. The order of the applications never matters.
    /// </summary>
    public static Sha256Digest IdOf(Sha256Digest baseManifest, IEnumerable<TemplateLock> apps, int rules)
    {
        var text = new StringBuilder().Append("ez-composition ").Append(Format).Append("\nbase ").Append(baseManifest).Append('\n');
        var sorted = apps.OrderBy(app => app.Template, StringComparer.Ordinal).ToList();
        foreach (var app in sorted)
        {
            text.Append("app ").Append(LockText.DigestOf(app)).Append('\n');
        }

        foreach (var id in sorted.SelectMany(app => app.Ids))
        {
            text.Append("id ").Append(id.Kind).Append(' ').Append(id.Name).Append(' ').Append(id.Number).Append('\n');
        }

        text.Append("rules ").Append(rules).Append('\n');
        return Sha256Digest.Of(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>The composition that a version stands for: itself, on its lock's base.</summary>
    public static Sha256Digest IdOf(ContentStore store, TemplateVersionRecord version)
    {
        if (version.Base is not { } os)
        {
            return IdOf(version.Manifest, [], version.Rules);
        }

        return IdOf(FindOs(store, version.Reference.Template, os).Manifest, [store.Versions.ReadLock(version.Reference)], version.Rules);
    }

    /// <summary>The version that an application stands on.</summary>
    /// <exception cref="StoreException">It is not in the store.</exception>
    public static TemplateVersionRecord FindOs(ContentStore store, string app, LockedBase os)
    {
        var reference = new TemplateReference(os.Template, os.Version);
        return store.Versions.Find(reference) ?? throw new StoreException($"`{app}` stands on `{reference}`, which is not in the store", $"ez build {app}");
    }

    /// <summary>The composition's file: what it is made of, by name and digest. Same bytes on every host.</summary>
    public static byte[] Describe(Sha256Digest id, TemplateLock held, Sha256Digest manifest) => Write(new CompositionJson(
        Format,
        id.ToString(),
        held.Base is { } os ? Row(os.Template, os.Version, os.LockDigest) : Row(held),
        held.Base is null ? [] : [Row(held)],
        held.Rules,
        manifest.ToString()));

    /// <param name="apps">By name.</param>
    public static byte[] Describe(Sha256Digest id, TemplateLock os, IEnumerable<TemplateLock> apps, int rules, Sha256Digest manifest) =>
        Write(new CompositionJson(Format, id.ToString(), Row(os), [.. apps.Select(Row)], rules, manifest.ToString()));

    /// <summary>The manifest of a composition that was made before; null where it was not, or is not whole any more.</summary>
    public static Sha256Digest? FindKept(ContentStore store, Sha256Digest id) =>
        Read(store.Layout.CompositionOf(id)) is { } kept
        && Sha256Digest.TryParse(kept.Manifest, out var manifest) && StoreFile.Exists(store.Layout.ManifestOf(manifest)) ? manifest : null;

    /// <summary>The compositions whose manifest this is; damaged ones are passed over.</summary>
    public static IEnumerable<CompositionJson> Of(ContentStore store, Sha256Digest manifest) => new StoreSearch(store.Layout).Compositions()
        .Select(id => Read(store.Layout.CompositionOf(id))).OfType<CompositionJson>().Where(kept => kept.Manifest == manifest.ToString());

    /// <summary>Where a composition's paths come from; null where it stands for one version, or was made by an ez that kept none.</summary>
    public static Provenance? FindProvenance(ContentStore store, Sha256Digest id)
    {
        var path = store.Layout.CompositionProvenanceOf(id);
        return StoreFile.TryRead(path) is { } text ? ProvenanceText.Read(text, path) : null;
    }

    /// <returns>Null where there is none, or a damaged one: made again, it is written over.</returns>
    public static CompositionJson? Read(string path)
    {
        try
        {
            return StoreFile.TryRead(path) is { } text && JsonSerializer.Deserialize(text, CompositionJsonContext.Default.CompositionJson) is { Os: not null, Apps: not null } kept ? kept : null;
        }
        catch (Exception damaged) when (damaged is JsonException or StoreException)
        {
            return null;
        }
    }

    /// <summary>Whether a composition's file has just these bytes.</summary>
    public static bool Says(string path, byte[] text)
    {
        try
        {
            return StoreFile.TryRead(path) is { } stored && stored.AsSpan().SequenceEqual(text);
        }
        catch (StoreException)
        {
            return false;
        }
    }

    private static byte[] Write(CompositionJson composition) => JsonSerializer.SerializeToUtf8Bytes(composition, CompositionJsonContext.Default.CompositionJson);

    private static CompositionRow Row(TemplateLock held) => Row(held.Template, held.Version, LockText.DigestOf(held));

    private static CompositionRow Row(string template, NuGet.Versioning.NuGetVersion version, Sha256Digest digest) =>
        new(template, version.ToNormalizedString(), digest.ToString());
}

internal sealed record CompositionRow(string Template, string Version, string Lock);

internal sealed record CompositionJson(int Format, string Id, CompositionRow Os, IReadOnlyList<CompositionRow> Apps, int Rules, string Manifest);

[JsonSourceGenerationOptions(WriteIndented = true, NewLine = "\n", PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower)]
[JsonSerializable(typeof(CompositionJson))]
internal sealed partial class CompositionJsonContext : JsonSerializerContext;
