namespace EzTemplates.Store;

/// <summary>What past downloads say about a mirror; the caller knows what the key means.</summary>
public sealed record MirrorRow(string Mirror, long Bytes, double Seconds, int Successes, int Failures);
