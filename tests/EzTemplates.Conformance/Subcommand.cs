namespace EzTemplates.Conformance;

/// <param name="Usage">What follows the name.</param>
/// <param name="Run">Compares, and counts into the tally.</param>
internal sealed record Subcommand(string Name, string Usage, Action<Arguments, Tally> Run);
