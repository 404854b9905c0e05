namespace EzTemplates.Testing;

/// <summary>A clock that stands until the test moves it.</summary>
public sealed class HandClock : TimeProvider
{
    private long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now;

    public void Pass(TimeSpan time) => _now += time.Ticks;
}
