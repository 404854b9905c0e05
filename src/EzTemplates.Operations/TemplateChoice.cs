using EzTemplates.Domain;
using EzTemplates.Environments;
using EzTemplates.Store;
using NuGet.Versioning;

namespace EzTemplates.Operations;

/// <summary>Finds the template version that a person means.</summary>
internal static class TemplateChoice
{
    /// <param name="text"><c>nginx</c> (its newest version) or <c>nginx@1.0.3</c>.</param>
    /// <exception cref="EzException">No such template or version.</exception>
    public static TemplateVersionRecord Find(ContentStore store, string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var template = at < 0 ? text : text[..at];
        var versions = store.Versions.List(template);
        if (versions.IsEmpty)
        {
            var near = NearNames.Closest(template, store.Versions.Templates());
            throw new EzException(
                FailureKind.Usage,
                $"this store has no template `{template}`",
                near.Count > 0 ? $"did you mean `{near[0]}`?" : $"ez build {template}");
        }

        if (at < 0)
        {
            return versions[^1];
        }

        return versions.FirstOrDefault(v => NuGetVersion.TryParse(text[(at + 1)..], out var asked) && v.Reference.Version == asked) ?? throw new EzException(
            FailureKind.Usage,
            $"this store has no version `{text[(at + 1)..]}` of template `{template}`",
            $"it has {string.Join(", ", versions.Select(v => v.Reference.Version.ToNormalizedString()))}");
    }

    public static Mapping ToMapping(ContentStore store, TemplateVersionRecord version) =>
        new(version.Reference.ToString(), version.Manifest, Compositions.IdOf(store, version));
}
