using EzTemplates.Domain;
using EzTemplates.Solver;

namespace EzTemplates.Operations;

/// <summary>Says why rows of an RPM recipe's lock changed, from the solved request and both locks.</summary>
internal sealed class RpmRowCauses(RpmGround ground, RpmRequest request, RecipeFile file)
{
    /// <summary>One line a change: the upgraded, the added, the removed.</summary>
    public IReadOnlyList<string> Of(LockDifference difference) =>
    [
        .. difference.Upgraded.Select(OfChange),
        .. difference.Added.Select(RowCauses.OfAddition),
        .. difference.Removed.Select(row => RowCauses.OfRemoval(row, difference, file)),
    ];

    private string OfChange(UpgradedPackage changed)
    {
        if (ground.FindAll([changed.From]) is not [var from])
        {
            return $"no repository has {changed.From.Version} any more";
        }

        if (ground.FindAll([changed.To]) is not [var to])
        {
            return "the base brings it";
        }

        var pins = new RpmPins(ground.Universe, request);
        var (low, high) = (pins.RankOf(from), pins.RankOf(to));
        var (before, now) = (PriorityOf(from), PriorityOf(to));
        return low <= 0 ? $"a pin forbids {changed.From.Version}"
            : high > low ? $"by pins {changed.To.Version} has priority {high}, {changed.From.Version} {low}"
            : high == low && now < before ? $"{changed.To.Source} has priority {now}, {changed.From.Source} {before}"
            : request.Holds.FirstOrDefault(hold => hold.Package == changed.To.Name) is { } hold ? $"the recipe holds it at {hold.VersionPattern}"
            : request.Update == UpdateScope.SecurityOnly && (ground.Universe.Flags[to.Value] & RpmPackageFlags.Security) != 0 ? "a security advisory names it"
            : request.Update != UpdateScope.None && RpmVersionOrder.Compare(changed.From.Version, changed.To.Version) < 0 ? "it is newer"
            : $"what else is locked does not go with {changed.From.Version}";
    }

    private int PriorityOf(PackageId package) => request.Sources[ground.Universe.SourceNumbers[package.Value]].Priority;
}
