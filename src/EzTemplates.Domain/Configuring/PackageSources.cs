using System.Collections.Immutable;

namespace EzTemplates.Domain.Configuring;

/// <summary>A file of an environment's package sources, as <see cref="MarkedText"/>.</summary>
public sealed record SourcesFile(TreePath Path, byte[] Text);

/// <summary>
/// Where ez writes an environment's package sources: a list for each package manager, which its user may edit, and beside it the keys that
/// cannot be in it. Keys are ez's as long as the list is.
/// </summary>
public static class PackageSources
{
    private const string KeyPrefix = "ez-";
    private const string KeySuffix = ".asc";

    private static readonly (TreePath List, ImmutableArray<TreePath> Programs)[] Managers =
    [
        (Apt, Programs("apt-get")),
        (Dnf, Programs("dnf", "dnf-3", "dnf5", "microdnf", "yum")),
        (Zypper, Programs("zypper")),
    ];

    /// <summary>sources.list(5).</summary>
    public static TreePath Apt => TreePath.Parse("/etc/apt/sources.list.d/ez.sources");

    /// <summary>dnf.conf(5), "reposdir".</summary>
    public static TreePath Dnf => TreePath.Parse("/etc/yum.repos.d/ez.repo");

    /// <summary>zypper(8), "FILES".</summary>
    public static TreePath Zypper => TreePath.Parse("/etc/zypp/repos.d/ez.repo");

    public static IEnumerable<TreePath> Lists => Managers.Select(manager => manager.List);

    /// <summary>The lists of the package managers that a tree has.</summary>
    public static IEnumerable<TreePath> ListsFor(Manifest manifest, PackageFamily family) => Managers
        .Where(manager => manager.List == Apt == (family == PackageFamily.Deb) && manager.Programs.Any(program => manifest.Find(program) is not null))
        .Select(manager => manager.List);

    /// <param name="list">Beside which it lies.</param>
    public static TreePath KeyOf(TreePath list, string repository) => list.Parent.Append(KeyPrefix + repository + KeySuffix);

    /// <summary>Whether a name beside a list is one of <see cref="KeyOf"/>.</summary>
    public static bool IsKey(string name) => name.StartsWith(KeyPrefix, StringComparison.Ordinal) && name.EndsWith(KeySuffix, StringComparison.Ordinal);

    /// <summary>Whether the path is that of a list or of a key.</summary>
    public static bool Contains(TreePath path) => Lists.Any(list => list == path || (IsKey(path.Name) && list != Apt && list.Parent == path.Parent));

    private static ImmutableArray<TreePath> Programs(params string[] names) => [.. names.Select(name => TreePath.Parse("/usr/bin/" + name))];
}
