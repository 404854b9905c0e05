using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Solver;

namespace EzTemplates.Operations;

/// <summary>Says why rows of a lock changed, from the solved request and both sets.</summary>
internal sealed class RowCauses(DebGround ground, DebRequest request, RecipeFile file, ImmutableArray<ChosenPackage> chosen)
{
    private const string Root = "root";
    private const string Essential = "essential";
    private readonly DebChoice _choice = new(ground.Universe, request);

    /// <summary>One line a change: the upgraded, the added, the removed.</summary>
    public IReadOnlyList<string> Of(LockDifference difference) =>
    [
        .. difference.Upgraded.Select(OfChange),
        .. difference.Added.Select(OfAddition),
        .. difference.Removed.Select(row => OfRemoval(row, difference, file)),
    ];

    private string OfChange(UpgradedPackage changed)
    {
        if (ground.FindAll([changed.From]) is not [var from])
        {
            return $"no repository has {changed.From.Version} any more";
        }

        if (_choice.Refusal(from) is { } refusal)
        {
            return $"{changed.From.Version} {refusal}";
        }

        if (ground.FindAll([changed.To]) is not [var to])
        {
            return "the base brings it";
        }

        var (before, now) = (_choice.PriorityOf(from), _choice.PriorityOf(to));
        var who = _choice.WhoInsists([.. chosen.Select(c => c.Package), .. request.Fixed], to, from);
        var priority = now > before ? $"{changed.To.Source} has priority {now}, {changed.From.Source} {before}" : null;
        return request.Preferred.Contains(from) ? who ?? priority ?? $"what else is locked does not go with {changed.From.Version}"
            : priority ?? (DebVersionOrder.Compare(changed.From.Version, changed.To.Version) < 0 ? "it is newer" : null)
            ?? who ?? "another archive of that version is preferred";
    }

    internal static string OfAddition(LockedPackage row) => row.Reason switch
    {
        Root => "the recipe asks for it",
        Essential => "it is essential",
        var requirer => $"{requirer} needs it",
    };

    /// <param name="file">The recipe of today.</param>
    internal static string OfRemoval(LockedPackage row, LockDifference difference, RecipeFile file)
    {
        if (file.Recipe.Exclude.Contains(row.Name))
        {
            return "the recipe excludes it";
        }

        return row.Reason == Root ? "the recipe does not ask for it any more"
            : row.Reason == Essential ? "it is not essential any more"
            : difference.Removed.Any(r => r.Name == row.Reason) ? $"{row.Reason}, which needed it, goes too"
            : difference.Upgraded.FirstOrDefault(u => u.To.Name == row.Reason) is { } changed ? $"{row.Reason} {changed.To.Version} does not need it"
            : "nothing needs it any more";
    }
}
