namespace EzTemplates.Repositories;

/// <summary>How patient fetching is. The defaults suit the open network; tests shorten them.</summary>
public sealed record FetchSettings
{
    /// <summary>An attempt that brings no byte for this long is given up, and the next mirror goes on where it stopped.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often all mirrors are asked again after passing failures, without any progress in between.</summary>
    public int Rounds { get; init; } = 4;

    /// <summary>The pause before the second round; it doubles, with jitter.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A server that asks for a longer pause than this (Retry-After) has failed.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A small text that has not come after this long is asked of the next mirror as well.</summary>
    public TimeSpan HedgeDelay { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How long a mirror that keeps failing is left alone.</summary>
    public TimeSpan BreakDuration { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Files fetched at once.</summary>
    public int Parallel { get; init; } = 8;

    public string UserAgent { get; init; } = "ez/" + (typeof(FetchSettings).Assembly.GetName().Version?.ToString(3) ?? "0");

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
