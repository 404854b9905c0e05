namespace EzTemplates.Domain.Composition;

/// <summary>
/// rpm's rules (lib/transaction.c, handleOverlappedFiles; lib/rpmfi.c, rpmfilesCompare): packages may share a path of which they say the
/// same, whatever it is, and the last one sets its time until it is known in which order they were installed; of two programs for two architectures the 64-bit one stays.
/// </summary>
internal sealed class RpmClaimRules(IReadOnlyList<ComposedPackage> packages) : ClaimRules(packages)
{
    protected override string Reason => "and they differ";

    public override Claim? Winner(IReadOnlyList<Claim> claims)
    {
        Claim? winner = null;
        foreach (var claim in claims)
        {
            if (winner is null || SaysTheSame(winner, claim) || (DifferInColor(winner, claim) && RpmColors.Stays(ColorOf(claim))))
            {
                winner = claim;
            }
            else if (!DifferInColor(winner, claim))
            {
                return null;
            }
        }

        return winner;
    }

    public override Claim? WinnerOfDirectories(IReadOnlyList<Claim> claims) => Winner(claims);

    /// <summary>They differ in their modes.</summary>
    public override bool LinkStandsFor(Claim link, Claim directory) => false;

    protected override bool AtOdds(Claim first, Claim second) => !SaysTheSame(first, second) && !DifferInColor(first, second);

    private static bool SaysTheSame(Claim a, Claim b)
    {
        var (x, y) = (a.Inode.Entry, b.Inode.Entry);
        return x.Type == y.Type && x.Mode == y.Mode && x.Size == y.Size && x.Content == y.Content && x.Target == y.Target && x.Device == y.Device
            && a.Inode.Packed.UserName == b.Inode.Packed.UserName && a.Inode.Packed.GroupName == b.Inode.Packed.GroupName;
    }

    private bool DifferInColor(Claim a, Claim b) => RpmColors.Differ(ColorOf(a), ColorOf(b));

    private uint ColorOf(Claim claim) => Packages[claim.Package].Colors.GetValueOrDefault(claim.Entry.Path);
}
