using System.Collections.Immutable;

namespace EzTemplates.Domain.Composition;

/// <summary>All claims by the path where they land, once every link that lies on the way of one is followed.</summary>
internal sealed class SettledClaims
{
    // Each round follows links through directories that the round before moved; real trees take two.
    private const int MostRounds = 40;

    private SettledClaims(Dictionary<TreePath, List<Claim>> byPath, LinkResolver links)
    {
        ByPath = byPath;
        Links = links;
    }

    /// <summary>The claims of a path in configure order.</summary>
    public Dictionary<TreePath, List<Claim>> ByPath { get; }

    public LinkResolver Links { get; }

    public static SettledClaims Settle(IReadOnlyList<Claim> claims, ImmutableArray<string> mergedNames, ClaimRules rules)
    {
        for (var round = 0; round < MostRounds; round++)
        {
            var byPath = Group(claims);
            var resolver = new LinkResolver(LinksOf(byPath, mergedNames, rules));
            var moved = false;
            foreach (var claim in claims)
            {
                var path = resolver.ResolveParent(claim.MergedPath);
                moved |= path != claim.Path;
                claim.Path = path;
            }

            if (!moved)
            {
                return new SettledClaims(byPath, resolver);
            }
        }

        throw new EzException(FailureKind.Untrusted, "the packages' symbolic links move one another without end");
    }

    private static Dictionary<TreePath, List<Claim>> Group(IReadOnlyList<Claim> claims)
    {
        var byPath = new Dictionary<TreePath, List<Claim>>(claims.Count);
        foreach (var claim in claims)
        {
            if (!byPath.TryGetValue(claim.Path, out var there))
            {
                byPath.Add(claim.Path, there = new List<Claim>(1));
            }

            there.Add(claim);
        }

        return byPath;
    }

    private static Dictionary<TreePath, string> LinksOf(
        Dictionary<TreePath, List<Claim>> byPath,
        ImmutableArray<string> mergedNames,
        ClaimRules rules)
    {
        var links = new Dictionary<TreePath, string>();
        foreach (var (path, claims) in byPath)
        {
            if (claims.Exists(claim => claim.Type == EntryType.Symlink))
            {
                var winner = rules.Standing(claims.FindAll(claim => !claim.IsDirectory)).Winner;
                if (winner.Type == EntryType.Symlink)
                {
                    links.Add(path, winner.Inode.Entry.Target);
                }
            }
        }

        foreach (var name in mergedNames)
        {
            links[UsrMerge.LinkPath(name)] = UsrMerge.LinkTarget(name);
        }

        return links;
    }
}
