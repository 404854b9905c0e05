namespace EzTemplates.Operations;

/// <summary>Says of environments on a composition of several versions that an upgrade leaves them: there is no one template whose newest version they could go to.</summary>
public static class UnmovedCompositions
{
    public static EnvironmentChangesReport Explained(EnvironmentChangesReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return report with { Changes = [.. report.Changes.Select(Explained)] };
    }

    /// <summary>A composition is named by all that it has: <c>debian-12@1.0.0+nginx@1.0.3</c>.</summary>
    private static EnvironmentChange Explained(EnvironmentChange change) =>
        change is { Outcome: "unchanged", To: { } on } && on.Split('+') is { Length: > 1 } parts && parts.All(part => part.Contains('@', StringComparison.Ordinal))
            ? change with { Detail = $"not upgraded: a composition of {string.Join(", ", parts)}" }
            : change;
}
