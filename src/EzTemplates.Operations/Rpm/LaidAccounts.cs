using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;

namespace EzTemplates.Operations;

/// <summary>
/// The users and groups that a tree has before any script runs. Where a package brought them, rpm knows them only for what is installed after
/// that package, whose accounts are there when all its files are.
/// </summary>
/// <param name="NumberOf">By kind and name.</param>
internal sealed record LaidAccounts(Func<string, string, uint?> NumberOf, int PackageOfUsers, int PackageOfGroups)
{
    public static LaidAccounts In(TreeEdit tree, Func<string, string, uint?> numberOf) => new(numberOf, tree.PackageOf(AccountTable.Passwd), tree.PackageOf(AccountTable.Group));

    /// <summary>Whether a name was known when a package was installed; of one that a script made, that is so.</summary>
    /// <param name="order">Packages in the order in which they were installed, by their places in the provenance.</param>
    public bool IsThereFor(string kind, string name, int package, List<int> order)
    {
        var bringer = order.IndexOf(kind == LockedId.User ? PackageOfUsers : PackageOfGroups);
        return NumberOf(kind, name) is null || bringer < 0 || order.IndexOf(package) > bringer;
    }
}
