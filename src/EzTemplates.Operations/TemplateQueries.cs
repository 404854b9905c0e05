using EzTemplates.Domain;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary><c>ez template list</c> and <c>show</c>.</summary>
public static class TemplateQueries
{
    public static TemplatesReport List(Workspace workspace) => new(
    [
        .. workspace.Store.Versions.Templates()
            .SelectMany(template => workspace.Store.Versions.List(template).Reverse())
            .Select(Row),
    ]);

    public static TemplateReport Show(Workspace workspace, string template)
    {
        var version = TemplateChoice.Find(workspace.Store, template);
        var held = workspace.Store.Versions.ReadLock(version.Reference);
        return new TemplateReport(
            Row(version),
            version.Manifest.ToString(),
            version.Lock.ToString(),
            [.. held.Packages.Select(p => new TemplatePackage(p.Name, p.Version, p.Architecture, p.Source, p.Reason))],
            [.. version.Settings.InstanceData.Select(data => new TemplateInstanceData(data.Pattern, data.Made))]);
    }

    private static TemplateRow Row(TemplateVersionRecord version) => new(
        version.Reference.Template,
        version.Reference.Version.ToNormalizedString(),
        version.IsOs ? "os" : "app",
        version.Base is { } os ? new TemplateReference(os.Template, os.Version).ToString() : null,
        version.Packages,
        version.Files,
        version.Bytes,
        version.IsConfigured,
        version.Committed);
}
