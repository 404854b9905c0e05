using System.Collections.Immutable;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Environments;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>Whose librpm runs a tree's scriptlets: the host's where it has one, which needs nothing of the tree, else the tree's own.</summary>
internal static class ChosenLibrpm
{
    /// <summary>For <see cref="WorkspaceOptions.ForcedLibrpm"/>: the tree's, whatever the host has.</summary>
    public const string OfTree = "tree";

    private static readonly TreePath Settings = TreePath.Parse("/usr/lib/rpm");
    private static readonly TreePath Loader = TreePath.Parse("/lib64/ld-linux-x86-64.so.2");
    private static readonly TreePath[] Libraries = [.. ((string[])["/usr/lib64", "/lib64", "/usr/lib/x86_64-linux-gnu"]).Select(path => TreePath.Parse(path))];

    // Without them librpm knows neither architectures nor where anything is.
    private static readonly string[] Needed = ["rpmrc", "macros"];

    /// <exception cref="EzException">Environment: neither has one.</exception>
    public static LibrpmSource For(Workspace workspace, StoreWriter writer, ConfigureGround ground, TreeEdit tree)
    {
        if (workspace.Options.ForcedLibrpm != OfTree && LibrpmSource.FindHosts(writer.MakePassingFolder()) is { } host)
        {
            return host;
        }

        var found = LibrpmSource.Versions.SelectMany(version => Libraries.Select(folder => (Version: version, Folder: folder)))
            .FirstOrDefault(place => tree.Find(tree.Settle(place.Folder.Append("librpm.so." + place.Version))) is not null);
        var settings = SettingsIn(ground, tree);
        return found.Version is not null && tree.Find(tree.Settle(Loader)) is not null && Needed.All(name => settings.Any(setting => setting.Name == name))
            ? new LibrpmSource.Tree(found.Version, found.Folder, settings)
            : throw new EzException(
                FailureKind.Environment,
                "scriptlets of rpm packages are run by librpm, which neither this host has (librpm.so.9 or .10, and its settings in /usr/lib/rpm) nor the tree",
                "install rpm on this host, add `rpm` to the recipe's packages, or say `configure: none`");
    }

    /// <summary>Any of them may be a link: an alternative, or one to a package of defaults.</summary>
    private static ImmutableArray<(string Name, byte[] Content)> SettingsIn(ConfigureGround ground, TreeEdit tree)
    {
        var prefix = Settings.Latin1 + "/";
        return
        [
            .. tree.Paths.Where(path => path.Parent == Settings ? Needed.Contains(path.Name) : path.Parent == Settings.Append("lua"))
                .Order()
                .Select(path => (path.Latin1[prefix.Length..], ground.TextOf(tree, Followed(tree, path))))
                .Where(setting => setting.Item2 is not null)
                .Select(setting => (setting.Item1, Encoding.Latin1.GetBytes(setting.Item2!))),
        ];
    }

    /// <summary>Links are followed above what is asked for, so that is asked for something below it.</summary>
    private static TreePath Followed(TreeEdit tree, TreePath path) => tree.Settle(path.Append("below")).Parent;
}
