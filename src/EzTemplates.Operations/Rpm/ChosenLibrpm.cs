using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Environments;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>Whose librpm is looked for.</summary>
public enum LibrpmChoice
{
    HostsFirst,

    /// <summary>As on a host that has none.</summary>
    TreesOnly,
}

/// <summary>Whose librpm runs a tree's scriptlets: the host's where it has one that writes SQLite, which needs nothing of the tree, else the tree's own.</summary>
internal static class ChosenLibrpm
{
    private static readonly TreePath Settings = TreePath.Parse("/usr/lib/rpm");
    private static readonly string[] Needed = ["rpmrc", "macros"];
    private static readonly TreePath Loader = TreePath.Parse("/lib64/ld-linux-x86-64.so.2");
    private static readonly TreePath[] Libraries = [.. ((string[])["/usr/lib64", "/lib64", "/usr/lib/x86_64-linux-gnu"]).Select(path => TreePath.Parse(path))];

    /// <exception cref="EzException">Environment: neither has one.</exception>
    public static LibrpmSource For(Workspace workspace, StoreWriter writer, ConfigureGround ground, TreeEdit tree)
    {
        var host = workspace.Options.Librpm == LibrpmChoice.HostsFirst ? LibrpmSource.FindHosts(writer.MakePassingFolder()) : null;
        if (host is { WritesSqlite: true })
        {
            return host;
        }

        var found = LibrpmSource.Versions.SelectMany(version => Libraries.Select(folder => (Version: version, Folder: folder)))
            .FirstOrDefault(place => tree.Find(tree.Settle(place.Folder.Append("librpm.so." + place.Version))) is not null);
        return found.Version is not null && tree.Find(tree.Settle(Loader)) is not null && SettingsIn(ground, tree) is { } settings
            ? new LibrpmSource.Tree(found.Version, found.Folder, settings)
            : throw Refusal(RuntimeInformation.ProcessArchitecture, host?.Name);
    }

    /// <param name="unfit">This host's library, where it has one, and that writes no SQLite.</param>
    internal static EzException Refusal(Architecture machine, string? unfit) => (machine, unfit) switch
    {
        (not Architecture.X64, _) => new EzException(
            FailureKind.Environment, $"scriptlets of rpm packages cannot be run on {machine} yet, whichever librpm there is: ez's sandbox is made for x86-64", "`configure: none` in an OS recipe runs none"),
        (_, null) => new EzException(
            FailureKind.Environment,
            "scriptlets of rpm packages are run by librpm, which neither this host has (librpm.so.9 or .10, and its settings /usr/lib/rpm/rpmrc and macros) nor the tree",
            "install rpm on this host, add `rpm` to the recipe's packages, or say `configure: none`"),
        _ => new EzException(
            FailureKind.Environment,
            $"scriptlets of rpm packages are run by librpm with its database in SQLite, which this host's own (`{unfit}`) was built without, and the tree has no librpm",
            "add `rpm` to the recipe's packages, if that distribution's knows SQLite, build on a host whose rpm does (Fedora, RHEL 9, Debian 12 and their like), or say `configure: none`"),
    };

    /// <summary>Distributions have links among them.</summary>
    /// <returns>Null where those that every librpm needs are not there.</returns>
    private static ImmutableArray<(string Name, byte[] Content)>? SettingsIn(ConfigureGround ground, TreeEdit tree)
    {
        var folder = tree.Follow(Settings);
        var lua = tree.Follow(folder.Append("lua"));
        var needed = Needed.Select(name => (Name: name, Text: ground.TextOf(tree, tree.Follow(folder.Append(name))))).ToList();
        var others = tree.Paths.Where(path => path.Parent == lua).Order().Select(path => (Name: "lua/" + path.Name, Text: ground.TextOf(tree, tree.Follow(path))));
        return needed.Exists(setting => setting.Text is null)
            ? null
            : [.. needed.Concat(others).Where(setting => setting.Text is not null).Select(setting => (setting.Name, Encoding.Latin1.GetBytes(setting.Text!)))];
    }
}
