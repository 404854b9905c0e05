using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Domain.Composition;

namespace EzTemplates.Operations;

/// <summary>rpm packages, unpacked to one tree.</summary>
/// <param name="Packages">The provenance numbers them so.</param>
internal sealed record ComposedRpms(ComposedManifest Tree, ImmutableArray<StoredRpm> Packages);

/// <summary>Joins the contents of rpm packages into one manifest, layer by layer, in the order of the locks.</summary>
internal static class ComposeRpms
{
    /// <param name="layers">Rows with their contents; the OS first.</param>
    public static ComposedRpms Run(Workspace workspace, ConfigureSubject subject, ImmutableArray<ImmutableArray<(LockedPackage Row, PackageContents Contents)>> layers)
    {
        // What an OS leaves out, all applications on it leave out.
        var filter = new RpmFilter(subject.Os?.Settings ?? subject.Settings[0]);
        var packages = layers.SelectMany(layer => layer).Select(package => StoredRpm.Read(workspace.Store, package.Row, package.Contents, filter)).ToImmutableArray();

        // A merged /usr is made of links that a package brings.
        var options = new ComposeOptions(new FileTime(subject.Epoch), UsrMerge: false, RpmVersionOrder.Compare) { Family = PackageFamily.Rpm };
        var parts = subject is { IsConfigured: true, Os: null }
            ? PretransLinks.Laid(packages, options.Epoch, warning => workspace.Tell(new OperationEvent.Warning(warning)))
            : [.. packages.Select(package => package.Composed)];
        var composed = ManifestComposer.Compose(parts, options);
        return new ComposedRpms(composed with { Provenance = composed.Provenance with { ConfigurationFiles = ConfigurationFiles(packages) } }, packages);
    }

    private static ImmutableArray<ConfigurationFile> ConfigurationFiles(ImmutableArray<StoredRpm> packages) =>
    [
        .. packages.SelectMany((package, number) => package.ConfigurationFiles().Select(path => new ConfigurationFile(path, number)))
            .OrderBy(file => file.Path).ThenBy(file => file.Package),
    ];
}
