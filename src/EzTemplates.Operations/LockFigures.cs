using EzTemplates.Domain;

namespace EzTemplates.Operations;

internal static class LockFigures
{
    public static LockSummary Of(LockedRecipe locked) => new(
        locked.Lock.Template,
        locked.Lock.Version.ToNormalizedString(),
        locked.File.LockPath,
        locked.Changed,
        locked.Lock.Packages.Length,
        locked.Difference is null ? [] : Changes(locked.Difference),
        locked.Causes);

    private static IReadOnlyList<string> Changes(LockDifference difference) =>
    [
        .. difference.Upgraded.Select(u => $"{u.To.Name} {u.From.Version} -> {u.To.Version}"),
        .. difference.Added.Select(a => $"+ {a}"),
        .. difference.Removed.Select(r => $"- {r}"),
    ];

    public static IReadOnlyList<StepTime> Times(this StepClock clock) =>
        [.. clock.Steps.Select(s => new StepTime(s.Step, Math.Round(s.Elapsed.TotalSeconds, 3)))];
}
