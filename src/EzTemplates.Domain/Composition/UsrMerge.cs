using System.Collections.Immutable;

namespace EzTemplates.Domain.Composition;

/// <summary>The merged-/usr layout: the old top-level directories are links to those below /usr.</summary>
internal static class UsrMerge
{
    /// <summary>The links that every merged tree has.</summary>
    public static readonly ImmutableArray<string> Always = ["bin", "lib", "lib64", "sbin"];

    /// <summary>Links only where a package has something there.</summary>
    public static readonly ImmutableArray<string> OnDemand = ["lib32", "libx32"];

    /// <summary>The top-level directory that the path is or lies in, if usr-merge moves it; else null.</summary>
    public static string? MovedDirectory(TreePath path)
    {
        var rest = path.Latin1.AsSpan(1);
        var slash = rest.IndexOf('/');
        var first = slash < 0 ? rest : rest[..slash];
        foreach (var name in Always)
        {
            if (first.SequenceEqual(name))
            {
                return name;
            }
        }

        foreach (var name in OnDemand)
        {
            if (first.SequenceEqual(name))
            {
                return name;
            }
        }

        return null;
    }

    /// <summary>Where an entry belongs. A link that stands for the moved directory itself stays.</summary>
    public static TreePath Move(TreePath path, bool isLink) =>
        MovedDirectory(path) is { } name && !(isLink && path.Latin1.Length == name.Length + 1)
            ? TreePath.Parse("/usr" + path.Latin1)
            : path;

    public static TreePath LinkPath(string name) => TreePath.Root.Append(name);

    public static string LinkTarget(string name) => "usr/" + name;
}
