using System.Collections.Concurrent;

namespace EzTemplates.Repositories.Tests;

/// <summary>A clock whose pauses pass at once and are noted; the spans named as real are waited for, so that time limits stay limits.</summary>
internal sealed class SkippingTime(params TimeSpan[] real) : TimeProvider
{
    private readonly ConcurrentQueue<TimeSpan> _skipped = new();

    public IReadOnlyList<TimeSpan> Skipped => [.. _skipped];

    /// <summary>Added to the system's clock.</summary>
    public TimeSpan Ahead { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime <= TimeSpan.Zero || dueTime == Timeout.InfiniteTimeSpan || real.Contains(dueTime))
        {
            return base.CreateTimer(callback, state, dueTime, period);
        }

        _skipped.Enqueue(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
