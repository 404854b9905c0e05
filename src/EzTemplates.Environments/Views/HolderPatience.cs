namespace EzTemplates.Environments;

/// <summary>
/// How long a namespace with copies of our mounts is taken for one that is only being made. Each one gets the same time from when it is
/// first seen: on a busy host several follow each other. A host that never stops making them is not waited for without end.
/// </summary>
internal sealed class HolderPatience(TimeProvider clock)
{
    private static readonly TimeSpan ForOne = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan ForAll = TimeSpan.FromSeconds(20);

    private readonly long _started = clock.GetTimestamp();
    private readonly Dictionary<int, long> _firstSeen = [];

    /// <param name="holders">A process of each namespace that is in the way now.</param>
    /// <returns>False when nothing is in the way, or when one of them is there to stay.</returns>
    public bool IsWorthWaiting(IReadOnlyCollection<int> holders)
    {
        var now = clock.GetTimestamp();
        foreach (var holder in holders)
        {
            _firstSeen.TryAdd(holder, now);
        }

        return holders.Count > 0
            && clock.GetElapsedTime(_started, now) < ForAll
            && holders.All(holder => clock.GetElapsedTime(_firstSeen[holder], now) < ForOne);
    }
}
