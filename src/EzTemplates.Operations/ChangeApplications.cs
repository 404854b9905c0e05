using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Environments;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>Which applications an environment is to gain or lose.</summary>
/// <param name="Apps"><c>postgresql</c>; to gain also <c>postgresql@1.0.2</c>.</param>
/// <param name="Wait">Whether to wait for what runs in it.</param>
public sealed record ApplicationsRequest(string Environment, IReadOnlyList<string> Apps, bool Wait);

/// <summary><c>ez env add-app</c> and <c>remove-app</c>: an environment goes to a composition with other applications, on the OS version that it has.</summary>
public static class ChangeApplications
{
    public static EnvironmentChangesReport Add(Workspace workspace, ApplicationsRequest request, CancellationToken cancel)
    {
        var (mapping, os, apps) = Read(workspace, request.Environment);
        var added = request.Apps.Select(app => TemplateChoice.Find(workspace.Store, app)).DistinctBy(app => app.Reference).ToList();
        return apps.FirstOrDefault(now => added.Exists(app => app.Reference.Template == now.Reference.Template)) is { } there
            ? throw new EzException(FailureKind.Usage, $"environment `{request.Environment}` has `{there.Reference}` already", $"ez upgrade {request.Environment} moves it to newer versions")
            : Move(workspace, request, mapping, [os, .. apps, .. added], cancel);
    }

    public static EnvironmentChangesReport Remove(Workspace workspace, ApplicationsRequest request, CancellationToken cancel)
    {
        var (mapping, os, apps) = Read(workspace, request.Environment);
        var there = apps.Select(app => app.Reference.Template).ToList();
        return request.Apps.FirstOrDefault(app => !there.Contains(app)) is { } absent
            ? throw new EzException(
                FailureKind.Usage,
                $"environment `{request.Environment}` is on `{mapping.Template}`, which has no application `{absent}`",
                there.Count == 0 ? $"ez env show {request.Environment}" : $"it has {string.Join(", ", there)}")
            : Move(workspace, request, mapping, [os, .. apps.Where(app => !request.Apps.Contains(app.Reference.Template))], cancel);
    }

    private static (Mapping Mapping, TemplateVersionRecord Os, ImmutableArray<TemplateVersionRecord> Apps) Read(Workspace workspace, string environment)
    {
        var mapping = workspace.Environments.Current(EnvironmentName.Parse(environment));
        var versions = MappedVersions.Of(workspace.Store, mapping.Template);
        return versions is [{ IsOs: true } os, .. var apps] && MappedVersions.Named(mapping.Template).All(named => versions.Any(version => version.Reference == named))
            ? (mapping, os, apps)
            : throw new EzException(
                FailureKind.Store,
                $"environment `{environment}` is on `{mapping.Template}`, of which the store no longer has every version, so nothing can be composed with it",
                $"ez upgrade {environment} moves it to newer versions");
    }

    /// <param name="from">What it was on when the applications were chosen.</param>
    private static EnvironmentChangesReport Move(Workspace workspace, ApplicationsRequest request, Mapping from, ImmutableArray<TemplateVersionRecord> versions, CancellationToken cancel)
    {
        if (workspace.Options.DryRun && ComposedTemplates.FindKept(workspace.Store, versions[0], versions[1..]) is null)
        {
            return EachEnvironment.Change([request.Environment], name => RemapEnvironments.PlannedUnmade(name, from, ComposedTemplates.NameOf(versions)));
        }

        var to = ComposedTemplates.Of(workspace, versions[0], versions[1..], cancel).ToMapping();
        return RemapEnvironments.Move(workspace, [request.Environment], request.Wait, (name, history) => history[^1].To == from ? to : throw new EzException(
            FailureKind.Environment, $"environment `{name}` was moved to `{history[^1].To.Template}` meanwhile, so its applications stay as they are", "run the command again"));
    }
}
