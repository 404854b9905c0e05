using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Environments;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>Where an upgrade takes environments: the newest version of their template, or of the OS and of each application of a composition.</summary>
internal static class UpgradeTargets
{
    /// <summary>The name of what is newer than a mapping; null where nothing is.</summary>
    public static string? NameOf(ContentStore store, Mapping mapping) => Newest(store, mapping) is { } newest ? ComposedTemplates.NameOf(newest) : null;

    /// <summary>The mapping itself where nothing is newer. A composition that was never made is made.</summary>
    /// <exception cref="EzException">Unsolvable: the newest versions do not go together.</exception>
    public static Mapping Of(Workspace workspace, Mapping mapping, CancellationToken cancel) => Kept(workspace, mapping)
        ?? (Newest(workspace.Store, mapping) is [var os, .. var apps] ? ComposedTemplates.Of(workspace, os, apps, cancel).ToMapping() : mapping);

    /// <summary>As <see cref="Of"/>, making nothing: null where the newest is a composition that was not made yet.</summary>
    public static Mapping? Kept(Workspace workspace, Mapping mapping) => Newest(workspace.Store, mapping) switch
    {
        null => mapping,
        [var only] => TemplateChoice.ToMapping(workspace.Store, only),
        [var os, .. var apps] => ComposedTemplates.FindKept(workspace.Store, os, apps)?.ToMapping(),
        _ => mapping,
    };

    /// <summary>The OS first.</summary>
    private static ImmutableArray<TemplateVersionRecord>? Newest(ContentStore store, Mapping mapping)
    {
        var named = MappedVersions.Named(mapping.Template);
        var newest = named.Select(reference => store.Versions.Newest(reference.Template)).ToList();
        return named.IsEmpty || newest.Contains(null) || !newest.Zip(named).Any(pair => pair.First!.Reference.Version > pair.Second.Version)
            || newest.Zip(named).Any(pair => pair.First!.Reference.Version < pair.Second.Version)
            ? null
            : [.. newest.OfType<TemplateVersionRecord>().OrderBy(version => !version.IsOs)];
    }
}
