using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Environments;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>
/// <c>ez template remove</c>: versions that no environment maps to and no application stands on. What only they named stays on disk
/// until the next gc; a roll-back to one of them still works until then, and after it where an environment has it as its last.
/// </summary>
public static class RemoveTemplates
{
    public static RemovedTemplates Run(Workspace workspace, IReadOnlyList<string> names)
    {
        var versions = names.Select(name => Find(workspace, name)).DistinctBy(version => version.Reference).ToImmutableArray();
        void Check() => RequireUnused(workspace, versions);
        if (workspace.Options.DryRun)
        {
            Check();
        }
        else
        {
            new GarbageCollection(workspace.Store, CollectGarbage.Rules(workspace)).RemoveVersions([.. versions.Select(version => version.Reference)], Check);
        }

        return new RemovedTemplates([.. versions.Select(version => version.Reference.ToString())], workspace.Options.DryRun ? "planned" : "removed");
    }

    /// <summary>Never the newest by accident: a removal names its version.</summary>
    private static TemplateVersionRecord Find(Workspace workspace, string name) => name.Contains('@', StringComparison.Ordinal)
        ? TemplateChoice.Find(workspace.Store, name)
        : throw new EzException(
            FailureKind.Usage,
            $"`{name}` names no version to remove",
            $"ez template remove {TemplateChoice.Find(workspace.Store, name).Reference}; ez template list shows all");

    private static void RequireUnused(Workspace workspace, ImmutableArray<TemplateVersionRecord> versions)
    {
        var mapped = EnvironmentRoots.Of(workspace.Store.Layout).Where(root => root.IsCurrent).ToLookup(root => root.Mapping.Manifest, root => root.Name);
        foreach (var version in versions)
        {
            if (mapped[version.Manifest].ToList() is { Count: > 0 } environments)
            {
                throw new EzException(
                    FailureKind.Environment,
                    $"`{version.Reference}` is in use by {(environments.Count == 1 ? "environment" : "environments")} {string.Join(", ", environments.Select(name => $"`{name}`"))}",
                    $"ez upgrade {string.Join(' ', environments)}, or ez env remove {string.Join(' ', environments)}");
            }
        }

        var going = versions.Select(version => version.Reference).ToHashSet();
        foreach (var app in workspace.Store.Versions.Templates().SelectMany(template => workspace.Store.Versions.List(template)))
        {
            if (app.Base is { } os && going.Contains(new TemplateReference(os.Template, os.Version)) && !going.Contains(app.Reference))
            {
                throw new EzException(
                    FailureKind.Environment,
                    $"`{os.Template}@{os.Version.ToNormalizedString()}` is the base of `{app.Reference}`",
                    $"ez template remove {app.Reference} {os.Template}@{os.Version.ToNormalizedString()}");
            }
        }
    }
}
