using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Formats.Dpkg;

namespace EzTemplates.Operations;

/// <summary>What APT would have left, had it installed the packages, where the tree has an APT.</summary>
internal static class AptStates
{
    private const int OwnerOnly = 0b111_000_000;
    private const string OwnUser = "_apt";

    private static readonly TreePath Apt = TreePath.Parse("/usr/bin/apt-get");
    private static readonly TreePath[] Downloads = [TreePath.Parse("/var/lib/apt/lists/partial"), TreePath.Parse("/var/cache/apt/archives/partial")];

    /// <summary>Marks as automatic whatever the recipe does not name, and gives APT's user the folders that it downloads into.</summary>
    public static void Put(ConfigureGround ground, TreeEdit tree, ImmutableArray<StoredPackage> packages, ConfigureSubject subject)
    {
        if (tree.Find(Apt) is null)
        {
            return;
        }

        var automatic = packages.Where(package => package.Row.Reason is not ("root" or "essential"))
            .Select(package => (package.Row.Name, package.Row.Architecture))
            .OrderBy(package => package, Comparer<(string Name, string Architecture)>.Create((a, b) => string.CompareOrdinal(a.Name, b.Name) is var order and not 0 ? order : string.CompareOrdinal(a.Architecture, b.Architecture)))
            .ToList();
        if (automatic.Count > 0)
        {
            var states = ExtendedStates.Add(ground.TextOf(tree, ExtendedStates.Path), automatic, subject.Architecture);
            ground.Put(tree, [new DatabaseFile.Written(ExtendedStates.Path, states)], new FileTime(subject.Epoch));
        }

        if (new AccountTable(ground.TextOf(tree, AccountTable.Passwd)).Find(OwnUser) is { } uid)
        {
            foreach (var folder in Downloads.Select(tree.Find).OfType<ManifestEntry>().Where(entry => entry.Type == EntryType.Directory))
            {
                tree.Put(folder with { Mode = OwnerOnly, Uid = uid }, tree.PackageOf(folder.Path));
            }
        }
    }
}
