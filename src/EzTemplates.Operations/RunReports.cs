namespace EzTemplates.Operations;

/// <param name="Template">The template version, or several joined by <c>+</c>.</param>
/// <param name="Manifest">Null where it is still to be built.</param>
/// <param name="Area">Where what it writes goes: <c>memory</c>, <c>disk</c>, or <c>kept</c>.</param>
/// <param name="Keep">The environment that would be made; null: none.</param>
public sealed record RunPlanReport(string Template, string? Manifest, string Area, string? Keep) : Report("ez.run-plan/1");

/// <param name="Unmounted">False: it was not mounted.</param>
public sealed record UnmountReport(string Environment, string Path, bool Unmounted) : Report("ez.unmount/1");
