using EzTemplates.Domain;
using EzTemplates.Environments;
using EzTemplates.Store;
using NuGet.Versioning;

namespace EzTemplates.Operations;

/// <summary>Finds the template version that a person means.</summary>
internal static class TemplateChoice
{
    private const int ShortestDigest = 8;

    /// <param name="text"><c>nginx</c> (its newest version), <c>nginx@1.0.3</c>, or <c>nginx@892d1fd7</c> (8 digits or more of the manifest's digest).</param>
    /// <exception cref="EzException">No such template or version.</exception>
    public static TemplateVersionRecord Find(ContentStore store, string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var template = at < 0 ? text : text[..at];
        var asked = at < 0 ? null : text[(at + 1)..];
        var found = asked is null
            ? store.Versions.Newest(template)
            : NuGetVersion.TryParse(asked, out var number) ? store.Versions.Find(new TemplateReference(template, number)) : null;
        if (found is not null)
        {
            return found;
        }

        var versions = store.Versions.List(template);
        if (versions.IsEmpty)
        {
            var near = NearNames.Closest(template, store.Versions.Templates());
            throw new EzException(
                FailureKind.Usage,
                $"this store has no template `{template}`",
                near.Count > 0 ? $"did you mean `{near[0]}`?" : $"ez build {template}");
        }

        return versions.LastOrDefault(version => asked is { Length: >= ShortestDigest } && version.Manifest.ToString().StartsWith(asked, StringComparison.Ordinal)) ?? throw new EzException(
            FailureKind.Usage,
            $"this store has no version `{asked}` of template `{template}`",
            $"it has {string.Join(", ", versions.Select(v => v.Reference.Version.ToNormalizedString()))}");
    }

    public static Mapping ToMapping(ContentStore store, TemplateVersionRecord version) =>
        new(version.Reference.ToString(), version.Manifest, Compositions.IdOf(store, version));
}
