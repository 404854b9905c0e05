using System.Text;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Formats.Dpkg;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary><c>ez template show V --path P</c>: what a path of a version is, which package brought it, and whose script made or changed it.</summary>
public static class ShowPath
{
    public static TemplatePathReport Run(Workspace workspace, string template, string asked)
    {
        var version = TemplateChoice.Find(workspace.Store, template);
        var manifest = workspace.Store.Versions.ReadManifest(version.Manifest);
        var path = TreeLinks.Settle(Read(asked), manifest.Find);
        var entry = manifest.Find(path) ?? throw Absent(version, manifest, asked, path);
        var file = manifest.Resolve(entry);
        var provenance = ProvenanceOf(workspace.Store, version, manifest);
        return new TemplatePathReport(
            version.Reference.ToString(),
            asked,
            path.ToString(),
            TypeOf(entry.Type),
            Convert.ToString(file.Mode, 8).PadLeft(4, '0'),
            OwnerOf(workspace.Store, manifest, file),
            file.Type == EntryType.File ? file.Size : null,
            file.Content?.ToString(),
            DateTimeOffset.FromUnixTimeSeconds(file.Mtime.Seconds).AddTicks(file.Mtime.Nanoseconds / 100),
            entry.Target.Length > 0 ? TreePath.Display(entry.Target) : null,
            [.. file.Xattrs.Select(attribute => attribute.Name)],
            provenance?.PackageOfEntry[manifest.IndexOf(path)] is >= 0 and var number ? Of(provenance, number) : null,
            [.. (provenance?.Scripts ?? []).Where(work => work.Path == path).Select(work => new PathScript(work.Act == ScriptAct.Made ? "made" : "changed", work.Package < 0 ? null : provenance!.Packages[work.Package].Name))],
            [.. (provenance?.ConfigurationFiles ?? []).Where(conffile => Settled(manifest, conffile.Path) == path).Select(conffile => provenance!.Packages[conffile.Package].Name)],
            DiversionOf(workspace.Store, manifest, path),
            InstanceData.RowOf(path, version.Settings.InstanceData) is { Fate: InstanceFate.Emptied } instance && entry.Type == EntryType.File ? instance.Made : null,
            [.. (provenance?.Notes ?? []).Where(note => note.Path == path).Select(note => note.Text)]);
    }

    private static TreePath Read(string asked) =>
        asked.StartsWith('/') && TreePath.TryParse(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(asked)), out var path)
            ? path
            : throw new EzException(FailureKind.Usage, $"`{asked}` is no path of a template", "an absolute one, without ..: --path /usr/bin/env");

    private static TreePath Settled(Manifest manifest, TreePath path) => TreeLinks.Settle(path, manifest.Find);

    private static Provenance? ProvenanceOf(ContentStore store, TemplateVersionRecord version, Manifest manifest) =>
        store.Versions.FindProvenance(version.Reference) is { } read && read.PackageOfEntry.Length == manifest.Entries.Length ? read : null;

    private static PathPackage Of(Provenance provenance, int number) =>
        new(provenance.Packages[number].Name, provenance.Packages[number].Version, provenance.Packages[number].Architecture);

    private static string TypeOf(EntryType type) => type switch
    {
        EntryType.File => "file",
        EntryType.Directory => "directory",
        EntryType.Symlink => "symbolic link",
        EntryType.HardLink => "hard link",
        EntryType.CharacterDevice => "character device",
        EntryType.BlockDevice => "block device",
        _ => "pipe",
    };

    private static PathOwner OwnerOf(ContentStore store, Manifest manifest, ManifestEntry entry) => new(
        entry.Uid,
        entry.Gid,
        new AccountTable(TextOf(store, manifest, AccountTable.Passwd)).NameOf(entry.Uid),
        new AccountTable(TextOf(store, manifest, AccountTable.Group)).NameOf(entry.Gid));

    private static string TextOf(ContentStore store, Manifest manifest, TreePath path) =>
        manifest.Find(path)?.Content is { } content ? Encoding.Latin1.GetString(store.Objects.Read(content)) : "";

    private static PathDiversion? DiversionOf(ContentStore store, Manifest manifest, TreePath path)
    {
        var diverted = DivertedPaths.Read(TextOf(store, manifest, DpkgDatabase.Diversions), one => Settled(manifest, one));
        return diverted.Rows.Where(row => row.From == path || row.To == path)
            .Select(row => new PathDiversion(row.From.ToString(), row.To.ToString(), row.Package == DivertedPaths.Administrator ? null : row.Package)).FirstOrDefault();
    }

    private static EzException Absent(TemplateVersionRecord version, Manifest manifest, string asked, TreePath path)
    {
        if (InstanceData.RowOf(path, version.Settings.InstanceData) is { } instance)
        {
            return new EzException(
                FailureKind.Usage, $"`{version.Reference}` has no `{asked}`: that is instance data, of which no two environments have the same", $"in an environment: {instance.Made}");
        }

        // A path is missed by one of its names; the nearest in the same folder, then the same name anywhere.
        var siblings = Siblings(manifest, path.Parent);
        var near = NearNames.Closest(path.Name, siblings.Keys, most: 1) is [var name]
            ? siblings[name]
            : manifest.Entries.FirstOrDefault(entry => entry.Path.Name == path.Name)?.Path;
        return new EzException(
            FailureKind.Usage,
            $"`{version.Reference}` has no `{asked}`{(path == Read(asked) ? "" : $", which is `{path}`")}",
            near is { } found ? $"did you mean `{found}`?" : "what an environment has written itself is in its private area: ez env diff ENV");
    }

    private static Dictionary<string, TreePath> Siblings(Manifest manifest, TreePath folder) =>
        manifest.Below(folder).Where(entry => entry.Path.Parent == folder).ToDictionary(entry => entry.Path.Name, entry => entry.Path, StringComparer.Ordinal);
}
