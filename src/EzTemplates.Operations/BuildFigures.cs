using EzTemplates.Domain;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>What a build counted, as its summary.</summary>
internal static class BuildFigures
{
    public static BuildSummary OfBuilt(TemplateVersionRecord version, long downloadedBytes, ObjectStatistics objects) => Of(version, "built") with
    {
        DownloadedBytes = downloadedBytes,
        NewObjects = objects.NewObjects,
        NewBytes = objects.NewBytes,
        SharedBytes = objects.SharedBytes,
    };

    public static BuildSummary OfExisting(TemplateVersionRecord version) => Of(version, "present") with { SharedBytes = version.Bytes };

    /// <param name="missingBytes">Bytes of the archives that the store lacks.</param>
    public static BuildSummary OfPlan(TemplateLock held, int packages, long missingBytes) =>
        new(held.Template, held.Version.ToNormalizedString(), "", "planned", packages, 0, missingBytes, 0, 0, 0);

    private static BuildSummary Of(TemplateVersionRecord version, string outcome) => new(
        version.Reference.Template,
        version.Reference.Version.ToNormalizedString(),
        version.Manifest.ToString(),
        outcome,
        version.Packages,
        version.Files,
        DownloadedBytes: 0,
        NewObjects: 0,
        NewBytes: 0,
        SharedBytes: 0);
}
