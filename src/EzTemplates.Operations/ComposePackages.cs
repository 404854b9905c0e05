using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Domain.Composition;
using EzTemplates.Formats;

namespace EzTemplates.Operations;

/// <summary>Packages, unpacked to one tree.</summary>
/// <param name="Packages">In configure order, layer by layer; the provenance numbers them so.</param>
internal sealed record ComposedLayers(ComposedManifest Tree, ImmutableArray<StoredPackage> Packages);

/// <summary>Joins the contents of all packages into one manifest: the OS's layer first, each layer in configure order.</summary>
internal static class ComposePackages
{
    /// <param name="layers">Rows with their contents; the OS first.</param>
    public static ComposedLayers Run(Workspace workspace, ConfigureSubject subject, ImmutableArray<ImmutableArray<(LockedPackage Row, PackageContents Contents)>> layers)
    {
        // What an OS leaves out, all applications on it leave out.
        var filter = PathFilter.Of(subject.Os?.Settings ?? subject.Settings[0]);
        var packages = layers.SelectMany(layer => InConfigureOrder(layer.Select(package => Read(workspace, package.Row, package.Contents, filter, subject)).ToList())).ToImmutableArray();
        var options = new ComposeOptions(new FileTime(subject.Epoch), UsrMerge: true, DebVersionOrder.Compare);
        var composed = ManifestComposer.Compose([.. packages.Select(p => p.Composed)], options);
        var provenance = composed.Provenance with { ConfigurationFiles = ConfigurationFiles(workspace, packages) };
        return new ComposedLayers(composed with { Provenance = provenance }, packages);
    }

    private static IEnumerable<StoredPackage> InConfigureOrder(List<StoredPackage> layer) =>
        ConfigureOrder.Sort([.. layer.Select(p => ToOrder(p.Control))]).Select(i => layer[i]);

    private static StoredPackage Read(Workspace workspace, LockedPackage row, PackageContents contents, PathFilter filter, ConfigureSubject subject)
    {
        var control = StoredControl.Read(workspace.Store, contents, row.ToString());
        if (control.Package != row.Name || control.Version != row.Version || control.Architecture != row.Architecture)
        {
            throw new EzException(
                FailureKind.Untrusted,
                $"`{row.Path}` holds {control.Package} {control.Version} ({control.Architecture}), and its repository's index promised {row}",
                "name another mirror with --mirror ID=URL, and report it to the repository");
        }

        return new StoredPackage(row, control, contents, new ComposedPackage(
            control.Package,
            control.Version,
            control.Architecture,
            control.Flags.HasFlag(PackageFlags.MultiArchSame),
            [.. control.Of(DependencyKind.Replaces).SelectMany(r => r.Alternatives).Select(a => new PackageReplaces(a.Name, a.Relation, a.Version))],
            filter.Apply(contents))
        {
            MayDivert = () => subject.IsConfigured && Diverts(workspace, contents),
        });
    }

    /// <summary>Whether its preinst has dpkg-divert(1) in it; what it does comes out when it runs.</summary>
    private static bool Diverts(Workspace workspace, PackageContents contents) =>
        contents.Control.FirstOrDefault(member => member.Name == DpkgSteps.Preinst) is { } script && workspace.Store.Objects.Read(script.Content).AsSpan().IndexOf("dpkg-divert"u8) >= 0;

    private static PackageToOrder ToOrder(DebControl control) => new(
        control.Package,
        control.Architecture,
        [.. control.Provides.Select(p => p.Name)],
        Names(control, DependencyKind.PreDepends),
        Names(control, DependencyKind.Depends));

    private static ImmutableArray<string> Names(DebControl control, DependencyKind kind) =>
        [.. control.Of(kind).SelectMany(r => r.Alternatives).Select(a => a.Name)];

    private static ImmutableArray<ConfigurationFile> ConfigurationFiles(Workspace workspace, ImmutableArray<StoredPackage> packages) =>
    [
        .. packages
            .SelectMany((package, number) => package.ConfigurationFiles(workspace.Store).Select(path => new ConfigurationFile(path, number)))
            .Distinct()
            .OrderBy(file => file.Path)
            .ThenBy(file => file.Package),
    ];
}
