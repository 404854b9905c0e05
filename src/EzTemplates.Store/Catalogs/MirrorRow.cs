namespace EzTemplates.Store;

/// <summary>What past downloads say about a mirror; the caller knows what the key means.</summary>
public sealed record MirrorRow(string Mirror, long Bytes, double Seconds, int Successes, int Failures);

/// <summary>A command that was started, for the record of jobs.</summary>
public sealed record JobRow(long Id, string Command, DateTimeOffset Started, DateTimeOffset? Ended, int? ExitCode);
