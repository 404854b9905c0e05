using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Environments;
using EzTemplates.Store;
using NuGet.Versioning;

namespace EzTemplates.Operations;

/// <summary>The template versions that a mapping's name stands for.</summary>
internal static class MappedVersions
{
    /// <param name="template">As <see cref="Mapping.Template"/>: <c>debian-12@1.0.3+nginx@1.0.2</c>.</param>
    public static ImmutableArray<TemplateReference> Named(string template) =>
        [.. Mapping.PartsOf(template).Select(Parse).OfType<TemplateReference>()];

    /// <summary>The OS first, also where only its application is named; those that the store no longer has are left out.</summary>
    public static ImmutableArray<TemplateVersionRecord> Of(ContentStore store, string template)
    {
        var named = Named(template).Select(store.Versions.Find).OfType<TemplateVersionRecord>().ToList();
        var os = named.Select(version => version.Base is { } below ? store.Versions.Find(new TemplateReference(below.Template, below.Version)) : null).OfType<TemplateVersionRecord>();
        return named.Exists(version => version.IsOs) ? [.. named.OrderBy(version => !version.IsOs)] : [.. os.Concat(named).DistinctBy(version => version.Reference)];
    }

    private static TemplateReference? Parse(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && NuGetVersion.TryParse(text[(at + 1)..], out var version) ? new TemplateReference(text[..at], version) : null;
    }
}
