using EzTemplates.Domain;
using EzTemplates.Testing;
using NuGet.Versioning;

namespace EzTemplates.Operations.Tests.Rpm;

/// <summary>rpm and its librpm.so.10 with all that they need, as Debian 13 has it on this machine's mirror: Debian 12 has librpm.so.9.</summary>
internal static class NextLibrpm
{
    private const string Libraries = "/usr/lib/x86_64-linux-gnu";

    private static readonly TreePath[] Folders = [TreePath.Parse("/usr/lib/rpm"), TreePath.Parse("/usr/bin"), TreePath.Parse(Libraries)];

    /// <summary>Runs that rpm.</summary>
    /// <param name="folder">As <see cref="FolderAsync"/> has laid it.</param>
    public static ToolRun Rpm(string folder, params IEnumerable<string> arguments) => ToolRun.Run(
        new ToolCommand($"{folder}{Libraries}/ld-linux-x86-64.so.2", ["--library-path", folder + Libraries, folder + "/usr/bin/rpm", .. arguments])
        {
            Environment = new Dictionary<string, string?> { ["RPM_CONFIGDIR"] = folder + "/usr/lib/rpm" },
        });

    /// <summary>Lays those files and links of these packages below <paramref name="folder"/> that are in librpm's folders.</summary>
    public static async Task<string> FolderAsync(string folder)
    {
        Requires.HostMirror();
        using var temp = new TempFolder();
        var recipe = temp.WriteFile("recipes/next.yaml", """
            format: 1
            name: next
            kind: os
            version: "1.0"
            family: deb
            architecture: amd64
            repositories:
              - {id: debian, mirrors: [host], suites: [trixie], components: [main], keys: host}
            packages: [usr-is-merged, rpm]
            configure: none

            """);
        using var work = new Workspace(new WorkspaceOptions { StoreRoot = temp.At("ez") }, _ => { }, TimeProvider.System);
        await BuildRecipes.RunAsync(work, [recipe], TestContext.Current.CancellationToken).ConfigureAwait(false);
        var version = work.Store.Versions.Find(new TemplateReference("next", new NuGetVersion(1, 0, 0)))!;
        var tree = work.Store.Versions.ReadManifest(version.Manifest);
        foreach (var entry in Folders.SelectMany(tree.Below))
        {
            var place = Path.Combine(folder, entry.Path.ToString().TrimStart('/'));
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            if (entry.Type == EntryType.Symlink)
            {
                File.CreateSymbolicLink(place, entry.Target);
            }
            else if (entry.Content is { } content)
            {
                await File.WriteAllBytesAsync(place, work.Store.Objects.Read(content), TestContext.Current.CancellationToken).ConfigureAwait(false);
                File.SetUnixFileMode(place, (UnixFileMode)(entry.Mode & 0b111_111_111));
            }
        }

        return folder;
    }
}
