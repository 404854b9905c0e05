using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace EzTemplates.Repositories;

/// <summary>Measures mirrors while they are used, and orders addresses by what it measured. Safe for many threads.</summary>
internal sealed class MirrorRanking
{
    // Less than this says nothing about throughput: latency dominates.
    private const long EnoughBytes = 256 * 1024;

    // Read when mirrors are first measured or compared: a command that does neither need not know what was.
    private readonly Lazy<ConcurrentDictionary<string, MirrorStatistics>> _known;

    public MirrorRanking(IEnumerable<MirrorStatistics> known) =>
        _known = new(() => new(known.Select(mirror => KeyValuePair.Create(mirror.Mirror, mirror)), StringComparer.Ordinal));

    public ImmutableArray<MirrorStatistics> Statistics => [.. Known.Values.OrderBy(m => m.Mirror, StringComparer.Ordinal)];

    private ConcurrentDictionary<string, MirrorStatistics> Known => _known.Value;

    public void Succeeded(Uri address, long bytes, TimeSpan time) => Add(address, bytes, time, 1, 0);

    public void Failed(Uri address, long bytes, TimeSpan time) => Add(address, bytes, time, 0, 1);

    /// <summary>
    /// Fastest first, then those not yet measured in the order given; one that has failed more often than not goes last. Addresses of
    /// one mirror keep their order.
    /// </summary>
    public ImmutableArray<Uri> Rank(IReadOnlyList<Uri> addresses) =>
        addresses.Count == 1 ? [.. addresses] : [.. addresses.OrderBy(Unreliable).ThenByDescending(Speed)];

    private int Unreliable(Uri address) =>
        Known.TryGetValue(MirrorStatistics.KeyOf(address), out var mirror) && mirror.Failures > mirror.Successes ? 1 : 0;

    private double Speed(Uri address)
    {
        if (address.IsFile)
        {
            return double.PositiveInfinity;
        }

        // Rounded to powers of two: small differences must not make every file come from another mirror.
        return Known.TryGetValue(MirrorStatistics.KeyOf(address), out var mirror) && mirror.Bytes >= EnoughBytes
            ? Math.Floor(Math.Log2(Math.Max(1, mirror.BytesPerSecond)))
            : 0;
    }

    private void Add(Uri address, long bytes, TimeSpan time, int successes, int failures) =>
        Known.AddOrUpdate(
            MirrorStatistics.KeyOf(address),
            key => new MirrorStatistics(key, bytes, time.TotalSeconds, successes, failures),
            (_, old) => old with
            {
                Bytes = old.Bytes + bytes,
                Seconds = old.Seconds + time.TotalSeconds,
                Successes = old.Successes + successes,
                Failures = old.Failures + failures,
            });
}
