namespace EzTemplates.Domain.Composition;

/// <summary>
/// Who gets a path that several packages claim. Debian Policy 7.6.1: a package may take over files of those its Replaces names,
/// in whatever order the two are unpacked.
/// </summary>
internal sealed class DebClaimRules(IReadOnlyList<ComposedPackage> packages, Comparison<string> versionOrder) : ClaimRules(packages)
{
    protected override string Reason => "and neither replaces the other";

    public override Claim? Winner(IReadOnlyList<Claim> claims)
    {
        // Of packages that replace one another, the last configured wins, as the last unpacked would.
        Claim? winner = null;
        foreach (var claim in claims)
        {
            if (claims.All(other => YieldsTo(other, claim)))
            {
                winner = winner is null || !Shared(winner, claim) ? claim : winner;
            }
        }

        return winner;
    }

    /// <summary>The first configured decides.</summary>
    public override Claim? WinnerOfDirectories(IReadOnlyList<Claim> claims) => claims[0];

    public override bool LinkStandsFor(Claim link, Claim directory) => true;

    protected override bool AtOdds(Claim first, Claim second) => !YieldsTo(first, second) && !YieldsTo(second, first);

    private bool YieldsTo(Claim other, Claim claim) =>
        other == claim
        || (other.Package == claim.Package && other.Inode == claim.Inode)
        || Shared(other, claim)
        || Replaces(Packages[claim.Package], Packages[other.Package]);

    /// <summary>The same file of one Multi-Arch: same package for two architectures.</summary>
    private bool Shared(Claim a, Claim b)
    {
        var (one, two) = (Packages[a.Package], Packages[b.Package]);
        var (x, y) = (a.Inode.Entry, b.Inode.Entry);
        return one.MultiArchSame && two.MultiArchSame && one.Name == two.Name && one.Version == two.Version
            && one.Architecture != two.Architecture
            && x.Type == y.Type && x.Content == y.Content && x.Target == y.Target && x.Device == y.Device;
    }

    private bool Replaces(ComposedPackage winner, ComposedPackage loser)
    {
        foreach (var replaces in winner.Replaces)
        {
            if (replaces.Name == loser.Name && !ReferenceEquals(winner, loser)
                && (replaces.Relation == VersionRelation.Any || replaces.Relation.Admits(versionOrder(loser.Version, replaces.Version))))
            {
                return true;
            }
        }

        return false;
    }
}
