using System.Collections.Immutable;

namespace EzTemplates.Domain.Composition;

/// <summary>
/// Makes the manifest of a set of packages: the union of their entries, as unpacking them in configure order would leave it, but with
/// an answer that does not depend on that order wherever dpkg's does (who replaces whom, a link where another package has a directory).
/// </summary>
public static class ManifestComposer
{
    /// <exception cref="EzException">
    /// Unsolvable: two packages claim one path; it names both. Untrusted: a reserved path, or a link that loops or leads out of the tree.
    /// </exception>
    public static ComposedManifest Compose(IReadOnlyList<ComposedPackage> packagesInConfigureOrder, ComposeOptions options)
    {
        ClaimRules rules = options.Family == PackageFamily.Deb ? new DebClaimRules(packagesInConfigureOrder, options.VersionOrder) : new RpmClaimRules(packagesInConfigureOrder);
        var claims = packagesInConfigureOrder.SelectMany((package, i) => PackageClaims.Of(package, i, options.UsrMerge)).ToList();
        var merged = options.UsrMerge ? MergedNames(claims) : [];
        var settled = SettledClaims.Settle(claims, merged, rules);
        var tree = ClaimedTree.Decide(settled, rules);
        foreach (var name in merged)
        {
            tree.AddMergedDirectory(name, options.Epoch);
        }

        tree.AddMissingParents(options.Epoch);
        tree.CheckAbsorbedDirectories(settled.Links);
        return Emit(packagesInConfigureOrder, tree);
    }

    private static ImmutableArray<string> MergedNames(List<Claim> claims) =>
    [
        .. UsrMerge.Always,
        .. UsrMerge.OnDemand.Where(name => claims.Any(claim => UsrMerge.MovedDirectory(claim.Entry.Path) == name)),
    ];

    /// <summary>Sorts, and names each file's content by the first of its paths: a link whose first name went to another package is promoted.</summary>
    private static ComposedManifest Emit(IReadOnlyList<ComposedPackage> packages, ClaimedTree tree)
    {
        var paths = tree.Paths.ToArray();
        Array.Sort(paths);
        var entries = ImmutableArray.CreateBuilder<ManifestEntry>(paths.Length);
        var owners = ImmutableArray.CreateBuilder<int>(paths.Length);
        var named = ImmutableDictionary.CreateBuilder<TreePath, NamedOwner>();
        var firstNames = new Dictionary<Claim, TreePath>();
        foreach (var path in paths)
        {
            var (claim, made) = tree[path];
            entries.Add(claim is null ? made! : Emit(path, claim.Inode, firstNames));
            owners.Add(claim?.Package ?? -1);
            if (claim is not null && entries[^1].Type != EntryType.HardLink && OwnerOf(claim) is { IsRoot: false } owner)
            {
                named.Add(path, owner);
            }
        }

        return new ComposedManifest(
            new Manifest(entries.MoveToImmutable()),
            new Provenance
            {
                Packages = [.. packages.Select(p => new ProvenancePackage(p.Name, p.Version, p.Architecture))],
                PackageOfEntry = owners.MoveToImmutable(),
                Notes = [.. tree.Notes.OrderBy(note => note.Path)],
            })
        {
            Contested = [.. tree.Contested.OrderBy(file => file.Entry.Path)],
            Owners = named.ToImmutable(),
        };
    }

    private static NamedOwner OwnerOf(Claim claim) => new(claim.Inode.Packed.UserName, claim.Inode.Packed.GroupName);

    private static ManifestEntry Emit(TreePath path, Claim inode, Dictionary<Claim, TreePath> firstNames)
    {
        var entry = inode.Entry;
        if (entry.Type != EntryType.File || firstNames.TryAdd(inode, path))
        {
            return entry.Path == path ? entry : entry with { Path = path };
        }

        return entry with { Path = path, Type = EntryType.HardLink, Size = 0, Content = null, Xattrs = [], Target = firstNames[inode].Latin1 };
    }
}
