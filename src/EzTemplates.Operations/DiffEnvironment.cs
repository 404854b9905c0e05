using EzTemplates.Environments;
using EzTemplates.Store.Native;

namespace EzTemplates.Operations;

/// <summary><c>ez env diff</c>: what an environment changed against its version. Reads the private area; mounts nothing.</summary>
public static class DiffEnvironment
{
    /// <returns>Its changes are read while they are enumerated, once.</returns>
    public static EnvironmentDiffReport Run(Workspace workspace, string name)
    {
        var diff = new EnvironmentDiff(workspace.Environments, EnvironmentName.Parse(name));
        var packages = PackageOfPath.Of(workspace.Store, diff.Mapping, diff.Manifest);
        var totals = new FileChangeTotals();
        return new EnvironmentDiffReport(name, diff.Mapping.Template, Rows(diff.Changes(), packages, totals), totals);
    }

    /// <summary>Private files that hide a newer file of the template.</summary>
    public static ShadowsReport Shadows(Workspace workspace, string name)
    {
        var diff = new EnvironmentDiff(workspace.Environments, EnvironmentName.Parse(name));
        var packages = PackageOfPath.Of(workspace.Store, diff.Mapping, diff.Manifest);
        return new ShadowsReport(
            name, diff.Mapping.Template, [.. diff.Shadows().Select(shadow => new ShadowRow(shadow.Path.ToString(), shadow.MadeOn.Template, packages.Find(shadow.Path)))]);
    }

    private static IEnumerable<FileChangeRow> Rows(IEnumerable<PrivateChange> changes, PackageOfPath packages, FileChangeTotals totals)
    {
        foreach (var change in changes)
        {
            long? bytes = change.Private is { Kind: FileKind.File } file ? file.Size : null;
            if (change.Kind == PrivateChangeKind.SameCopy)
            {
                totals.SameCopies++;
                totals.SameCopyBytes += bytes ?? 0;
                continue;
            }

            var row = new FileChangeRow(change.Path.ToString(), FileChanges.NameOf(change.Kind), FileChanges.NamesOf(change.Parts), packages.Find(change.Path), bytes);
            FileChanges.Count(totals, row);
            yield return row;
        }
    }
}
