using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Domain.Composition;
using EzTemplates.Domain.Configuring;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>From unpacked packages to the tree of a version or a composition.</summary>
internal static class MakeTree
{
    /// <summary>
    /// Where scripts run, applications are laid on their OS's configured tree; else the packages of all layers are unpacked to one, and
    /// the recipes' files added.
    /// </summary>
    /// <param name="layers">Rows with their contents, the OS's first.</param>
    public static ConfiguredTree Run(
        Workspace workspace,
        StoreWriter writer,
        IngestBatch batch,
        ConfigureSubject subject,
        ImmutableArray<ImmutableArray<(LockedPackage Row, PackageContents Contents)>> layers,
        CancellationToken cancel)
    {
        if (subject.Family == PackageFamily.Rpm)
        {
            var rpms = workspace.Steps.Run("compose", () => ComposeRpms.Run(workspace, subject, subject.IsConfigured ? layers[^1..] : layers));
            return subject.IsConfigured
                ? workspace.Steps.Run("configure", () => ConfigureRpms.Run(workspace, writer, batch, rpms, subject, cancel))
                : Alone(rpms.Tree);
        }

        var composed = workspace.Steps.Run("compose", () => ComposePackages.Run(workspace, subject, subject.IsConfigured ? layers[^1..] : layers));
        return subject.IsConfigured
            ? workspace.Steps.Run("configure", () => ConfigureTemplate.Run(workspace, writer, batch, composed, subject, cancel))
            : Alone(composed.Tree);

        ConfiguredTree Alone(ComposedManifest tree) =>
            new(RecipeFiles.PutAlone(new ConfigureGround(workspace, writer, batch, subject, new NamedPackages(tree.Provenance), cancel), tree, subject), []);
    }
}
