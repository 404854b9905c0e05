namespace EzTemplates.Repositories;

/// <summary>What is known of a mirror (a scheme, host and port), measured over all its transfers.</summary>
/// <param name="Seconds">Time in which a transfer was under way, summed over transfers.</param>
public sealed record MirrorStatistics(string Mirror, long Bytes, double Seconds, int Successes, int Failures)
{
    public double BytesPerSecond => Seconds > 0 ? Bytes / Seconds : 0;

    /// <summary>The key of the mirror that serves an address.</summary>
    public static string KeyOf(Uri address) => address.IsFile ? "file://" : address.GetLeftPart(UriPartial.Authority);
}
