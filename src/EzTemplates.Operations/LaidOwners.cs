using EzTemplates.Domain;
using EzTemplates.Formats.Dpkg;

namespace EzTemplates.Operations;

/// <summary>
/// Whose an application's files are once they lie on an OS: dpkg resolves the archive's names by the passwd and group of the tree it unpacks
/// in (tarfn.c), where that has them, and takes an override of the tree before all (archives.c).
/// </summary>
internal sealed class LaidOwners
{
    private const string Root = "root";

    private readonly AccountTable _users;
    private readonly AccountTable _groups;
    private readonly StatOverrides _overrides;
    private readonly Dictionary<(int Package, TreePath Path), PackageEntry> _named;

    /// <param name="layer">Of its paths only those are remembered whose owner or group has a name that is not root.</param>
    public LaidOwners(ComposedLayers layer, AccountTable users, AccountTable groups, StatOverrides overrides)
    {
        (_users, _groups, _overrides) = (users, groups, overrides);
        _named = layer.Packages
            .SelectMany((package, number) => package.Contents.Entries.Where(entry => IsNamed(entry.UserName) || IsNamed(entry.GroupName)).Select(entry => (Key: (number, entry.Entry.Path), entry)))
            .ToDictionary(named => named.Key, named => named.entry);
    }

    /// <param name="settled">Where it would lie, were it not diverted.</param>
    /// <param name="package">By its place in the layer.</param>
    public ManifestEntry Of(ManifestEntry entry, TreePath settled, int package)
    {
        if (_overrides.For(settled) is { } over)
        {
            return entry with { Uid = over.Uid, Gid = over.Gid, Mode = entry.Type == EntryType.Symlink ? entry.Mode : over.Mode };
        }

        return NamesOf(entry.Path, package) is { } named
            ? entry with { Uid = _users.Find(named.UserName) ?? entry.Uid, Gid = _groups.Find(named.GroupName) ?? entry.Gid }
            : entry;
    }

    /// <summary>A package may have a path without the /usr that its merged place has.</summary>
    private PackageEntry? NamesOf(TreePath path, int package)
    {
        const string usr = "/usr";
        return _named.TryGetValue((package, path), out var named) ? named
            : path.Latin1.StartsWith(usr + "/", StringComparison.Ordinal) ? _named.GetValueOrDefault((package, TreePath.Parse(path.Latin1.AsSpan(usr.Length))))
            : null;
    }

    private static bool IsNamed(string name) => name.Length > 0 && name != Root;
}
