namespace EzTemplates.Operations;

/// <param name="Why">A short derivation, a sentence a line.</param>
public sealed record BrokenPackage(string Name, string Version, string Architecture, string Source, IReadOnlyList<string> Why);

/// <param name="Packages">How many were looked at.</param>
/// <param name="Undecided">Those of which the solver could not tell; <c>name version (architecture) of source</c>.</param>
public sealed record RepositoryCheckReport(string What, int Packages, IReadOnlyList<BrokenPackage> Broken, IReadOnlyList<string> Undecided, IReadOnlyList<StepTime> Steps) : Report("ez.repo-check/1");

/// <param name="Version">The version that was asked about; null: any.</param>
/// <param name="Outcome"><c>locked</c> (it is in the lock), <c>possible</c> (nothing stands in its way) or <c>impossible</c>.</param>
/// <param name="Why">Why it is not in the lock, a sentence a line.</param>
public sealed record WhyNotAnswer(string Template, string Package, string? Version, string Outcome, IReadOnlyList<string> Why, string? Hint);

public sealed record WhyNotReport(string Package, IReadOnlyList<WhyNotAnswer> Answers) : Report("ez.why-not/1");
