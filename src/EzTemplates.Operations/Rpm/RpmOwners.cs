using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Domain.Composition;
using EzTemplates.Domain.Configuring;

namespace EzTemplates.Operations;

/// <summary>An owner's name that has no number.</summary>
/// <param name="Kind">As <see cref="LockedId.Kind"/>.</param>
internal readonly record struct UnknownOwner(TreePath Path, string Kind, string Name);

/// <summary>
/// Whose packages' files are. rpm knows names only, and asks the tree for their numbers when it lays a file, which is after its package's
/// %pre; an unknown name is root's, and the file then loses its set-id bits (rpm's lib/rpmug.c, lib/rpmfi.c rpmfiStat).
/// </summary>
/// <param name="laid">Each path with its owner and its mode by its package, where an owner is not root.</param>
internal sealed class RpmOwners(ImmutableArray<(TreePath Path, NamedOwner Owner, int Mode)> laid)
{
    private const int SetUser = 0b100_000_000_000;
    private const int SetGroup = 0b010_000_000_000;

    /// <summary>Names that are not root's.</summary>
    public IEnumerable<(string Kind, string Name)> Names => laid
        .SelectMany(one => new[] { (LockedId.User, one.Owner.User), (LockedId.Group, one.Owner.Group) })
        .Where(name => !IsRoot(name.Item2)).Distinct();

    /// <summary>Gives the files to whom the numbers say.</summary>
    /// <param name="numberOf">Of a user or group by its kind and name, for a path.</param>
    /// <param name="touched">Paths that a script has changed keep what it made of them.</param>
    /// <returns>What became root's for want of a number.</returns>
    public IReadOnlyList<UnknownOwner> Put(TreeEdit tree, Func<TreePath, string, string, uint?> numberOf, Func<TreePath, bool> touched)
    {
        var unknown = new List<UnknownOwner>();
        foreach (var (path, owner, mode) in laid)
        {
            if (touched(path) || tree.Find(path) is not { } entry)
            {
                continue;
            }

            var (user, group) = (Number(path, LockedId.User, owner.User), Number(path, LockedId.Group, owner.Group));
            var lost = (user is null ? SetUser : 0) | (group is null ? SetGroup : 0);
            tree.Own(path, user ?? 0, group ?? 0, entry.Type is EntryType.Symlink ? entry.Mode : mode & ~lost);
        }

        return unknown;

        uint? Number(TreePath path, string kind, string name)
        {
            var number = IsRoot(name) ? 0 : numberOf(path, kind, name);
            if (number is null)
            {
                unknown.Add(new UnknownOwner(path, kind, name));
            }

            return number;
        }
    }

    private static bool IsRoot(string name) => name is "" or "root";
}
