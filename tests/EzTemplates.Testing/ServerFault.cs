namespace EzTemplates.Testing;

/// <summary>
/// One way in which a mirror misbehaves: for which paths, from which matching request on, how often. The first fault that applies counts.
/// Byte positions count from the first body byte of that answer.
/// </summary>
public sealed class ServerFault
{
    private int _seen;

    /// <summary>A part of the path; empty: every path.</summary>
    public string Path { get; init; } = "";

    /// <summary>So many matching requests are answered well first.</summary>
    public int After { get; init; }

    public int Times { get; init; } = 1;

    public int? Status { get; init; }

    /// <summary>With <see cref="Status"/>: the Retry-After header as it is sent.</summary>
    public string? RetryAfter { get; init; }

    /// <summary>Closes the connection after so many bytes of the announced length.</summary>
    public long? TruncateAfter { get; init; }

    /// <summary>The same, with a TCP reset.</summary>
    public long? ResetAfter { get; init; }

    /// <summary>Sends so many bytes, then nothing until <see cref="LocalServer.ReleaseStalls"/>.</summary>
    public long? StallAfter { get; init; }

    /// <summary>Sends this byte changed.</summary>
    public long? WrongByteAt { get; init; }

    /// <summary>Sends this instead of the file.</summary>
    public byte[]? Instead { get; init; }

    /// <summary>How often it struck.</summary>
    public int Struck => Math.Clamp(Volatile.Read(ref _seen) - After, 0, Times);

    internal bool Strikes(string path)
    {
        if (!path.Contains(Path, StringComparison.Ordinal))
        {
            return false;
        }

        var number = Interlocked.Increment(ref _seen);
        return number > After && number - After <= Times;
    }
}
